"""The steps of a choice as frames: which cells each output is made of, or each input paints."""

from dataclasses import dataclass

import numpy as np

from segdemo.arithmetic.setting import WEIGHTED, Axis
from segdemo.arithmetic.taps import padded_cells
from segdemo.arithmetic.transposed import gather, scatter, stuffed_cells
from segdemo.figures.convolution_frame import (
    CELL,
    EMPTY,
    PADDING,
    STUFFED,
    Board,
    Frame,
    sum_text,
    written,
)
from segdemo.ui.convolution.check import check
from segdemo.ui.convolution.setting import (
    Choice,
    bias_array,
    index_array,
    input_array,
    weight_array,
)
from segdemo.ui.convolution.trace import evaluated


@dataclass(frozen=True)
class Film:
    """A choice with everything its frames need; arrays have two axes beside channels.

    `channel` is the output's. `first` is the first input channel that it is made of, the one that
    is drawn, of `depth`. `board` (channels, h, w) is what the kernel moves over, `sources` per axis
    the input cell on each of its cells or -1; `kernel` (depth, kh, kw) as laid on the board, None
    for pooling. `scattered` reads a transposed convolution from its inputs.
    """

    choice: Choice
    axes: tuple[Axis, ...]
    channel: int
    first: int
    depth: int
    image: np.ndarray
    board: np.ndarray
    sources: tuple[np.ndarray, ...]
    kernel: np.ndarray | None
    output: np.ndarray
    scattered: bool

    def __len__(self) -> int:
        """Steps: cells of the output, or of the input where it is scattered."""
        height, width = (self.image if self.scattered else self.output).shape[-2:]
        return height * width


def film(choice: Choice, channel: int = 0, reading: str = "gather") -> Film:
    """The film of one output channel. Raises IllegalSettingError; ValueError for the channel."""
    axes = check(choice)
    output = _planes(evaluated(choice), choice)
    if not 0 <= channel < len(output):
        raise ValueError(f"output channel {channel} must be from 0 to {len(output) - 1}.")
    image = _planes(input_array(choice), choice)
    weighted = choice.operation in WEIGHTED
    depth = choice.in_channels // choice.groups if weighted else 1
    first = channel // (choice.out_channels // choice.groups) * depth if weighted else channel
    transposed = choice.operation == "conv_transpose"
    scattered = transposed and reading == "scatter"
    axes = axes if choice.dims == 2 else (_flat(axes[0]), *axes)
    place = stuffed_cells if transposed else padded_cells
    unpooled = choice.operation == "max_unpool"
    sources = tuple(np.arange(a.input_size) if unpooled else place(a) for a in axes)
    filled = np.pad(image, [(0, 0), (0, 1), (0, 1)], constant_values=_filling(choice.operation))
    board = filled.take(sources[0], axis=1).take(sources[1], axis=2)
    return Film(
        choice,
        axes,
        channel,
        first,
        depth,
        image,
        board,
        sources,
        _kernel(choice, channel, first, depth, scattered),
        output,
        scattered,
    )


def frame(shown: Film, step: int) -> Frame:
    """One step, from 0; steps beyond the last count as the last."""
    step = min(max(step, 0), len(shown) - 1)
    if shown.scattered:
        return _scattering(shown, step)
    if shown.choice.operation == "max_unpool":
        return _unpooling(shown, step)
    return _gathering(shown, step)


def _flat(axis: Axis) -> Axis:
    """The missing axis of a setting of one dimension: one cell under one weight."""
    return Axis(axis.operation, 1, 1, 1, 0, "zeros", 1, 0, False, None)


def _planes(array: np.ndarray, choice: Choice) -> np.ndarray:
    return array if choice.dims == 2 else array[:, None]


def _filling(operation: str) -> float:
    return -np.inf if operation == "max_pool" else 0.0


def _kernel(
    choice: Choice, channel: int, first: int, depth: int, scattered: bool
) -> np.ndarray | None:
    if choice.operation not in WEIGHTED:
        return None
    weight = weight_array(choice)
    if choice.operation == "conv":
        return _planes(weight[channel], choice)
    if scattered:
        own = channel % (choice.out_channels // choice.groups)
        return _planes(weight[first : first + depth, own], choice)
    turned = gather(choice.setting(), input_array(choice), weight, groups=choice.groups).kernel
    return _planes(turned[channel], choice)


def _window(axis: Axis, cell: int, length: int) -> tuple[np.ndarray, np.ndarray]:
    """Positions on the board that an output cell looks at, and through which weights."""
    stride = 1 if axis.operation == "conv_transpose" else axis.stride
    weights = np.arange(axis.kernel_size)
    positions = cell * stride + weights * axis.dilation
    inside = positions < length  # ceil_mode's last window may pass the end
    return positions[inside], weights[inside]


def _gathering(shown: Film, step: int) -> Frame:
    cell = divmod(step, shown.output.shape[2])
    rows, row_weights = _window(shown.axes[0], int(cell[0]), shown.board.shape[1])
    columns, column_weights = _window(shown.axes[1], int(cell[1]), shown.board.shape[2])
    lit = np.zeros(shown.board.shape[1:], dtype=bool)
    lit[np.ix_(rows, columns)] = True
    channels = slice(shown.first, shown.first + shown.depth)
    seen = shown.board[channels][:, rows][:, :, columns]
    boards = [_input_board(shown, lit)]
    value = float(shown.output[(shown.channel, *cell)])
    if shown.kernel is None:
        equation = _pooled(shown, seen.ravel(), value)
    else:
        touched = np.zeros(shown.kernel.shape[1:], dtype=bool)
        touched[np.ix_(row_weights, column_weights)] = True
        turned = ", turned by 180°" if shown.choice.operation == "conv_transpose" else ""
        boards.append(_plain_board(f"kernel{turned}", shown.kernel[0], touched))
        met = shown.kernel[:, row_weights][:, :, column_weights]
        pairs = zip(seen.ravel().tolist(), met.ravel().tolist(), strict=True)
        equation = sum_text(pairs, _bias(shown), value)
    boards.append(_output_board(shown, shown.output[shown.channel], step))
    return Frame(tuple(boards), _title(shown, step, "output cell", cell), equation)


def _pooled(shown: Film, seen: np.ndarray, value: float) -> str:
    kind = "largest" if shown.choice.operation == "max_pool" else "mean"
    listed = ", ".join(written(number) for number in seen[:16])
    more = ", …" if len(seen) > 16 else ""
    if kind == "mean" and not shown.choice.count_include_pad:
        kind = "mean, padding not counted,"
    return f"{kind} of {listed}{more} = {written(value)}"


def _unpooling(shown: Film, step: int) -> Frame:
    cell = divmod(step, shown.output.shape[2])
    indices = _planes(index_array(shown.choice), shown.choice)[shown.channel]
    lit = indices == step
    value = written(float(shown.output[(shown.channel, *cell)]))
    equation = f"no index points here: {value}"
    if lit.any():
        equation = f"index {step} points here: {value}"
    boards = (_input_board(shown, lit), _output_board(shown, shown.output[shown.channel], step))
    return Frame(boards, _title(shown, step, "output cell", cell), equation)


def _scattering(shown: Film, step: int) -> Frame:
    assert shown.kernel is not None
    choice = shown.choice
    painted = scatter(
        choice.setting(), input_array(choice), weight_array(choice), groups=choice.groups
    )
    copies = painted.painted if choice.dims == 2 else painted.painted[None, :, :, None, :]
    targets = (
        painted.targets if choice.dims == 2 else (np.zeros((1, 1), dtype=int), *painted.targets)
    )
    height, width = shown.image.shape[1:]
    partial = np.full(shown.output.shape[1:], _bias(shown) or 0.0)
    lit = np.zeros(partial.shape, dtype=bool)
    for number in range(step + 1):
        row, column = divmod(number, width)
        rows, columns = targets[0][row], targets[1][column]
        kept = np.ix_(rows >= 0, columns >= 0)
        where = np.ix_(rows[rows >= 0], columns[columns >= 0])
        partial[where] += copies[row, column, shown.channel][kept]
        if number == step:
            lit[where] = True
    cell = divmod(step, width)
    at = np.zeros((height, width), dtype=bool)
    at[cell] = True
    drawn = shown.image[shown.first]
    boards = (
        _plain_board(_named("input", shown), drawn, at),
        _plain_board("kernel", shown.kernel[0], np.ones(shown.kernel.shape[1:], dtype=bool)),
        _plain_board("output so far", partial, lit),
    )
    equation = f"{written(drawn[cell])} times the kernel is added to the framed cells"
    if shown.depth > 1:
        equation += f", and so for {shown.depth} input channels"
    return Frame(boards, _title(shown, step, "input cell", cell), equation)


def _input_board(shown: Film, lit: np.ndarray) -> Board:
    inside = np.logical_and.outer(shown.sources[0] >= 0, shown.sources[1] >= 0)
    kinds = np.where(inside, CELL, PADDING)
    if shown.choice.operation == "conv_transpose":
        kinds = np.where(inside, CELL, STUFFED)
    elif shown.choice.operation != "max_unpool":
        real = [
            (np.arange(len(cells)) >= axis.pad_left)
            & (np.arange(len(cells)) < axis.pad_left + axis.input_size)
            for cells, axis in zip(shown.sources, shown.axes, strict=True)
        ]
        kinds = np.where(np.logical_and.outer(*real), CELL, PADDING)
    word = "input" if (kinds == CELL).all() else "input, padded"
    if (kinds == STUFFED).any():
        word = "input, zeros stuffed and around"
    return Board(_named(word, shown), shown.board[shown.first], kinds, lit)


def _plain_board(title: str, values: np.ndarray, lit: np.ndarray) -> Board:
    return Board(title, values, np.full(values.shape, CELL), lit)


def _output_board(shown: Film, values: np.ndarray, step: int) -> Board:
    known = np.arange(values.size).reshape(values.shape) <= step
    lit = np.arange(values.size).reshape(values.shape) == step
    count = len(shown.output)
    title = "output" if count == 1 else f"output, channel {shown.channel} of {count}"
    return Board(title, np.where(known, values, np.nan), np.where(known, CELL, EMPTY), lit)


def _named(word: str, shown: Film) -> str:
    count = len(shown.image)
    return word if count == 1 else f"{word}; channel {shown.first} of {count}"


def _bias(shown: Film) -> float | None:
    bias = bias_array(shown.choice)
    return None if bias is None else float(bias[shown.channel])


def _title(shown: Film, step: int, what: str, cell: tuple[int, ...]) -> str:
    place = f"({cell[0]}, {cell[1]})" if shown.choice.dims == 2 else str(cell[1])
    return f"{shown.choice.operation}: step {step + 1} of {len(shown)}, {what} {place}"
