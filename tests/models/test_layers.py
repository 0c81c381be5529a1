"""layers.py and fields.py: by hand for small cases, against gradients for whole networks."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn
from torch.nn import functional as F
from torch.utils.flop_counter import FlopCounterMode

from segdemo.models.deconvnet import DeconvNet
from segdemo.models.dilated import ContextModule, FrontEnd
from segdemo.models.fcn import FCN8s, FCN16s, FCN32s
from segdemo.models.fields import Tracker
from segdemo.models.layers import Layer, layer_table, on_meta
from segdemo.models.unet import UNet, UNetPadded


def build_on_meta(build):
    with torch.device("meta"):
        return build()


def rows_by_name(network, input_size):
    return {row.name: row for row in layer_table(network, input_size)}


def narrow(module):
    """The same network with a 64th of the channels, all weights one, averages for maxima.

    Everything is positive, so an output's gradient is non-zero exactly where it can depend.
    """
    for name, child in module.named_children():
        if isinstance(child, nn.Conv2d | nn.ConvTranspose2d):
            thin = type(child)(
                max(1, child.in_channels // 64),
                max(1, child.out_channels // 64),
                child.kernel_size,
                stride=child.stride,
                padding=child.padding,
                dilation=child.dilation,
                bias=False,
                dtype=torch.float64,
            )
            nn.init.ones_(thin.weight)
            setattr(module, name, thin)
        elif isinstance(child, nn.MaxPool2d):
            setattr(module, name, nn.AvgPool2d(2, 2, ceil_mode=child.ceil_mode))
        elif isinstance(child, nn.BatchNorm2d):
            setattr(module, name, nn.Identity())
        else:
            narrow(child)
    return module.eval()


def theoretical(network, image):
    """The output's field down the image: an Axis."""
    meta = torch.empty_like(image, device="meta")
    tracker = Tracker()
    tracker.follow(meta)
    with torch.no_grad(), tracker:
        result = on_meta(network)(meta)
    height, _ = tracker.field(result)
    return height


def by_gradient(network, image, positions=None):
    """For each position of the output's middle column: first and last row that it depends on."""
    image.requires_grad_(True)
    result = network(image)
    for position in range(result.shape[2]) if positions is None else positions:
        column = result[:, :, position, result.shape[3] // 2]
        (gradient,) = torch.autograd.grad(column.sum(), image, retain_graph=True)
        rows = (gradient.abs().sum(dim=(0, 1, 3)) > 1e-12).nonzero().flatten().tolist()
        yield position, ((rows[0], rows[-1]) if rows else None)


@pytest.mark.parametrize(
    ("build", "size", "widest"),
    [
        (FCN32s, (640, 1), 436),
        (FCN16s, (640, 1), 468),
        (FCN8s, (640, 1), 468),
        (FrontEnd, (500, 380), 380),
        (UNet, (412, 188), 204),
        (UNetPadded, (335, 17), 204),
        (lambda: UNetPadded(bilinear=True), (335, 17), 236),
    ],
)
def test_fields_of_whole_networks_are_those_of_their_gradients(build, size, widest):
    network = narrow(build_on_meta(build))
    image = torch.ones(1, 1, *size, dtype=torch.float64)
    axis = theoretical(network, image)
    middle = int(size[0] / 2 / axis.jump - axis.at(0)[0] / 2)
    inside = [
        position
        for position in range(max(0, middle - 300), middle + 300)
        if axis.at(position)[0] >= 0 and axis.at(position)[1] < size[0]
    ]
    inside = inside[len(inside) // 2 - 20 :][:40]
    measured = dict(by_gradient(network, image, inside))
    assert measured == {position: axis.at(position) for position in inside}
    assert max(last - first + 1 for first, last in measured.values()) == widest


def test_fcns_scores_have_a_field_of_404_by_gradient_too():
    encoder = narrow(build_on_meta(FCN32s)).vgg16
    fc7 = nn.Sequential(encoder)
    fc7.forward = lambda image: encoder(image)[2]
    image = torch.ones(1, 1, 700, 1, dtype=torch.float64)
    widths = [rows[1] - rows[0] + 1 for _, rows in by_gradient(fc7, image, range(9, 14))]
    assert widths == [404] * 5
    table = rows_by_name(build_on_meta(FCN32s), (3, 500, 500))
    for name in ("vgg16.fc6", "vgg16.fc7", "score_fr"):
        assert table[name].receptive_field == (404, 404)
        assert table[name].jump == (32, 32)


@st.composite
def layers(draw):
    """One layer along the height that can follow any other, with positive weights."""
    kind = draw(st.sampled_from(["conv", "transposed", "average", "nearest", "bilinear", "cubic"]))
    kernel, stride = draw(st.integers(1, 4)), draw(st.integers(1, 2))
    if kind == "average":
        return nn.AvgPool2d(
            (kernel, 1), (stride, 1), padding=(draw(st.integers(0, kernel // 2)), 0)
        )
    if kind in ("nearest", "bilinear", "cubic"):
        return nn.Upsample(
            scale_factor=(draw(st.sampled_from([0.5, 1.5, 2.0])), 1),
            mode={"cubic": "bicubic"}.get(kind, kind),
            align_corners=None if kind == "nearest" else draw(st.booleans()),
        )
    layer = {"conv": nn.Conv2d, "transposed": nn.ConvTranspose2d}[kind](
        1,
        1,
        (kernel, 1),
        (stride, 1),
        (draw(st.integers(0, 2)), 0),
        dilation=(draw(st.integers(1, 3)), 1),
        bias=False,
        dtype=torch.float64,
    )
    nn.init.uniform_(layer.weight, 0.5, 1.5)
    return layer


@settings(max_examples=25, deadline=None, derandomize=True)
@given(st.lists(layers(), min_size=1, max_size=3))
def test_fields_of_any_stack_are_those_of_its_gradients(stack):
    network = nn.Sequential(*stack)
    image = torch.ones(1, 1, 96, 1, dtype=torch.float64)
    axis = theoretical(network, image)
    # Those whose field is so far inside that they read nothing beyond an edge of any map.
    inside = [p for p in range(400) if 24 <= axis.at(p)[0] <= axis.at(p)[1] < 72]
    assert dict(by_gradient(network, image, inside)) == {p: axis.at(p) for p in inside}


def test_a_row_holds_what_can_be_worked_out_by_hand():
    network = nn.Sequential(nn.Conv2d(3, 8, (3, 5), stride=2, padding=1), nn.MaxPool2d(2))
    conv, pool = layer_table(network, (3, 33, 41))
    assert conv == Layer(
        name="0",
        kind="Conv2d",
        output_size=(8, 17, 20),
        parameters=8 * (3 * 3 * 5 + 1),
        fixed=0,
        multiply_adds=17 * 20 * 8 * 3 * 3 * 5,
        receptive_field=(3, 5),
        jump=(2, 2),
    )
    assert pool.receptive_field == (5, 7)
    assert pool.jump == (4, 4)
    assert pool.multiply_adds == 0


def test_a_transposed_convolution_multiplies_once_for_every_input_position():
    up = nn.ConvTranspose2d(6, 4, 3, stride=2, groups=2)
    (row,) = layer_table(up, (6, 10, 12))
    assert row.output_size == (4, 21, 25)
    assert row.multiply_adds == 10 * 12 * 6 * 2 * 9


@pytest.mark.parametrize(
    ("kernel_size", "stride", "dilation", "field", "gap"),
    [
        (2, 2, 1, 1, False),
        (3, 2, 1, 2, False),
        (4, 2, 1, 2, False),
        (16, 8, 1, 2, False),
        (3, 1, 1, 3, False),
        (5, 2, 1, 3, False),
        (3, 2, 2, 3, True),
        (2, 3, 1, 1, True),
        (3, 3, 2, 1, False),
        (4, 3, 2, 3, False),
    ],
)
def test_a_transposed_convolution_reads_the_inputs_that_reach_it(
    kernel_size, stride, dilation, field, gap
):
    up = nn.ConvTranspose2d(1, 1, kernel_size, stride=stride, dilation=dilation)
    (row,) = layer_table(up, (1, 20, 20))
    assert row.receptive_field == (field, field)
    assert row.jump == (1 / stride, 1 / stride)
    axis = theoretical(up, torch.empty(1, 1, 20, 20))
    assert any(first > last for first, last in zip(axis.first, axis.last, strict=True)) == gap


@pytest.mark.parametrize(
    ("build", "size"), [(FCN8s, (3, 500, 375)), (DeconvNet, (3, 224, 224)), (UNet, (1, 572, 572))]
)
def test_multiply_adds_are_half_the_operations_that_torch_counts(build, size):
    network = build_on_meta(build).eval()
    with FlopCounterMode(display=False) as counter, torch.no_grad():
        network(torch.empty(1, *size, device="meta"))
    counted = sum(row.multiply_adds for row in layer_table(network, size))
    assert 2 * counted == counter.get_total_flops()


def test_an_unpooled_position_sees_the_window_that_was_pooled():
    class Unpooling(nn.Module):
        def __init__(self):
            super().__init__()
            self.pool = nn.MaxPool2d(2, return_indices=True)
            self.unpool = nn.MaxUnpool2d(2)
            self.conv = nn.Conv2d(1, 1, 3, padding=1)

        def forward(self, x):
            pooled, switches = self.pool(x)
            return self.conv(self.unpool(pooled, switches))

    pool, unpool, conv = layer_table(Unpooling(), (1, 12, 12))
    assert (pool.receptive_field, pool.jump) == ((2, 2), (2, 2))
    assert (unpool.receptive_field, unpool.jump) == ((2, 2), (1, 1))
    assert (conv.receptive_field, conv.jump) == ((4, 4), (1, 1))  # 3 positions of 2 windows


def test_linear_layers_see_the_whole_image_and_multiply_once_a_weight():
    network = nn.Sequential(nn.Conv2d(1, 2, 3), nn.Flatten(), nn.Linear(2 * 6 * 4, 5))
    table = layer_table(network, (1, 8, 6))
    assert table[-1].output_size == (5,)
    assert table[-1].multiply_adds == 2 * 6 * 4 * 5
    assert table[-1].receptive_field == (8, 6)
    assert table[-1].jump == (0, 0)


class Branches(nn.Module):
    """Two ways that merge by a sum, then a third by concatenation, then a global gate."""

    def __init__(self):
        super().__init__()
        self.narrow = nn.Conv2d(1, 1, 1)
        self.wide = nn.Conv2d(1, 1, 7, padding=3)
        self.widest = nn.Conv2d(1, 1, 3, padding=5, dilation=5)
        self.after_sum = nn.Conv2d(1, 1, 3)
        self.after_join = nn.Conv2d(2, 1, 1)
        self.gated = nn.Conv2d(1, 1, 1)

    def forward(self, x):
        total = self.after_sum(self.narrow(x) + self.wide(x))
        joined = self.after_join(torch.cat([total, self.widest(x)[:, :, 1:-1, 1:-1]], dim=1))
        return self.gated(joined * F.adaptive_avg_pool2d(x, 1))


def test_where_branches_merge_the_widest_field_counts():
    table = rows_by_name(Branches(), (1, 40, 30))
    assert table["after_sum"].receptive_field == (9, 9)
    assert table["after_join"].receptive_field == (11, 11)
    assert table["gated"].receptive_field == (40 + 4, 30 + 4)  # at an edge, 4 of 11 lie outside
    assert table["gated"].jump == (1, 1)


def test_a_crop_moves_fields_apart_where_it_is_off_centre():
    class Shifted(nn.Module):
        def forward(self, x):
            return x[:, :, 4:] + x[:, :, :-4]

    (row,) = layer_table(Shifted(), (1, 20, 20))
    assert row.receptive_field == (5, 1)


def test_fixed_and_shared_parameters_are_told_apart():
    shared = nn.Conv2d(2, 2, 1)
    frozen = nn.Conv2d(2, 2, 1, bias=False).requires_grad_(False)
    first, again, fixed = layer_table(nn.Sequential(shared, shared, frozen), (2, 4, 4))
    assert (first.parameters, again.parameters) == (6, 0)
    assert again.multiply_adds == first.multiply_adds == 2 * 2 * 16
    assert (fixed.parameters, fixed.fixed) == (0, 4)


def test_the_table_costs_nothing_and_leaves_the_network_alone():
    network = nn.Sequential(nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4), nn.Dropout()).train()
    before = {name: tensor.clone() for name, tensor in network.state_dict().items()}
    rows = layer_table(network, (3, 100_000, 100_000))  # 120 GB, were it computed
    assert rows[-1].output_size == (4, 99_998, 99_998)
    assert network.training
    assert all(module.training for module in network)
    assert not network[0]._forward_hooks
    assert all(torch.equal(before[name], now) for name, now in network.state_dict().items())


def test_convolutions_called_as_functions_are_counted_where_they_happen():
    class Functional(nn.Module):
        def __init__(self):
            super().__init__()
            self.conv = nn.Conv2d(1, 1, 3)

        def forward(self, x):
            return F.conv2d(self.conv(x), self.conv.weight)

    table = rows_by_name(Functional(), (1, 6, 6))
    assert table["conv"].multiply_adds == 16 * 9
    assert table[""].multiply_adds == 4 * 9
    assert table[""].receptive_field == (5, 5)


def test_an_input_that_is_no_image_has_no_field():
    (row,) = layer_table(nn.Linear(10, 3), (10,))
    assert row.receptive_field is None
    assert row.jump is None
    assert row.multiply_adds == 30


def test_an_impossible_input_size_is_refused():
    with pytest.raises(ValueError, match=r"input_size=\(3, 0, 5\).*try"):
        layer_table(nn.Conv2d(3, 3, 1), (3, 0, 5))


@pytest.mark.parametrize("large", [False, True])
def test_the_context_module_sees_what_table_1_says(large):
    network = build_on_meta(lambda: ContextModule(large=large))
    fields = [row.receptive_field for row in layer_table(network, (21, 66, 66))]
    assert fields == [(n, n) for n in (3, 5, 9, 17, 33, 65, 67, 67)]
