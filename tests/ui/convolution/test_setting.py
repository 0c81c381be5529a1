"""A setting of the Convolution tab: whatever comes in, a legal value or one sentence comes out."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from segdemo.arithmetic.geometry import resolve
from segdemo.ui.convolution.check import MOST_PRODUCTS, check, cost, differences, mended
from segdemo.ui.convolution.presets import DEFAULT_PRESET, PRESETS
from segdemo.ui.convolution.reading import BOUNDS
from segdemo.ui.convolution.setting import (
    MOST_CELLS,
    Choice,
    bias_array,
    from_mapping,
    index_array,
    input_array,
    weight_array,
)
from tests.ui.convolution.strategies import RAW, choices


@given(RAW)
def test_anything_becomes_a_choice_within_bounds_or_one_sentence(raw):
    try:
        choice = from_mapping(raw)
    except ValueError as refusal:
        said = str(refusal)
    else:
        assert_within_bounds(choice)
        return
    assert said.endswith(".")
    assert len(said) < 250


def assert_within_bounds(choice):
    for name, (low, high) in BOUNDS.items():
        value = getattr(choice, name)
        if value is not None and not isinstance(value, str):
            numbers = value if isinstance(value, tuple) else (value,)
            assert all(low <= number <= high for number in numbers)


@pytest.mark.parametrize("raw", [None, 3, "stride=2", [["stride", 2]]])
def test_what_is_no_mapping_is_refused(raw):
    with pytest.raises(ValueError, match="must be a mapping"):
        from_mapping(raw)


@given(choices())
def test_a_choice_survives_its_mapping_and_a_links_strings(choice):
    plain = choice.to_mapping()
    assert from_mapping(plain) == choice
    assert from_mapping({name: str(value) for name, value in plain.items()}) == choice


@given(st.lists(st.lists(st.integers(-1999, 1999), max_size=5), max_size=5))
def test_typed_numbers_survive_their_mapping(rows):
    halves = [[number / 2 for number in row] for row in rows]
    choice = from_mapping({"kernel_kind": "typed", "kernel_values": halves})
    assert from_mapping(choice.to_mapping()) == choice


def test_typed_rows_are_cut_or_filled_with_zeros():
    choice = from_mapping({"kernel_kind": "typed", "kernel_values": "1 2 3 4\n5"})
    assert weight_array(choice)[0, 0].tolist() == [[1, 2, 3], [5, 0, 0], [0, 0, 0]]


def test_one_number_stands_for_both_axes_and_3x5_is_height_and_width():
    assert from_mapping({"kernel_size": "3"}).kernel_size == (3, 3)
    assert from_mapping({"kernel_size": "3x5"}).kernel_size == (3, 5)
    assert from_mapping({"kernel_size": "3x5", "dims": "1"}).kernel_size == (5, 5)


@given(choices())
def test_every_choice_is_mended_to_one_that_the_page_can_show(choice):
    legal = mended(choice)
    axes = check(legal)
    cells, products = cost(legal, axes)
    assert cells <= MOST_CELLS
    assert products <= MOST_PRODUCTS
    try:
        check(choice)
    except ValueError:
        assert differences(choice, legal)
    else:
        assert legal == choice


@pytest.mark.parametrize(
    "raw",
    [
        {"operation": "conv_transpose", "kernel_size": 64, "stride": 32, "dilation": 32},
        {"kernel_size": 64, "padding": 64, "in_channels": 8, "out_channels": 8},
    ],
)
def test_a_layer_too_large_for_the_page_is_made_smaller(raw):
    choice = from_mapping({**raw, "input_size": 32})
    with pytest.raises(ValueError, match="the page works out at most"):
        check(choice)
    check(mended(choice))


def test_the_largest_input_under_fcns_kernel_is_shown():
    fcn = from_mapping({**PRESETS["fcn"].choice.to_mapping(), "input_size": 32, "padding": 0})
    assert [axis.output_size for axis in check(fcn)] == [1056, 1056]


@given(choices())
def test_numbers_have_torchs_shapes_and_are_the_same_each_time(choice):
    legal = mended(choice)
    axes = resolve(legal.setting())
    image = input_array(legal)
    assert image.shape == (legal.in_channels, *(axis.input_size for axis in axes))
    assert np.array_equal(image, input_array(legal))
    if legal.operation in ("conv", "conv_transpose"):
        assert weight_array(legal).shape[2:] == tuple(axis.kernel_size for axis in axes)
        bias = bias_array(legal)
        assert (bias is not None) == legal.bias
        assert bias is None or bias.shape == (legal.out_channels,)


def test_a_larger_input_keeps_the_numbers_of_a_smaller_one():
    small = input_array(Choice(input_size=(4, 5)))
    large = input_array(Choice(input_size=(6, 9)))
    assert np.array_equal(large[:, :4, :5], small)


@given(choices())
def test_unpoolings_indices_lie_in_its_output(choice):
    legal = mended(from_mapping({**choice.to_mapping(), "operation": "max_unpool"}))
    outputs = int(np.prod([axis.output_size for axis in resolve(legal.setting())]))
    indices = index_array(legal)
    assert indices.min() >= 0
    assert indices.max() < max(outputs, 1)


def test_the_bilinear_kernel_is_fcns():
    kernel = weight_array(from_mapping({"kernel_kind": "bilinear", "kernel_size": 4}))[0, 0]
    tent = np.array([0.25, 0.75, 0.75, 0.25])
    assert np.array_equal(kernel, np.outer(tent, tent))


@pytest.mark.parametrize("name", PRESETS)
def test_every_preset_is_legal_and_has_its_source(name):
    preset = PRESETS[name]
    check(preset.choice)
    assert from_mapping(preset.choice.to_mapping()) == preset.choice
    assert preset.sentence.endswith((".", "!"))
    assert preset.citation


@pytest.mark.parametrize(
    ("name", "before", "after"),
    [
        ("no_padding", 4, 2),
        ("arbitrary", 5, 6),
        ("half", 5, 5),
        ("full", 5, 7),
        ("strides", 5, 2),
        ("strides_padding", 5, 3),
        ("odd", 6, 3),
        ("no_padding_t", 2, 4),
        ("arbitrary_t", 6, 5),
        ("half_t", 5, 5),
        ("full_t", 7, 5),
        ("strides_t", 2, 5),
        ("strides_padding_t", 3, 5),
        ("odd_t", 3, 6),
        ("dilated", 7, 3),
        ("dcgan", 4, 8),
        ("unet", 4, 8),
    ],
)
def test_the_papers_figures_have_the_papers_sizes(name, before, after):
    axes = resolve(PRESETS[name].choice.setting())
    assert {(axis.input_size, axis.output_size) for axis in axes} == {(before, after)}


def test_the_default_preset_is_seven_by_seven():
    assert PRESETS[DEFAULT_PRESET].choice.input_size == (7, 7)
