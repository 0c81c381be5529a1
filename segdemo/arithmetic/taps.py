"""Which input cell meets which output cell through which weight, read in both directions.

Every layer here is separable in *where* it looks: a table for each axis says all. Cells and weights
are numbered in row-major order, weights as torch stores them (a transposed kernel isn't turned).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from segdemo.arithmetic.geometry import resolve
from segdemo.arithmetic.setting import Axis, IllegalSettingError, Setting

NOTHING = -1  # in a table: no input cell here, but padding, or the gap between strides


@dataclass(frozen=True)
class AxisTaps:
    """Where one axis of a layer looks.

    `inputs` (output_size, kernel_size) int64: the input cell that output o meets through weight t,
    or NOTHING. `positions`, same shape: the coordinate on the input's own ruler, negative or past
    the end in the padding; for a transposed convolution (o + p - t*d), an input cell's coordinate
    times stride.
    """

    inputs: np.ndarray
    positions: np.ndarray


@dataclass(frozen=True)
class Taps:
    """All meetings of a layer's cells by output, then weight; int32 arrays of one length.

    `output_starts` (output cells + 1,): the taps of output cell o are those from output_starts[o]
    up to output_starts[o + 1]. `by_input` orders the taps by input cell, `input_starts` (input
    cells + 1,) cuts that order the same way.
    """

    input_size: tuple[int, ...]
    kernel_size: tuple[int, ...]
    output_size: tuple[int, ...]
    output: np.ndarray
    input: np.ndarray
    weight: np.ndarray
    output_starts: np.ndarray
    by_input: np.ndarray
    input_starts: np.ndarray

    def inputs_of(self, cell: tuple[int, ...]) -> tuple[np.ndarray, np.ndarray]:
        """Input cells (taps, axes) that meet this output cell, and their weights (taps, axes)."""
        flat = flat_cell(cell, self.output_size)
        chosen = slice(self.output_starts[flat], self.output_starts[flat + 1])
        return (
            _coordinates(self.input[chosen], self.input_size),
            _coordinates(self.weight[chosen], self.kernel_size),
        )

    def outputs_of(self, cell: tuple[int, ...]) -> tuple[np.ndarray, np.ndarray]:
        """Output cells (taps, axes) that this input cell reaches, and the weights (taps, axes)."""
        flat = flat_cell(cell, self.input_size)
        chosen = self.by_input[self.input_starts[flat] : self.input_starts[flat + 1]]
        return (
            _coordinates(self.output[chosen], self.output_size),
            _coordinates(self.weight[chosen], self.kernel_size),
        )


def axis_taps(axis: Axis) -> AxisTaps:
    """The table of one axis of a convolution, transposed convolution or pooling."""
    if axis.operation == "max_unpool":
        raise IllegalSettingError(
            "max_unpool looks where its indices say, it has taps only with indices"
        )
    output = np.arange(axis.output_size)[:, None]
    reach = np.arange(axis.kernel_size)[None, :] * axis.dilation
    if axis.operation == "conv_transpose":
        positions = output + axis.pad_left - reach
        cells, rest = np.divmod(positions, axis.stride)
        met = (rest == 0) & (cells >= 0) & (cells < axis.input_size)
        return AxisTaps(np.where(met, cells, NOTHING), positions)
    positions = output * axis.stride - axis.pad_left + reach
    return AxisTaps(_padded_cells(positions, axis), positions)


def padded_cells(axis: Axis) -> np.ndarray:
    """For each cell of the padded input, the input cell whose value it holds, or NOTHING.

    (input_size + padding on both sides,) int64; a negative padding crops.
    """
    return _padded_cells(np.arange(-axis.pad_left, axis.input_size + axis.pad_right), axis)


def taps(setting: Setting, indices: np.ndarray | None = None) -> Taps:
    """All taps of one channel; max_unpool needs that channel's `indices` (input's shape).

    A padding mode that repeats inputs makes an input meet an output through several weights. The
    table of max_unpool has one weight, 1; of indices given twice the last counts, as in torch.
    Raises IllegalSettingError.
    """
    axes = resolve(setting)
    sizes = tuple(axis.input_size for axis in axes)
    kernel, outputs = tuple(a.kernel_size for a in axes), tuple(a.output_size for a in axes)
    if setting.operation == "max_unpool":
        return _unpool_taps(sizes, outputs, indices)
    rows = [axis_taps(axis).inputs for axis in axes]
    output, cell, weight = _meetings(rows[0])
    for table, size, width, length in zip(
        rows[1:], sizes[1:], kernel[1:], outputs[1:], strict=True
    ):
        more_output, more_cell, more_weight = _meetings(table)
        output = np.add.outer(output * length, more_output).ravel()
        cell = np.add.outer(cell * size, more_cell).ravel()
        weight = np.add.outer(weight * width, more_weight).ravel()
    order = np.lexsort((weight, output))
    return _indexed(sizes, kernel, outputs, (output[order], cell[order], weight[order]))


def overlap(setting: Setting) -> np.ndarray:
    """Taps of each output cell (output's shape, int64): a transposed convolution's checkerboard.

    Equal to a transposed convolution of ones by a kernel of ones; for a convolution, how many
    weights of each window lie on the input and not on padding.
    """
    return _counts([(table >= 0).sum(axis=1) for table in _tables(setting)])


def touches(setting: Setting) -> np.ndarray:
    """Taps of each input cell (input's shape, int64): how often the layer looks at it."""
    sizes = [axis.input_size for axis in resolve(setting)]
    tables = zip(_tables(setting), sizes, strict=True)
    return _counts([np.bincount(t[t >= 0], minlength=size) for t, size in tables])


def dropped_inputs(setting: Setting) -> np.ndarray:
    """Input cells that no output ever sees (input's shape, bool)."""
    return touches(setting) == 0


def pick(image: np.ndarray, cells: Sequence[np.ndarray]) -> np.ndarray:
    """The image (channels, *size) at these cells of each axis: (channels, *numbers of cells)."""
    for number, chosen in enumerate(cells, start=1):
        image = image.take(chosen, axis=number)
    return image


def flat_cell(cell: tuple[int, ...], size: tuple[int, ...]) -> int:
    """The row-major number of a cell of a grid; ValueError off the grid."""
    if len(cell) != len(size) or not all(0 <= c < s for c, s in zip(cell, size, strict=True)):
        raise ValueError(f"cell {cell} must lie in the grid of size {size}, counted from 0.")
    return int(np.ravel_multi_index(cell, size))


def _padded_cells(positions: np.ndarray, axis: Axis) -> np.ndarray:
    """The input cells at these positions: in the padding, what the mode repeats there."""
    size = axis.input_size
    inside = (positions >= 0) & (positions < size)
    on_padding = (positions >= -axis.pad_left) & (positions < size + axis.pad_right)
    if axis.padding_mode == "reflect":
        repeated = size - 1 - np.abs(size - 1 - np.abs(positions))
    elif axis.padding_mode == "replicate":
        repeated = np.clip(positions, 0, size - 1)
    elif axis.padding_mode == "circular":
        repeated = positions % size
    else:
        return np.where(inside, positions, NOTHING)
    return np.where(on_padding, repeated, NOTHING)


def _tables(setting: Setting) -> list[np.ndarray]:
    return [axis_taps(axis).inputs for axis in resolve(setting)]


def _counts(per_axis: list[np.ndarray]) -> np.ndarray:
    return per_axis[0] if len(per_axis) == 1 else np.multiply.outer(*per_axis)


def _meetings(table: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    output, weight = np.nonzero(table >= 0)
    return output, table[output, weight], weight


def _coordinates(cells: np.ndarray, size: tuple[int, ...]) -> np.ndarray:
    return np.stack(np.unravel_index(cells, size), axis=-1)


def _unpool_taps(
    sizes: tuple[int, ...], outputs: tuple[int, ...], indices: np.ndarray | None
) -> Taps:
    cells = int(np.prod(outputs))
    if indices is None or indices.shape != sizes:
        raise IllegalSettingError(f"max_unpool needs the indices of one channel, of shape {sizes}")
    flat = indices.ravel()
    if cells and not ((flat >= 0) & (flat < cells)).all():
        raise IllegalSettingError(
            f"indices must lie in the output of {cells} cells, got {flat.max()}"
        )
    if not cells:
        flat = flat[:0]
    # np.unique keeps the first of equals: reversed, that is the last, which torch keeps.
    output, kept = np.unique(flat[::-1], return_index=True)
    meetings = (output, len(flat) - 1 - kept, np.zeros_like(output))
    return _indexed(sizes, (1,) * len(sizes), outputs, meetings)


def _indexed(
    sizes: tuple[int, ...],
    kernel: tuple[int, ...],
    outputs: tuple[int, ...],
    meetings: tuple[np.ndarray, np.ndarray, np.ndarray],
) -> Taps:
    output, cell, weight = (column.astype(np.int32) for column in meetings)
    return Taps(
        input_size=sizes,
        kernel_size=kernel,
        output_size=outputs,
        output=output,
        input=cell,
        weight=weight,
        output_starts=_starts(output, outputs),
        by_input=np.argsort(cell, kind="stable").astype(np.int32),
        input_starts=_starts(cell, sizes),
    )


def _starts(cells: np.ndarray, size: tuple[int, ...]) -> np.ndarray:
    counts = np.bincount(cells, minlength=int(np.prod(size)))
    return np.concatenate(([0], np.cumsum(counts))).astype(np.int32)
