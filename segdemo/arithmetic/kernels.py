"""Kernels with names, kernels typed in, and text that holds them: rows of numbers and fractions.

As in torch a kernel is laid on the image as it is written, not turned (cross-correlation): the
right column of Sobel x, which is positive, meets the pixels on the right.
"""

import math
import re
from dataclasses import dataclass

import numpy as np

LARGEST = 7  # cells on a side
LARGEST_NUMBER = 1000.0
MOST_CHARACTERS = 2000

EXAMPLE = "0 1 0\n1 -4 1\n0 1 0"


@dataclass(frozen=True)
class Kernel:
    """A kernel's name on the page, what it does, and its numbers as text that `parse` reads.

    `operation` and `stride` are those it is meant for.
    """

    title: str
    sentence: str
    text: str
    operation: str = "conv"
    stride: int = 1


def _over(rows: str, divisor: int) -> str:
    """Whole numbers as text, each divided by `divisor`."""
    return re.sub(r"-?\d+", lambda number: f"{number[0]}/{divisor}", rows)


KERNELS: dict[str, Kernel] = {
    "identity": Kernel(
        "Identity", "One weight of 1 in the middle: the picture itself.", "0 0 0\n0 1 0\n0 0 0"
    ),
    "box": Kernel(
        "Box blur",
        "The mean of nine neighbours; weights add up to 1, so the brightness stays.",
        _over("1 1 1\n1 1 1\n1 1 1", 9),
    ),
    "gaussian": Kernel(
        "Gaussian blur",
        "Binomial weights, which fall off smoothly: fewer artefacts than the box.",
        _over("1 4 6 4 1\n4 16 24 16 4\n6 24 36 24 6\n4 16 24 16 4\n1 4 6 4 1", 256),
    ),
    "sobel_x": Kernel(
        "Sobel x",
        "Right minus left: vertical edges, positive where it gets brighter to the right.",
        "-1 0 1\n-2 0 2\n-1 0 1",
    ),
    "sobel_y": Kernel(
        "Sobel y",
        "Below minus above: horizontal edges, positive where it gets brighter downwards.",
        "-1 -2 -1\n0 0 0\n1 2 1",
    ),
    "laplacian": Kernel(
        "Laplacian",
        "Neighbours minus four times the middle: edges and spots in every direction.",
        EXAMPLE,
    ),
    "sharpen": Kernel(
        "Sharpen",
        "The picture minus its Laplacian: edges overshoot on both sides.",
        "0 -1 0\n-1 5 -1\n0 -1 0",
    ),
    "emboss": Kernel(
        "Emboss",
        "Lower right minus upper left, plus the picture: as if lit from the lower right.",
        "-2 -1 0\n-1 1 1\n0 1 2",
    ),
    "bilinear": Kernel(
        "Bilinear upsampling",
        "FCN's first kernel for twice the size, transposed with stride 2 and padding 1: "
        "each output mixes its nearest inputs by 1/4 and 3/4 along each axis.",
        _over("1 3 3 1\n3 9 9 3\n3 9 9 3\n1 3 3 1", 16),
        operation="conv_transpose",
        stride=2,
    ),
}


def random_text(seed: int, size: int = 3) -> str:
    """A square kernel of normal random numbers, rounded to two decimals; the same for a seed."""
    numbers = np.random.default_rng(seed).standard_normal((size, size))
    return "\n".join(" ".join(f"{number:.2f}" for number in row) for row in numbers)


def bilinear(factor: int) -> np.ndarray:
    """FCN's upsampling kernel (k, k) float64, k = 2f - f mod 2: a tent on each axis.

    Long et al. 2015 (their upsample_filt); used transposed with stride f and padding
    ceil((f - 1) / 2).
    """
    size = 2 * factor - factor % 2
    middle = factor - 1 if size % 2 else factor - 0.5
    tent = 1 - np.abs(np.arange(size) - middle) / factor
    return np.outer(tent, tent)


def parse(text: object) -> np.ndarray:
    """The kernel (height, width) float64 that a text holds, 1 x 1 to 7 x 7.

    Rows stand on lines of their own or are cut by ";", numbers by spaces or commas; "1/9" is a
    number. Raises ValueError in one sentence.
    """
    if not isinstance(text, str) or not text.strip():
        raise ValueError("the kernel is empty, it needs at least one number; try 0 1 0.")
    if len(text) > MOST_CHARACTERS:
        raise ValueError(
            f"the kernel's text has {len(text)} characters, at most {MOST_CHARACTERS} are read; "
            f"write up to {LARGEST} rows of {LARGEST} short numbers."
        )
    lines = re.split(r"[;\n]", text.replace("\N{MINUS SIGN}", "-"))
    words = [re.split(r"[\s,]+", line.strip(" ,\t\r[]")) for line in lines]
    rows = [row for row in words if any(row)]
    widths = {len(row) for row in rows}
    if len(widths) > 1:
        found = " and ".join(str(width) for width in sorted(widths))
        raise ValueError(
            f"the kernel's rows have {found} numbers, they must be equally long; fill up with 0."
        )
    if not rows or max(len(rows), *widths) > LARGEST:
        got = f"{len(rows)} x {max(widths, default=0)} cells"
        raise ValueError(
            f"the kernel has {got}, it may have 1 x 1 to {LARGEST} x {LARGEST}; leave some out."
        )
    return np.array([[_number(word) for word in row] for row in rows])


def _number(word: str) -> float:
    """A decimal number, or one divided by another."""
    top, slash, bottom = word.partition("/")
    try:
        number = float(top) / float(bottom) if slash else float(top)
    except (ValueError, ZeroDivisionError):
        raise ValueError(
            f"the kernel holds {word[:20]!r}, which is no number; write 2, -0.5 or 1/9."
        ) from None
    if not math.isfinite(number) or abs(number) > LARGEST_NUMBER:
        raise ValueError(
            f"the kernel holds {word[:20]}, numbers must lie within {LARGEST_NUMBER:g} of 0; "
            "scale it down."
        )
    return number
