"""Receptive fields: how much of the input one cell sees through a stack of layers.

Without transposed layers the fields follow from the numbers alone (PyTorch's words, per axis): size
r += (k-1) d j, start += (d(k-1)/2 - p_left) j, jump j *= s, j last. Behind a transposed layer they
depend on the output cell's phase and are read off the taps, on an endless grid.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from math import gcd

import numpy as np

from segdemo.arithmetic.geometry import resolve
from segdemo.arithmetic.setting import Axis, IllegalSettingError, Setting, Size
from segdemo.arithmetic.taps import axis_taps, flat_cell

MOST_CELLS = 1 << 20  # positions kept while counting what is touched
MOST_PHASES = 4096  # 12 transposed layers of stride 2


@dataclass(frozen=True)
class Field:
    """What one cell sees along one axis, on an endless input (no border, no padding).

    `size`: cells from the first seen to the last, both counted; `touched`: how many of them are
    really looked at (fewer where dilation or stride leaves holes; None if too many to count).
    `jump`: input cells from one output cell to the next (a fraction behind transposed layers: an
    average). `start`: the middle of the field, 0 being the middle of input cell 0; None if nothing
    is seen. `phase` is the output cell: cell phase + n * `period` sees the same, n * period * jump
    further on.
    """

    size: int
    touched: int | None
    jump: Fraction
    start: Fraction | None
    phase: int
    period: int


def chain(layers: Sequence[Setting], input_size: Size) -> tuple[Setting, ...]:
    """The layers with the input sizes that they get one after another, beginning with `input_size`.

    The layers' own `input_size` doesn't count. Raises IllegalSettingError, naming the layer (from
    1).
    """
    chained: list[Setting] = []
    size = input_size
    for number, layer in enumerate(layers, start=1):
        setting = replace(layer, input_size=size)
        try:
            sizes = tuple(axis.output_size for axis in resolve(setting))
        except IllegalSettingError as refusal:
            raise IllegalSettingError(f"layer {number}: {str(refusal)[:-1]}") from refusal
        chained.append(setting)
        size = sizes if isinstance(input_size, tuple | list) else sizes[0]
    return tuple(chained)


def fields(layers: Sequence[Setting], axis: int = 0) -> tuple[tuple[Field, ...], ...]:
    """For each depth of the stack, the field of each phase along one axis.

    Without transposed layers there is one phase.     `layers` as `chain` gives them. Raises
    IllegalSettingError for max_unpool (its taps depend on the image).
    """
    axes = _axes(layers, axis)
    return tuple(_at_depth(axes[:depth]) for depth in range(1, len(axes) + 1))


def touched_positions(layers: Sequence[Setting], axis: int = 0, phase: int = 0) -> np.ndarray:
    """The input positions that output cell `phase` sees on an endless grid, ascending int64."""
    return _trace(_axes(layers, axis), phase)


def touched_inputs(layers: Sequence[Setting], cell: tuple[int, ...]) -> np.ndarray:
    """The input cells that an output cell really sees: bool, the first layer's input shape.

    Borders, padding and padding modes included; its sum is their count. Raises IllegalSettingError.
    """
    outputs = tuple(axis.output_size for axis in resolve(layers[-1]))
    flat_cell(cell, outputs)
    seen = []
    for number, position in enumerate(cell):
        cells = np.array([position])
        for axis in reversed(_axes(layers, number)):
            cells = np.unique(axis_taps(axis).inputs[cells])
            cells = cells[cells >= 0]
        mask = np.zeros(_axes(layers, number)[0].input_size, dtype=bool)
        mask[cells] = True
        seen.append(mask)
    return seen[0] if len(seen) == 1 else np.logical_and.outer(*seen)


def _axes(layers: Sequence[Setting], number: int) -> tuple[Axis, ...]:
    axes = tuple(resolve(layer)[number] for layer in layers)
    if any(axis.operation == "max_unpool" for axis in axes):
        raise IllegalSettingError(
            "max_unpool has no field of its own, its taps depend on the image"
        )
    return axes


def _at_depth(axes: tuple[Axis, ...]) -> tuple[Field, ...]:
    jump, period = Fraction(1), _period(axes)
    for axis in axes:
        jump = jump / axis.stride if axis.operation == "conv_transpose" else jump * axis.stride
    if all(axis.operation != "conv_transpose" for axis in axes):
        return (_by_formula(axes, jump),)
    if period > MOST_PHASES:
        raise IllegalSettingError(
            f"the stack has {period} phases, it may have at most {MOST_PHASES}"
        )
    return tuple(_by_taps(axes, jump, phase, period) for phase in range(period))


def _by_formula(axes: tuple[Axis, ...], jump: Fraction) -> Field:
    size, start, spacing = 1, Fraction(0), 1
    for axis in axes:
        size += (axis.span - 1) * spacing
        start += (Fraction(axis.span - 1, 2) - axis.pad_left) * spacing
        spacing *= axis.stride
    touched = len(_trace(axes, 0)) if size <= MOST_CELLS else None
    return Field(size, touched, jump, start, 0, 1)


def _by_taps(axes: tuple[Axis, ...], jump: Fraction, phase: int, period: int) -> Field:
    seen = _trace(axes, phase)
    if not len(seen):
        return Field(0, 0, jump, None, phase, period)
    first, last = int(seen[0]), int(seen[-1])
    return Field(last - first + 1, len(seen), jump, Fraction(first + last, 2), phase, period)


def _period(axes: tuple[Axis, ...]) -> int:
    """After how many output cells the pattern of taps repeats, moved by whole input cells."""
    period = shift = 1
    for axis in reversed(axes):
        if axis.operation == "conv_transpose":
            missing = axis.stride // gcd(shift, axis.stride)
            period *= missing
            shift = shift * missing // axis.stride
        else:
            shift *= axis.stride
    return period


def _trace(axes: tuple[Axis, ...], position: int) -> np.ndarray:
    """The input positions seen from one output position, walking the taps back without a border."""
    seen = np.array([position], dtype=np.int64)
    for axis in reversed(axes):
        reach = np.arange(axis.kernel_size) * axis.dilation
        if axis.operation == "conv_transpose":
            stuffed = (seen[:, None] + axis.pad_left - reach).ravel()
            seen = np.unique(stuffed[stuffed % axis.stride == 0] // axis.stride)
        else:
            seen = np.unique(((seen * axis.stride - axis.pad_left)[:, None] + reach).ravel())
        if len(seen) > MOST_CELLS:
            raise IllegalSettingError(f"the field has over {MOST_CELLS} cells, use smaller layers")
    return seen
