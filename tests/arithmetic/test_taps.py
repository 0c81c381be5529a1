"""Taps in both directions, overlap counts and dropped inputs."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from segdemo.arithmetic.geometry import is_legal, resolve
from segdemo.arithmetic.matrix import layer_matrix
from segdemo.arithmetic.setting import IllegalSettingError, Setting
from segdemo.arithmetic.taps import dropped_inputs, overlap, padded_cells, taps, touches

OVERLAPS = [
    (Setting("conv_transpose", 4, 3, 2), [1, 1, 2, 1, 2, 1, 2, 1, 1]),
    (Setting("conv_transpose", 4, 4, 2, 1), [1, 2, 2, 2, 2, 2, 2, 1]),
    (Setting("conv_transpose", 4, 4, 2, dilation=2), [1, 0, 2, 0, 3, 0, 4, 0, 3, 0, 2, 0, 1]),
    (Setting("conv_transpose", 2, 1, 3, output_padding=2), [1, 0, 0, 1, 0, 0]),
]


@pytest.mark.parametrize(("setting", "counts"), OVERLAPS)
def test_overlap_has_the_known_checkerboard(setting, counts):
    assert overlap(setting).tolist() == counts


def test_stride_that_does_not_fit_drops_the_last_input():
    assert touches(Setting("conv", 6, 3, 2)).tolist() == [1, 1, 2, 1, 1, 0]
    assert dropped_inputs(Setting("conv", (6, 5), 3, 2)).sum() == 5
    # With padding 1 it is the right padding cell that is never touched, and no input.
    assert not dropped_inputs(Setting("conv", 6, 3, 2, 1)).any()


def test_both_directions_name_cells_and_weights():
    meetings = taps(Setting("conv", (4, 4), (3, 2), padding=(1, 0)))
    inputs, weights = meetings.inputs_of((0, 1))
    assert inputs.tolist() == [[0, 1], [0, 2], [1, 1], [1, 2]]
    assert weights.tolist() == [[1, 0], [1, 1], [2, 0], [2, 1]]
    outputs, weights = meetings.outputs_of((0, 1))
    assert outputs.tolist() == [[0, 0], [0, 1], [1, 0], [1, 1]]
    assert weights.tolist() == [[1, 1], [1, 0], [0, 1], [0, 0]]
    with pytest.raises(ValueError, match="grid"):
        meetings.inputs_of((0, 9))


def test_reflected_input_is_met_through_several_weights():
    meetings = taps(Setting("conv", 3, 3, padding=1, padding_mode="reflect"))
    inputs, weights = meetings.inputs_of((0,))
    assert list(zip(inputs[:, 0], weights[:, 0], strict=True)) == [(1, 0), (0, 1), (1, 2)]
    assert touches(Setting("conv", 3, 3, padding=1, padding_mode="reflect")).tolist() == [2, 5, 2]


def test_taps_of_a_32x32_input_are_compact():
    meetings = taps(Setting("conv", (32, 32), 3, padding=1))
    assert len(meetings.output) == 94 * 94
    assert {a.dtype for a in (meetings.output, meetings.input, meetings.weight)} == {np.dtype("i4")}


@settings(max_examples=90, deadline=None, derandomize=True)
@given(data=st.data())
def test_overlap_is_a_layer_of_ones_in_torch(data, torch_layer, settings_of):
    setting = data.draw(settings_of(("conv", "conv_transpose")))
    if not is_legal(setting):
        return
    meetings = taps(setting)
    kernel = np.ones((1, 1, *meetings.kernel_size))
    ones = torch_layer.output(setting, np.ones((1, *meetings.input_size)), kernel)
    np.testing.assert_allclose(overlap(setting), ones[0], atol=1e-9)


@settings(max_examples=90, deadline=None, derandomize=True)
@given(data=st.data())
def test_both_directions_hold_the_matrix(data, settings_of):
    setting = data.draw(settings_of(("conv", "conv_transpose", "avg_pool")))
    if not is_legal(setting):
        return
    meetings = taps(setting)
    rng = np.random.default_rng(0)
    kernel = rng.normal(size=meetings.kernel_size)
    if setting.operation == "avg_pool":
        kernel[:] = 1 / kernel.size
        setting_matrix = layer_matrix(setting).toarray() > 0
    else:
        setting_matrix = layer_matrix(setting, kernel).toarray()
    by_output, by_input = np.zeros((2, *setting_matrix.shape))
    for output in np.ndindex(*meetings.output_size):
        row = by_output[np.ravel_multi_index(output, meetings.output_size)]
        for cell, weight in zip(*meetings.inputs_of(output), strict=True):
            row[np.ravel_multi_index(cell, meetings.input_size)] += kernel[tuple(weight)]
    for cell in np.ndindex(*meetings.input_size):
        column = by_input[:, np.ravel_multi_index(cell, meetings.input_size)]
        for output, weight in zip(*meetings.outputs_of(cell), strict=True):
            column[np.ravel_multi_index(output, meetings.output_size)] += kernel[tuple(weight)]
    np.testing.assert_allclose(by_output, by_input, atol=1e-12)
    if setting.operation == "avg_pool":
        by_output = by_output > 0
    np.testing.assert_allclose(by_output, setting_matrix, atol=1e-12)


def test_unpooling_taps_come_from_indices_and_the_last_of_equals_counts():
    setting = Setting("max_unpool", 3, 2)
    meetings = taps(setting, np.array([4, 1, 1]))
    assert meetings.output.tolist() == [1, 4]
    assert meetings.input.tolist() == [2, 0]
    assert len(meetings.outputs_of((1,))[0]) == 0
    for indices in (None, np.array([0, 1]), np.array([0, 1, 6])):
        with pytest.raises(IllegalSettingError):
            taps(setting, indices)
    with pytest.raises(IllegalSettingError):
        overlap(setting)


@pytest.mark.parametrize(
    ("mode", "numpys"), [("reflect", "reflect"), ("replicate", "edge"), ("circular", "wrap")]
)
def test_padded_cells_repeat_inputs_as_the_mode_does(mode, numpys):
    (axis,) = resolve(Setting("conv", 5, 3, padding=4, padding_mode=mode))
    assert padded_cells(axis).tolist() == np.pad(np.arange(5), 4, mode=numpys).tolist()


def test_padded_cells_hold_nothing_where_zeros_are_padded():
    (axis,) = resolve(Setting("conv", 3, 2, padding="same"))
    assert padded_cells(axis).tolist() == [0, 1, 2, -1]


def test_padded_cells_of_a_negative_padding_are_cropped():
    (axis,) = resolve(Setting("conv", 6, 3, padding=-1, padding_mode="circular"))
    assert padded_cells(axis).tolist() == [1, 2, 3, 4]
