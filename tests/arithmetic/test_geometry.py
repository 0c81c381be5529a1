"""Sizes, refusals, slider bounds and inverse sizes."""

import itertools
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from segdemo.arithmetic.geometry import (
    input_sizes,
    is_legal,
    legal_values,
    output_size,
    resolve,
    slider_bounds,
    weight_shape,
)
from segdemo.arithmetic.setting import OPERATIONS, IllegalSettingError, Setting

TRICKY = [
    (("conv", 5, 3), {"stride": 2, "padding": 1}, 3),
    (("conv", 6, 3), {"stride": 2, "padding": 1}, 3),
    (("conv", 6, 3), {"stride": 2}, 2),
    (("conv", 4, 3), {"dilation": 2}, None),
    (("conv", (7, 5), (3, 1)), {"stride": (2, 1), "padding": (1, 0), "dilation": (1, 2)}, (4, 5)),
    (("conv", 1, 1), {"stride": 3, "padding": 5}, 4),
    (("conv", 4, 2), {"padding": "same"}, 4),
    (("conv", 4, 2), {"padding": "same", "stride": 2}, None),
    (("conv_transpose", 4, 3), {"padding": "same"}, None),
    (("conv_transpose", 4, 3), {"padding_mode": "reflect"}, None),
    (("conv_transpose", 3, 3), {"stride": 2, "padding": 1, "output_padding": 0}, 5),
    (("conv_transpose", 3, 3), {"stride": 2, "padding": 1, "output_padding": 1}, 6),
    (("conv_transpose", 3, 3), {"stride": 2, "padding": 1, "output_padding": 2}, None),
    (("conv_transpose", 3, 3), {"output_padding": 1}, None),
    (("conv_transpose", 3, 3), {"dilation": 3, "output_padding": 2}, 11),
    (
        ("conv_transpose", 3, 3),
        {"stride": 2, "dilation": 2, "padding": 1, "output_padding": 1},
        8,
    ),
    (("conv_transpose", 10, 3), {"dilation": 2}, 14),
    (("conv_transpose", 2, 3), {"padding": 2}, None),
    (("conv_transpose", 5, 2), {"padding": 2}, 2),
    (("max_pool", 5, 3), {"stride": 3, "padding": 1, "ceil_mode": True}, 2),
    (("max_pool", 5, 2), {"padding": 2}, None),
    (("max_pool", 9, 3), {"padding": 2, "dilation": 2}, None),
    (("max_pool", 7, 3), {"stride": 1, "dilation": 2}, 3),
    (("max_unpool", 2, 2), {}, 4),
    (("max_unpool", 2, 2), {"output_size": 5}, 5),
    (("max_unpool", 2, 2), {"output_size": 6}, None),
    (("conv", 3, 1), {"padding": 2, "padding_mode": "reflect"}, 7),
    (("conv", 3, 3), {"padding": 2, "padding_mode": "reflect"}, 5),
    (("conv", 3, 3), {"padding": 3, "padding_mode": "reflect"}, None),
    (("conv", 3, 3), {"padding": 3, "padding_mode": "circular"}, 7),
    (("conv", 3, 3), {"padding": 4, "padding_mode": "circular"}, None),
    (("conv", 5, 3), {"stride": 0}, None),
    (("conv", 5, 3), {"padding": -1}, None),
    (("conv_transpose", (4, 4), 64), {"stride": 32, "padding": 16}, (128, 128)),
    (("conv", (5, 5), (3, 3, 3)), {}, None),
    (("conv", 5, (3, 3)), {}, None),
    (("conv", (5, 5, 5), 3), {}, None),
    (("avg_pool", 5, 3), {"dilation": 2}, None),
    (("upsample", 5, 3), {}, None),
    (("conv", 5.0, 3), {}, None),
    (("conv", 5, 3), {"stride": True}, None),
    (("conv", 5, 3), {"padding": "full"}, None),
    (("conv", 5, 3), {"padding_mode": "mirror"}, None),
    (("max_pool", 5, 3), {"ceil_mode": 1}, None),
]


@pytest.mark.parametrize(("sizes", "parameters", "expected"), TRICKY)
def test_tricky_case_has_its_size_or_its_refusal(sizes, parameters, expected, torch_layer):
    if expected is not None:
        assert output_size(*sizes, **parameters) == expected
        assert torch_layer.size(Setting(*sizes, **parameters)) == expected
        return
    with pytest.raises(IllegalSettingError) as refusal:
        output_size(*sizes, **parameters)
    mended = replace(Setting(*sizes, **parameters), **refusal.value.nearest)
    assert refusal.value.nearest
    assert torch_layer.size(mended) is not None


def test_refusal_says_what_got_rule_and_remedy():
    with pytest.raises(ValueError, match="smaller than") as refusal:
        output_size("conv_transpose", 3, 3, stride=2, output_padding=2)
    assert str(refusal.value) == (
        "output_padding=2 must be smaller than stride=2 or dilation=1; try output_padding=1."
    )
    assert refusal.value.nearest == {"output_padding": 1}


def test_size_is_an_int_for_an_int_and_a_tuple_for_a_tuple():
    assert output_size("conv", 5, 3) == 3
    assert output_size("conv", (5,), 3) == (3,)
    assert output_size("conv", (5, 6), 3) == (3, 4)


@pytest.mark.parametrize("operation", OPERATIONS)
def test_nearest_setting_is_legal_in_torch(operation, torch_layer, settings_of):
    mended_ones = []

    @settings(max_examples=100, deadline=None, derandomize=True)
    @given(st.data())
    def sweep(data):
        setting = data.draw(settings_of((operation,), mended=False))
        if is_legal(setting):
            return
        with pytest.raises(IllegalSettingError, match=r"^[^\n]+; try .+=.+\.$") as refusal:
            resolve(setting)
        mended = replace(setting, **refusal.value.nearest)
        mended_ones.append(mended)
        assert torch_layer.size(mended) is not None, (setting, refusal.value.nearest)

    sweep()
    assert len(mended_ones) > 15


@pytest.mark.parametrize(
    ("setting", "nearest"),
    [
        (Setting("conv", (4, 4), 3, dilation=2), {"padding": 1}),
        (Setting("conv", (4, 9), 3, dilation=2), {"padding": (1, 0)}),
        (Setting("conv", 5, 3, stride=0, padding=-1), {"stride": 1, "padding": 0}),
        (Setting("conv", 5, 3, stride=2, padding="same"), {"stride": 1}),
        (Setting("conv", 3, 3, padding=4, padding_mode="circular"), {"padding": 3}),
        (Setting("max_pool", 9, 3, padding=3), {"padding": 1}),
        (Setting("max_unpool", (2, 2), 2, output_size=(3, 6)), {"output_size": (3, 5)}),
        (Setting("avg_pool", 9, 3, dilation=2), {"dilation": 1}),
        (Setting("conv", 1, 3, padding_mode="reflect"), {"kernel_size": 1}),
        (Setting("conv", 4, 900), {"kernel_size": 1}),
    ],
)
def test_nearest_setting_changes_no_more_than_it_must(setting, nearest):
    with pytest.raises(IllegalSettingError) as refusal:
        resolve(setting)
    assert refusal.value.nearest == nearest


SLIDERS = [
    Setting("conv", (7, 5), 3, 2, 1),
    Setting("conv", (7, 5), (3, 2), padding=2, padding_mode="reflect"),
    Setting("conv_transpose", 4, 3, 2, 1, output_padding=1),
    Setting("conv_transpose", (4, 1), 3, (3, 2), 1, dilation=2, output_padding=(2, 0)),
    Setting("max_pool", 7, 3, padding=1, ceil_mode=True),
    Setting("max_pool", (7, 9), 3, 2, dilation=2),
    Setting("avg_pool", (5, 5), 4, 2, 2),
    Setting("max_unpool", (3, 3), 2, output_size=(5, 6)),
    Setting("conv", 4, 3, dilation=2),
]
NUMBERS = ("input_size", "kernel_size", "stride", "padding", "dilation", "output_padding")


@pytest.mark.parametrize("setting", SLIDERS)
def test_bounds_agree_with_trying_every_value_in_torch(setting, torch_layer):
    axes = [None] if isinstance(setting.input_size, int) else [None, 0, 1]
    for name, axis in itertools.product(NUMBERS, axes):
        legal = [v for v in range(13) if torch_layer.size(_moved(setting, name, v, axis))]
        assert list(legal_values(setting, name, axis=axis, cap=12)) == legal, (name, axis)
        bounds = slider_bounds(setting, name, axis=axis, cap=12)
        if not legal:
            assert bounds is None
            continue
        low, high = bounds
        assert set(range(low, high + 1)) <= set(legal)
        assert low - 1 not in legal
        assert high + 1 not in legal


def _moved(setting, name, value, axis):
    old = getattr(setting, name)
    pooling = setting.operation not in ("conv", "conv_transpose")
    if isinstance(setting.input_size, int):
        return replace(setting, **{name: value})
    if axis is None:
        return replace(setting, **{name: (value, value)})
    if old is None:
        old = setting.kernel_size if pooling else 1
    old = list(old) if isinstance(old, tuple) else [old, old]
    old[axis] = value
    return replace(setting, **{name: tuple(old)})


def test_bounds_stay_on_the_current_side_of_a_gap():
    # With ceil_mode a window of 3 fits 2 cells at stride 2 and up, at stride 1 it doesn't.
    setting = Setting("max_pool", 2, 3, stride=2, ceil_mode=True)
    assert legal_values(setting, "stride", cap=5) == (2, 3, 4, 5)
    assert slider_bounds(setting, "stride", cap=5) == (2, 5)
    assert legal_values(setting, "ceil_mode") == (True,)


def test_choices_of_padding_mode_are_the_legal_ones():
    setting = Setting("conv", 3, 3, padding=3)
    assert legal_values(setting, "padding_mode") == ("zeros", "replicate", "circular")


@settings(max_examples=50, deadline=None, derandomize=True)
@given(data=st.data())
def test_input_sizes_are_all_those_that_give_this_output(data, torch_layer, settings_of):
    setting = data.draw(settings_of(("conv", "max_pool", "avg_pool")))
    if not is_legal(setting):
        return
    for number, trips in enumerate(input_sizes(setting)):
        size = resolve(setting)[number].output_size
        tried = []
        for candidate in range(1, 60):
            there = _moved(setting, "input_size", candidate, number)
            if is_legal(there) and resolve(there)[number].output_size == size:
                tried.append(candidate)
        assert [trip.input_size for trip in trips] == tried
        axis = resolve(setting)[number]
        for trip in trips:
            if trip.output_padding is not None:
                back = Setting(
                    "conv_transpose",
                    size,
                    axis.kernel_size,
                    axis.stride,
                    axis.pad_left,
                    dilation=axis.dilation,
                    output_padding=trip.output_padding,
                )
                assert torch_layer.size(back) == trip.input_size


def test_strided_convolution_sends_stride_sizes_to_one():
    trips = input_sizes(Setting("conv", 5, 3, stride=3, padding=1))[0]
    assert [(t.input_size, t.output_padding) for t in trips] == [(4, 0), (5, 1), (6, 2)]
    assert input_sizes(Setting("conv", 5, 2, padding="same"))[0][0].output_padding is None


def test_transposed_sizes_come_back_with_their_output_padding(torch_layer):
    setting = Setting("conv_transpose", 3, 3, stride=2, padding=1, dilation=3, output_padding=2)
    trips = input_sizes(setting)[0]
    tried = []
    for size, extra in itertools.product(range(1, 20), range(3)):
        there = replace(setting, input_size=size, output_padding=extra)
        if torch_layer.size(there) == output_size("conv_transpose", 3, 3, **_parameters(setting)):
            tried.append((size, extra))
    assert [(t.input_size, t.output_padding) for t in trips] == sorted(tried)
    assert (3, 2) in tried


def _parameters(setting):
    names = ("stride", "padding", "dilation", "output_padding")
    return {name: getattr(setting, name) for name in names}


def test_unpooling_names_every_input_that_may_ask_for_this_size():
    setting = Setting("max_unpool", 3, 2, stride=3, output_size=6)
    trips = input_sizes(setting)[0]
    legal = [i for i in range(1, 20) if is_legal(replace(setting, input_size=i))]
    assert [t.input_size for t in trips] == legal == [2, 3]


def test_weight_shape_is_torchs_and_groups_must_divide():
    assert weight_shape("conv", 6, 4, (3, 5), groups=2) == (4, 3, 3, 5)
    assert weight_shape("conv_transpose", 6, 4, (3,), groups=2) == (6, 2, 3)
    with pytest.raises(IllegalSettingError) as refusal:
        weight_shape("conv", 6, 6, (3, 3), groups=4)
    assert refusal.value.nearest == {"groups": 3}
    with pytest.raises(IllegalSettingError):
        weight_shape("max_pool", 6, 6, (3, 3))
