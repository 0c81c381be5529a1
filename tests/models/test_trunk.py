"""The trunk against timm's EfficientNet-Lite0, and the dilated pass against the strided one."""

import pytest
import torch

from segdemo.models.trunk import TRUNK_CHANNELS, Trunk, same_padding


@pytest.fixture(scope="module")
def trunk() -> Trunk:
    torch.manual_seed(0)
    return Trunk().eval()


@pytest.fixture(scope="module")
def timm_twin(trunk):
    """timm's network with the same function: our weights, and batch norm that does nothing."""
    timm = pytest.importorskip("timm")
    network = timm.create_model("tf_efficientnet_lite0", pretrained=False, features_only=True)
    convolutions = [m for m in network.modules() if isinstance(m, torch.nn.Conv2d)]
    norms = [m for m in network.modules() if isinstance(m, torch.nn.BatchNorm2d)]
    ours = [m for m in trunk.modules() if isinstance(m, torch.nn.Conv2d)]
    with torch.no_grad():
        for conv, norm, own in zip(convolutions, norms, ours, strict=True):
            conv.weight.copy_(own.weight)
            norm.running_var.fill_(1 - norm.eps)
            norm.bias.copy_(own.bias)
    return network.eval()


@pytest.mark.parametrize("size", [(64, 96), (61, 97), (33, 40), (320, 224)])
def test_the_strided_maps_are_timms(trunk, timm_twin, size):
    image = torch.randn(1, 3, *size, generator=torch.Generator().manual_seed(1))
    with torch.inference_mode():
        for own, theirs in zip(trunk(image), timm_twin(image), strict=True):
            torch.testing.assert_close(own, theirs, atol=1e-4, rtol=1e-4)


def test_maps_have_the_channels_and_sizes_said(trunk):
    maps = trunk(torch.zeros(1, 3, 64, 97))
    assert tuple(m.shape[1] for m in maps) == TRUNK_CHANNELS == (16, 24, 40, 112, 320)
    assert [tuple(m.shape[2:]) for m in maps] == [(32, 49), (16, 25), (8, 13), (4, 7), (2, 4)]


def test_the_parameter_count_is_lite0s_without_its_classifier(trunk):
    # timm's tf_efficientnet_lite0 has 4,652,008: take off the classifier (1,281,000), the last
    # 1x1 convolution and its batch norm (409,600 + 2,560), and one of batch norm's two vectors
    # for every convolution left, whose bias the other becomes (19,728 channels).
    channels = sum(m.out_channels for m in trunk.modules() if isinstance(m, torch.nn.Conv2d))
    assert sum(p.numel() for p in trunk.parameters()) == 4_652_008 - 1_281_000 - 412_160 - channels


@pytest.mark.parametrize(("output_stride", "step", "phase"), [(16, 2, 1), (8, 4, 3)])
def test_the_strided_map_stands_inside_the_dilated_one(trunk, output_stride, step, phase):
    image = torch.randn(1, 3, 320, 320, generator=torch.Generator().manual_seed(2))
    with torch.inference_mode():
        maps = trunk(image)
        dilated = trunk.dilated(maps, output_stride)
    assert dilated[-1].shape[-1] == 320 // output_stride
    inside = dilated[-1][..., phase::step, phase::step]
    torch.testing.assert_close(inside, maps[-1], atol=1e-5, rtol=1e-4)
    beside = dilated[-1][..., 0::step, 0::step]
    assert (beside - maps[-1]).abs().max() > 100 * (inside - maps[-1]).abs().max()


def test_an_output_stride_that_is_none_is_refused(trunk):
    with pytest.raises(ValueError, match="output_stride=4 must be 8 or 16"):
        trunk.dilated(trunk(torch.zeros(1, 3, 32, 32)), 4)


@pytest.mark.parametrize(
    ("size", "kernel_size", "stride", "dilation", "expected"),
    [(224, 3, 2, 1, (0, 1)), (225, 3, 2, 1, (1, 1)), (14, 5, 2, 1, (1, 2)), (7, 5, 1, 2, (4, 4))],
)
def test_same_padding_is_tensorflows(size, kernel_size, stride, dilation, expected):
    assert same_padding(size, kernel_size, stride, dilation) == expected
