"""The papers' own networks: their published sizes, parameter counts and starting points."""

from functools import partial

import pytest
import torch
from torch import nn
from torch.nn import functional as F

from segdemo.models import fcn
from segdemo.models.deconvnet import DeconvNet
from segdemo.models.dilated import ContextModule, Dilated, FrontEnd, identity_
from segdemo.models.fcn import FCN8s, FCN16s, FCN32s, bilinear_deconvolution, bilinear_kernel
from segdemo.models.fields import Tracker
from segdemo.models.layers import layer_table
from segdemo.models.papers import PAPER_NETWORKS
from segdemo.models.unet import UNet, UNetPadded, crop_and_join, pad_and_join


def on_meta(build):
    with torch.device("meta"):
        return build().eval()


def run(network, *size):
    """The output's size for an input of this size, on the meta device."""
    return tuple(network(torch.empty(1, *size, device="meta")).shape[1:])


def sizes(network, *size):
    """Layer -> height of its output, for an input of this size."""
    return {row.name: row.output_size[-1] for row in layer_table(network, size)}


def count(parameters):
    return sum(parameter.numel() for parameter in parameters)


@pytest.mark.parametrize(
    ("build", "parameters"),
    [
        (FCN32s, 134_346_581),
        (FCN16s, 134_357_354),
        (FCN8s, 134_362_751),
        (lambda: FCN8s(learn_upsampling=True), 134_489_759),
        (DeconvNet, 251_772_245 + 33_408),
        (Dilated, 134_374_973),
        (lambda: Dilated(large=True), 141_149_720),
        (lambda: Dilated(num_classes=11), 134_313_443),
        (ContextModule, 28_392),
        (lambda: ContextModule(large=True), 6_803_139),
        (UNet, 31_030_658),
        (UNetPadded, 31_037_698),
        (lambda: UNetPadded(num_classes=21), 31_038_933),
        (lambda: UNetPadded(bilinear=True), 17_263_042),
    ],
)
def test_a_network_has_its_published_number_of_parameters(build, parameters):
    assert count(p for p in on_meta(build).parameters() if p.requires_grad) == parameters


def test_deconvnets_batch_norm_has_33408_parameters():
    norms = [m for m in on_meta(DeconvNet).modules() if isinstance(m, nn.BatchNorm2d)]
    assert count(p for norm in norms for p in norm.parameters()) == 33_408


def test_the_catalogue_of_papers_is_complete_and_every_entry_runs():
    assert list(PAPER_NETWORKS) == [
        "fcn32s_vgg16",
        "fcn16s_vgg16",
        "fcn8s_vgg16",
        "deconvnet_vgg16",
        "dilated_frontend_vgg16",
        "dilated_vgg16",
        "dilated_large_vgg16",
        "unet_2015",
        "unet_padded",
    ]
    outputs = [run(on_meta(entry.build), *entry.input_size) for entry in PAPER_NETWORKS.values()]
    assert outputs == [
        *[(21, 500, 500)] * 3,
        (21, 224, 224),
        *[(21, 66, 66)] * 3,
        (2, 388, 388),
        (2, 572, 572),
    ]
    for entry in PAPER_NETWORKS.values():
        network = on_meta(partial(entry.build, num_classes=5))
        assert run(network, *entry.input_size)[0] == 5


# FCN


def test_fcn_has_the_released_nets_sizes_at_500_pixels():
    table = sizes(on_meta(FCN8s), 3, 500, 500)
    assert [table[f"vgg16.pool{n}"] for n in (1, 2, 3, 4, 5)] == [349, 175, 88, 44, 22]
    assert [table[n] for n in ("vgg16.fc6", "score_fr", "upscore2")] == [16, 16, 34]
    assert [table[n] for n in ("upscore_pool4", "upscore8")] == [70, 568]
    assert sizes(on_meta(FCN16s), 3, 500, 500)["upscore16"] == 560
    assert sizes(on_meta(FCN32s), 3, 500, 500)["upscore"] == 544


@pytest.mark.parametrize("build", [FCN32s, FCN16s, FCN8s])
def test_fcns_scores_are_as_large_as_any_image(build):
    network = on_meta(build)
    for height, width in [(1, 1), (2, 31), (32, 33), (97, 500), (224, 224), (375, 499), (511, 640)]:
        assert run(network, 3, height, width) == (21, height, width)


class Silent(nn.Module):
    """Scores that depend on nothing, in place of a layer whose branch is to be left out."""

    def forward(self, x):
        return torch.zeros(x.shape[0], 21, *x.shape[2:], device=x.device)


@pytest.mark.parametrize(
    ("build", "silent", "stride"),
    [
        (FCN32s, [], 32),
        (FCN16s, [], 32),
        (FCN16s, ["score_fr"], 16),
        (FCN8s, [], 32),
        (FCN8s, ["score_fr"], 16),
        (FCN8s, ["score_fr", "score_pool4"], 8),
    ],
)
def test_fcns_crops_leave_every_pixel_in_the_middle_of_each_branchs_field(build, silent, stride):
    network = on_meta(build)
    for name in silent:
        setattr(network, name, Silent())
    image = torch.empty(1, 3, 500, 500, device="meta")
    tracker = Tracker()
    tracker.follow(image)
    with torch.no_grad(), tracker:
        scores = network(image)
    axis, _ = tracker.field(scores)
    off = [sum(axis.at(pixel)) / 2 - pixel for pixel in range(axis.period)]
    assert max(off) == -min(off) <= (stride - 1) / 2


@pytest.fixture(scope="module")
def fcn8s():
    return FCN8s(num_classes=21).eval()


def test_fcn_starts_with_all_scores_zero(fcn8s):
    with torch.no_grad():
        scores = fcn8s(torch.rand(1, 3, 5, 9))
    assert scores.shape == (1, 21, 5, 9)
    assert not scores.any()


def test_fcn_is_ready_to_learn_all_but_its_deconvolutions(fcn8s):
    fixed = [name for name, parameter in fcn8s.named_parameters() if not parameter.requires_grad]
    assert fixed == ["upscore2.weight", "upscore_pool4.weight", "upscore8.weight"]
    assert fcn8s.vgg16.conv1.conv1_1.weight.std() > 0


class SilentVGG16(nn.Module):
    """Zeros in place of VGG16's maps of a 500x500 image: what is left are the scores' biases."""

    def forward(self, image):
        return tuple(
            torch.zeros(1, *size) for size in [(256, 88, 88), (512, 44, 44), (4096, 16, 16)]
        )


@pytest.mark.parametrize(("build", "total"), [(FCN32s, 1), (FCN16s, 11), (FCN8s, 111)])
def test_fcn_adds_up_the_scores_of_its_branches(monkeypatch, build, total):
    monkeypatch.setattr(fcn, "ConvolutionalVGG16", SilentVGG16)
    network = build(num_classes=2)
    biases = {"score_fr": 1.0, "score_pool4": 10.0, "score_pool3": 100.0}
    with torch.no_grad():
        for name, module in network.named_children():
            if name in biases:
                module.bias.fill_(biases[name])
        scores = network(torch.zeros(1, 3, 500, 500))
    torch.testing.assert_close(
        scores[:, :, 100:400, 100:400], torch.full((1, 2, 300, 300), float(total))
    )


@pytest.mark.parametrize(("kernel_size", "stride"), [(4, 2), (16, 8), (32, 16), (64, 32)])
def test_a_bilinear_deconvolution_continues_a_ramp(kernel_size, stride):
    up = bilinear_deconvolution(2, kernel_size=kernel_size, stride=stride, learn=False)
    rows, columns = torch.meshgrid(torch.arange(6.0), torch.arange(7.0), indexing="ij")
    ramp = torch.stack([2 * rows - 3 * columns, 5 + columns])[None]
    with torch.no_grad():
        large = up(ramp)
    crop = slice(kernel_size // 2, -(kernel_size // 2))  # beyond, zeros take part
    y, x = torch.meshgrid(
        *((torch.arange(float(n)) + 0.5 - stride / 2) / stride - 0.5 for n in large.shape[-2:]),
        indexing="ij",
    )
    expected = torch.stack([2 * y - 3 * x, 5 + x])[None]
    torch.testing.assert_close(large[:, :, crop, crop], expected[:, :, crop, crop])


def test_a_bilinear_kernel_mixes_no_classes():
    kernel = bilinear_kernel(3, 4)
    assert kernel.shape == (3, 3, 4, 4)
    assert not kernel[~torch.eye(3, dtype=torch.bool)].any()
    assert torch.equal(
        kernel[1, 1] * 16, torch.tensor([1.0, 3, 3, 1]).outer(torch.tensor([1.0, 3, 3, 1]))
    )
    assert torch.equal(bilinear_kernel(1, 3)[0, 0, 1], torch.tensor([0.5, 1, 0.5]))


# DeconvNet


def test_deconvnet_goes_from_224_to_7_to_1_and_back():
    table = sizes(on_meta(DeconvNet), 3, 224, 224)
    assert [table[f"pool{n}"] for n in (1, 2, 3, 4, 5)] == [112, 56, 28, 14, 7]
    assert [table[n] for n in ("fc6", "fc7", "fc6_deconv")] == [1, 1, 7]
    assert [table[f"unpool{n}"] for n in (5, 4, 3, 2, 1)] == [14, 28, 56, 112, 224]


def test_deconvnet_takes_larger_images_of_whole_strides_and_refuses_others():
    network = on_meta(DeconvNet)
    assert run(network, 3, 256, 320) == (21, 256, 320)
    for height, width in [(225, 224), (224, 240), (240, 224), (192, 224)]:
        with pytest.raises(ValueError, match=rf"{height}x{width}.*multiples of 32.*try 224x224"):
            run(network, 3, height, width)


def test_unpooling_puts_values_where_the_maxima_were():
    network = on_meta(DeconvNet)
    x = torch.randperm(36).reshape(1, 1, 6, 6).float()
    pooled, switches = network.pool1(x)
    unpooled = network.unpool1(10 * pooled, switches)
    windows = x.unfold(2, 2, 2).unfold(3, 2, 2).amax(dim=(-1, -2))
    maxima = x == windows.repeat_interleave(2, 2).repeat_interleave(2, 3)
    assert maxima.sum() == 9
    assert torch.equal(unpooled, torch.where(maxima, 10 * x, 0))


# Dilated


def test_the_front_end_has_the_released_nets_sizes_at_900_pixels():
    table = sizes(on_meta(FrontEnd), 3, 900, 900)
    assert [table[n] for n in ("pool1", "pool2", "pool3")] == [448, 222, 108]
    assert [table[f"conv{n}.conv{n}_3"] for n in (4, 5)] == [102, 90]
    assert [table[n] for n in ("fc6", "fc7", "final")] == [66, 66, 66]


def test_the_front_end_gives_a_score_for_each_8_pixels_within_a_border_of_186():
    network = on_meta(FrontEnd)
    for blocks in (1, 2, 13):
        assert run(network, 3, 8 * blocks + 372, 380) == (21, blocks, 1)
    assert [row.jump for row in layer_table(network, (3, 380, 380))][-1] == (8, 8)


def test_the_front_end_refuses_an_image_that_it_would_consume():
    with pytest.raises(ValueError, match=r"379x500.*at least 380x380; try reflecting 186"):
        run(on_meta(FrontEnd), 3, 379, 500)


@pytest.mark.parametrize("large", [False, True])
def test_the_context_module_keeps_the_size_of_its_scores(large):
    network = on_meta(lambda: ContextModule(num_classes=3, large=large))
    for height, width in [(1, 1), (5, 66), (70, 41)]:
        assert run(network, 3, height, width) == (3, height, width)


@pytest.mark.parametrize("large", [False, True])
def test_the_context_module_starts_as_the_identity_on_scores_that_are_not_negative(large):
    torch.manual_seed(0)
    context = ContextModule(num_classes=4, large=large, noise_std=0.0)
    scores = torch.randn(1, 4, 9, 11)
    with torch.no_grad():
        torch.testing.assert_close(context(scores.relu()), scores.relu())
        torch.testing.assert_close(context(scores), scores.relu())


def test_the_large_context_module_starts_near_the_identity_and_its_channels_differ():
    torch.manual_seed(0)
    context = ContextModule(num_classes=4, large=True)
    scores = torch.rand(1, 4, 40, 40)
    with torch.no_grad():
        off = (context(scores) - scores).std()
    assert 0 < off < 0.2
    twins = context.ctx_conv1_1.weight[:2, 0, 1, 1]  # equation 5 gives a group equal weights
    assert torch.allclose(twins, torch.tensor(0.5))
    assert not torch.equal(context.ctx_conv1_1.weight[0], context.ctx_conv1_1.weight[1])


@pytest.mark.parametrize(("c_in", "c_out"), [(3, 3), (3, 6), (6, 6), (6, 12), (12, 3)])
def test_identity_initialisation_is_equation_5(c_in, c_out):
    classes = 3
    layer = nn.Conv2d(c_in, c_out, 3)
    identity_(layer, num_classes=classes, noise_std=0.0)
    for b in range(c_out):
        for a in range(c_in):
            same = a * classes // c_in == b * classes // c_out
            expected = torch.zeros(3, 3)
            expected[1, 1] = classes / c_out if same else 0
            assert torch.equal(layer.weight[b, a], expected)
    assert not layer.bias.any()


def test_identity_initialisation_refuses_channels_that_do_not_fall_into_classes():
    with pytest.raises(ValueError, match=r"4 channels in and 6 out .*num_classes=3.*try"):
        identity_(nn.Conv2d(4, 6, 3), num_classes=3, noise_std=0.0)


# U-Net


def test_unet_has_figure_1s_sizes():
    table = sizes(on_meta(UNet), 1, 572, 572)
    downs = [table[f"conv_d{n}b_c"] for n in (0, 1, 2, 3, 4)]
    ups = [table[f"conv_u{n}c_d"] for n in (3, 2, 1, 0)]
    assert downs == [568, 280, 136, 64, 28]
    assert ups == [52, 100, 196, 388]
    assert table["conv_u0d_score"] == 388


def test_unet_takes_exactly_the_sizes_whose_pools_are_even():
    network = on_meta(UNet)

    def legal(side):
        for _ in range(4):
            side -= 4
            if side % 2:
                return False
            side //= 2
        side -= 4
        for _ in range(4):
            side = 2 * side - 4
        return side > 0

    for side in range(150, 240):
        if legal(side):
            assert run(network, 1, side, 572) == (2, side - 184, 388)
        else:
            with pytest.raises(ValueError, match=rf"{side}x572.*try \d+x572") as refusal:
                run(network, 1, side, 572)
            assert legal(int(str(refusal.value).rpartition("try ")[2].partition("x")[0]))


def test_unet_crops_the_centre_and_joins_it_before_what_comes_up():
    skip = torch.arange(64.0).reshape(1, 1, 8, 8)
    up = torch.full((1, 1, 4, 2), -1.0)
    joined = crop_and_join(skip, up)
    assert torch.equal(joined[0, 0], skip[0, 0, 2:6, 3:5])
    assert torch.equal(joined[:, 1:], up)


def test_unets_weights_start_with_hes_deviation():
    network = UNet()
    for layer, inputs in [
        (network.conv_d2a_b, 9 * 128),
        (network.upconv_u3d_u2a, 512),
        (network.conv_u1b_c, 9 * 256),
    ]:
        assert layer.weight.std().item() == pytest.approx((2 / inputs) ** 0.5, rel=0.02)
        assert not layer.bias.any()


@pytest.mark.parametrize("bilinear", [False, True])
def test_the_padded_unet_gives_back_the_size_of_any_image(bilinear):
    network = on_meta(lambda: UNetPadded(bilinear=bilinear))
    for height, width in [(16, 16), (17, 31), (100, 333), (572, 572)]:
        assert run(network, 3, height, width) == (2, height, width)
    with pytest.raises(ValueError, match=r"15x40.*at least 16x16; try"):
        run(network, 3, 15, 40)


def test_the_padded_unet_pads_what_comes_up_to_the_size_of_its_skip():
    skip, up = torch.zeros(1, 1, 5, 7), torch.ones(1, 2, 4, 4)
    joined = pad_and_join(skip, up)
    assert torch.equal(joined[:, 1:], F.pad(up, [1, 2, 0, 1]))
    assert not joined[:, :1].any()
