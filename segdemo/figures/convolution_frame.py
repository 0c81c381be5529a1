"""One step of a layer on paper: input, kernel and output as grids, the sum written below.

Drawn in black, grey and one colour on white. What is touched has a thick frame, padding and
stuffed zeros a hatching: nothing is told by colour alone.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

CELL, PADDING, STUFFED, EMPTY = range(4)  # kinds of cell
MOST_NUMBERED = 18  # cells on a side; larger grids are shaded instead
ACCENT = "#0f766e"
TINT = "#ccebe6"
RULE = "#64748b"
HATCHES = {PADDING: "////", STUFFED: "...."}
INCH = 0.42  # a cell's side
GAP = 1.0  # cells between grids


@dataclass(frozen=True)
class Board:
    """A grid: `values` float (h, w), NaN for none; `kinds` (h, w) of CELL, PADDING, STUFFED, EMPTY.

    `lit` (h, w) bool are the cells of this step, `title` stands above.
    """

    title: str
    values: np.ndarray
    kinds: np.ndarray
    lit: np.ndarray

    @property
    def numbered(self) -> bool:
        """Whether the cells are large enough for their numbers."""
        return max(self.values.shape) <= MOST_NUMBERED


@dataclass(frozen=True)
class Frame:
    """One step: grids from left to right, what it is, and its sum in words."""

    boards: tuple[Board, ...]
    title: str
    equation: str


def written(value: float) -> str:
    """A number as it stands in a cell: whole, or in three digits; a real minus sign."""
    if np.isnan(value):
        return ""
    if np.isinf(value):
        return "\N{MINUS SIGN}\N{INFINITY}" if value < 0 else "\N{INFINITY}"
    text = f"{value:.0f}" if value == round(value) and abs(value) < 1e6 else f"{value:.3g}"
    return ("0" if text == "-0" else text).replace("-", "\N{MINUS SIGN}")


def shades(board: Board) -> np.ndarray:
    """Greys 0.35 (largest) to 1 (smallest) for the cells of a board without numbers."""
    known = np.isfinite(board.values)
    if not known.any():
        return np.ones(board.values.shape)
    low, high = board.values[known].min(), board.values[known].max()
    spread = high - low if high > low else 1.0
    return np.where(known, 1 - 0.65 * (np.where(known, board.values, low) - low) / spread, 1.0)


def draw(frame: Frame) -> Figure:
    """The frame as a matplotlib figure, to be written as SVG or PDF."""
    widths = [board.values.shape[1] for board in frame.boards]
    tallest = max(board.values.shape[0] for board in frame.boards)
    scale = INCH * min(1.0, 2 * MOST_NUMBERED / max(sum(widths), tallest))
    width = (sum(widths) + GAP * (len(widths) - 1)) * scale
    size = (max(width, 4.5) + 0.4, tallest * scale + 1.6)
    figure = Figure(figsize=size)
    axes = figure.add_axes((0.0, 0.0, 1.0, 1.0))
    axes.set_xlim(0, size[0])
    axes.set_ylim(size[1], 0)
    axes.set_axis_off()
    axes.text(0.2, 0.3, frame.title, fontsize=11, weight="bold", va="center")
    left, top = 0.2, 1.0
    for board in frame.boards:
        _draw_board(axes, board, left, top, scale)
        left += (board.values.shape[1] + GAP) * scale
    axes.text(
        0.2, top + tallest * scale + 0.35, frame.equation, fontsize=10, va="center", wrap=True
    )
    return figure


def _draw_board(axes: Axes, board: Board, left: float, top: float, side: float) -> None:
    axes.text(left, top - 0.18, board.title, fontsize=9, va="center")
    greys = shades(board)
    for row, column in np.ndindex(board.values.shape):
        kind, lit = board.kinds[row, column], board.lit[row, column]
        grey = "white" if board.numbered else str(greys[row, column])
        face = "white" if kind == EMPTY else TINT if lit and board.numbered else grey
        corner = (left + column * side, top + row * side)
        axes.add_patch(Rectangle(corner, side, side, facecolor=face, edgecolor="none"))
        hatch = HATCHES.get(int(kind))
        if hatch:
            axes.add_patch(
                Rectangle(
                    corner, side, side, hatch=hatch, edgecolor="#cbd5e1", linewidth=0, fill=False
                )
            )
        axes.add_patch(Rectangle(corner, side, side, fill=False, edgecolor=RULE, linewidth=0.5))
        value = float(board.values[row, column])
        text = written(value) if board.numbered and kind != EMPTY else ""
        size = 10 * side / INCH * min(1.0, 3 / max(len(text), 1))
        middle = (corner[0] + side / 2, corner[1] + side / 2)
        axes.text(*middle, text, fontsize=size, ha="center", va="center_baseline")
    for row, column in np.argwhere(board.lit):
        corner = (left + column * side, top + row * side)
        axes.add_patch(
            Rectangle(corner, side, side, fill=False, edgecolor=ACCENT, linewidth=1.8, zorder=3)
        )


def sum_text(
    terms: Iterable[tuple[float, float]], bias: float | None, total: float, most: int = 12
) -> str:
    """The sum of products written out: "2·1 + 0·(−1) + … (25 products) + bias 1 = 5"."""
    pairs = list(terms)
    parts = [f"{written(a)}·{_factor(b)}" for a, b in pairs[:most]]
    if len(pairs) > most:
        parts.append(f"… ({len(pairs)} products)")
    if bias is not None:
        parts.append(f"bias {written(bias)}")
    return f"{' + '.join(parts) or '0'} = {written(total)}"


def _factor(number: float) -> str:
    text = written(number)
    return f"({text})" if number < 0 else text
