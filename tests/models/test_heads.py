"""The heads on the trunk: output strides, the paper's ideas, and what they share."""

import pytest
import torch

from segdemo.models.catalog import ARCHITECTURES, with_sources
from segdemo.models.deconvnet import unpool_by_switches
from segdemo.models.dilated import ContextModule
from segdemo.models.fcn import FCNHead, upsampling_by_two
from segdemo.models.shared import SharedTrunkNetwork

STRIDES = {
    "fcn32s": 32, "fcn16s": 16, "fcn8s": 8, "deconvnet": 4, "unet": 4, "dilated_frontend": 16,
    "dilated": 16, "pspnet": 16, "deeplabv3plus": 4, "fpn": 4,
}  # fmt: skip
# Parameters of each head alone, for 22 classes.
HEAD_PARAMETERS = {
    "fcn32s": 557_590, "fcn16s": 567_820, "fcn8s": 576_466, "deconvnet": 1_006_182,
    "unet": 952_726, "dilated_frontend": 557_590, "dilated": 31_152, "pspnet": 230_470,
    "deeplabv3plus": 238_438, "fpn": 292_374,
}  # fmt: skip


@pytest.fixture(scope="module")
def network() -> SharedTrunkNetwork:
    torch.manual_seed(0)
    return SharedTrunkNetwork(ARCHITECTURES, num_classes=22).eval()


def test_every_head_scores_at_its_stride(network):
    with torch.inference_mode():
        scores = network(torch.zeros(1, 3, 96, 128))
    assert list(scores) == list(ARCHITECTURES) == list(STRIDES)
    for name, stride in STRIDES.items():
        assert scores[name].shape == (1, 22, 96 // stride, 128 // stride)


@pytest.mark.parametrize("size", [(65, 97), (96, 33), (47, 50)])
@pytest.mark.parametrize("name", ["fcn16s", "fcn8s", "deconvnet", "unet"])
def test_sizes_that_are_no_multiple_of_32_pass(network, name, size):
    with torch.inference_mode():
        scores = network(torch.zeros(1, 3, *size), [name])[name]
    assert scores.shape[2:] == tuple(-(-side // STRIDES[name]) for side in size)


def test_heads_have_the_parameters_said(network):
    counts = {n: sum(p.numel() for p in h.parameters()) for n, h in network.heads.items()}
    assert counts == HEAD_PARAMETERS


def test_fcn_scores_start_at_zero_as_in_the_paper():
    head = FCNHead(22, skips=2).eval()
    maps = tuple(torch.randn(1, c, s, s) for c, s in ((16, 32), (24, 16), (40, 8), (112, 4)))
    assert torch.all(head((*maps, torch.randn(1, 320, 2, 2))) == 0)


def test_the_learnt_upsampling_starts_as_bilinear_interpolation():
    x = torch.randn(1, 3, 5, 6)
    bilinear = torch.nn.functional.interpolate(x, scale_factor=2, mode="bilinear")
    own = upsampling_by_two(3)(x)
    torch.testing.assert_close(own[..., 1:-1, 1:-1], bilinear[..., 1:-1, 1:-1])


def test_unpooling_puts_each_value_where_the_maximum_was():
    pooled_map = torch.tensor([[[[1.0, 5.0, 2.0], [3.0, 4.0, 9.0], [7.0, 8.0, 6.0]]]])
    x = torch.tensor([[[[10.0, 20.0], [30.0, 40.0]]]])
    expected = torch.tensor([[[[0.0, 10.0, 0.0], [0.0, 0.0, 20.0], [0.0, 30.0, 40.0]]]])
    torch.testing.assert_close(unpool_by_switches(x, pooled_map), expected)


def test_switches_serve_a_decoder_that_is_wider_than_the_map():
    pooled_map = torch.randn(1, 2, 4, 4)
    x = torch.rand(1, 6, 2, 2) + 1
    unpooled = unpool_by_switches(x, pooled_map)
    placed = unpooled != 0
    assert placed.sum() == x.numel()
    torch.testing.assert_close(placed[:, 0:2], placed[:, 2:4])
    torch.testing.assert_close(placed[:, 0:2], placed[:, 4:6])


def test_the_context_module_starts_as_the_identity_of_positive_scores():
    scores = torch.rand(1, 22, 9, 12)
    torch.testing.assert_close(ContextModule(num_classes=22)(scores), scores)


def test_sources_come_first_and_once():
    assert with_sources(["dilated", "unet", "dilated_frontend"]) == [
        "dilated_frontend",
        "dilated",
        "unet",
    ]


def test_shared_work_runs_once(network, monkeypatch):
    calls = []
    monkeypatch.setattr(
        network.trunk,
        "dilated",
        lambda m, s, run=network.trunk.dilated: calls.append(s) or run(m, s),
    )
    with torch.inference_mode():
        network(torch.zeros(1, 3, 32, 32), ["dilated", "pspnet", "deeplabv3plus"])
        assert calls == [16]
        network(torch.zeros(1, 3, 32, 32), ["unet", "fcn8s"])
    assert calls == [16]


def test_an_unknown_architecture_is_refused():
    with pytest.raises(ValueError, match="'segnet' is not known; choose from fcn32s"):
        SharedTrunkNetwork(["segnet"], num_classes=22)
