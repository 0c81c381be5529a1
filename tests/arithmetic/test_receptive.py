"""Receptive fields against gradients measured in torch, and against the known figures."""

from fractions import Fraction
from math import prod

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from segdemo.arithmetic.geometry import is_legal, resolve
from segdemo.arithmetic.receptive import chain, fields, touched_inputs, touched_positions
from segdemo.arithmetic.setting import IllegalSettingError, Setting


def dilated(*dilations):
    return chain([Setting("conv", 1, 3, padding=d, dilation=d) for d in dilations], 200)


def gradient_cells(layers, cell, torch_layer):
    """The inputs with a gradient: what torch itself sees, positive weights cancelling nothing."""
    sizes = tuple(axis.input_size for axis in resolve(layers[0]))
    image = torch.ones(1, *sizes, dtype=torch.float64, requires_grad=True)
    answer = image
    for layer in layers:
        kernel = tuple(axis.kernel_size for axis in resolve(layer))
        weighted = layer.operation in ("conv", "conv_transpose")
        weight = np.ones((1, 1, *kernel)) / prod(kernel) if weighted else None
        answer = torch_layer.run(layer, answer, weight)
    answer[0, *cell].backward()
    return image.grad[0].numpy() > 0


def test_growing_dilation_is_dense_and_equal_dilation_leaves_holes():
    growing, equal = fields(dilated(1, 2, 4))[-1][0], fields(dilated(2, 2, 2))[-1][0]
    assert (growing.size, growing.touched) == (15, 15)
    assert (equal.size, equal.touched) == (13, 7)
    assert touched_positions(dilated(2, 2, 2)).tolist() == [-6, -4, -2, 0, 2, 4, 6]
    assert [f[0].size for f in fields(dilated(1, 1, 2, 4, 8, 16, 1))] == [3, 5, 9, 17, 33, 65, 67]


def test_hybrid_dilation_covers_without_holes():
    field = fields(dilated(1, 2, 5))[-1][0]
    assert (field.size, field.touched) == (17, 17)


def test_same_padding_shifts_the_start():
    layers = chain([Setting("conv", 1, 4, padding="same"), Setting("max_pool", 1, 2)], 20)
    one, two = (depth[0] for depth in fields(layers))
    assert (one.size, one.jump, one.start) == (4, 1, Fraction(1, 2))
    assert (two.size, two.jump, two.start) == (5, 2, 1)


def test_vgg16_sees_212_cells_after_five_pools():
    blocks = [2, 2, 3, 3, 3]
    layers = []
    for convolutions in blocks:
        layers += [Setting("conv", 1, 3, padding=1)] * convolutions + [Setting("max_pool", 1, 2)]
    field = fields(chain(layers, 224))[-1][0]
    assert (field.size, field.jump) == (212, 32)


def test_transposed_layer_has_a_field_for_each_phase():
    layers = chain([Setting("conv_transpose", 1, 3, 2, 1)], 9)
    assert [(f.size, f.start) for f in fields(layers)[0]] == [(1, 0), (2, Fraction(1, 2))]
    assert {(f.jump, f.period) for f in fields(layers)[0]} == {(Fraction(1, 2), 2)}
    # A 1-wide kernel at stride 3 leaves two of three phases blind.
    blind = fields(chain([Setting("conv_transpose", 1, 1, 3)], 9))[0]
    assert [(f.size, f.touched, f.start) for f in blind] == [(1, 1, 0), (0, 0, None), (0, 0, None)]


def test_down_and_up_again_comes_back_to_jump_one():
    layers = chain([Setting("conv", 1, 3, 2, 1), Setting("conv_transpose", 1, 4, 2, 1)], 16)
    last = fields(layers)[-1]
    assert {f.jump for f in last} == {1}
    assert [f.size for f in last] == [5, 5]
    up_and_down = chain([Setting("conv_transpose", 1, 2, 2), Setting("conv", 1, 2, 2)], 8)
    assert [(f.size, f.period) for f in fields(up_and_down)[-1]] == [(1, 1)]


POSITIVE = ("conv", "conv_transpose", "avg_pool")


@settings(max_examples=80, deadline=None, derandomize=True)
@given(data=st.data())
def test_touched_inputs_are_those_with_a_gradient(data, torch_layer, settings_of):
    first = data.draw(settings_of(POSITIVE).filter(is_legal))
    layers, size = [first], first.input_size
    for _ in range(data.draw(st.integers(0, 3))):
        following = data.draw(settings_of(POSITIVE))
        try:
            layers = list(chain([*layers, following], size))
        except IllegalSettingError:
            continue
    outputs = tuple(axis.output_size for axis in resolve(layers[-1]))
    cell = tuple(data.draw(st.integers(0, length - 1)) for length in outputs)
    expected = gradient_cells(layers, cell, torch_layer)
    np.testing.assert_array_equal(touched_inputs(layers, cell), expected)


@st.composite
def roomy_stack(draw):
    """Layers on one axis, with the numbers of a real network."""
    layers = []
    for _ in range(draw(st.integers(1, 4))):
        operation = draw(st.sampled_from(POSITIVE))
        kernel, stride = draw(st.integers(1, 4)), draw(st.integers(1, 3))
        padding = draw(st.integers(0, kernel // 2))
        dilation = 1 if operation == "avg_pool" else draw(st.integers(1, 3))
        layers.append(Setting(operation, 1, kernel, stride, padding, dilation=dilation))
    return layers


@settings(max_examples=100, deadline=None, derandomize=True)
@given(layers=roomy_stack())
def test_fields_are_what_gradients_measure_far_from_the_border(layers, torch_layer):
    try:
        layers = chain(layers, 400)
    except IllegalSettingError:
        return
    depth = fields(layers)[-1]
    middle = resolve(layers[-1])[0].output_size // 2
    for field in depth[:4]:
        cell = middle - middle % field.period + field.phase
        moved = (cell - field.phase) * field.jump
        assert moved.denominator == 1
        seen = np.flatnonzero(gradient_cells(layers, (cell,), torch_layer))
        if field.size == 0:
            assert seen.size == 0
            continue
        if field.start + moved - field.size < 0 or field.start + moved + field.size > 400:
            continue
        assert seen[-1] - seen[0] + 1 == field.size
        assert len(seen) == field.touched
        assert Fraction(int(seen[0] + seen[-1]), 2) == field.start + moved


def test_formula_and_taps_give_the_same_field():
    layers = chain([Setting("conv", 1, 3, 2, "valid"), Setting("avg_pool", 1, 3, 2, 1)], 60)
    field, seen = fields(layers)[-1][0], touched_positions(layers)
    assert field.size == seen[-1] - seen[0] + 1
    assert field.start == Fraction(int(seen[0] + seen[-1]), 2)


def test_twelve_layers_are_quick_and_too_wide_a_field_is_not_counted():
    layers = [Setting("conv", 1, 3, 2, 1, dilation=2)] * 12
    field = fields(chain(layers, 1 << 13))[-1][0]
    assert (field.size, field.jump) == (1 + 4 * (2**12 - 1), 4096)
    wide = fields(chain([Setting("conv", 1, 64, 32)] * 5, 32**5 * 3))[-1][0]
    assert wide.touched is None
    assert wide.size == 1 + 63 * (32**5 - 1) // 31


def test_refusals_name_the_layer_or_the_reason():
    with pytest.raises(IllegalSettingError, match="layer 2: the kernel spans"):
        chain([Setting("conv", 1, 3), Setting("conv", 1, 9)], 5)
    with pytest.raises(IllegalSettingError, match="max_unpool"):
        fields(chain([Setting("max_unpool", 1, 2)], 5))
    with pytest.raises(IllegalSettingError, match="phases"):
        fields(chain([Setting("conv_transpose", 1, 2, 20)] * 3, 5))
    with pytest.raises(ValueError, match="grid"):
        touched_inputs(dilated(1), (999,))
