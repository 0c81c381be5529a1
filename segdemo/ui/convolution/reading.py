"""A setting's values as they come from a link, a form or a state, read and brought into bounds."""

import math
from collections.abc import Callable

from segdemo.arithmetic.setting import OPERATIONS, PADDING_MODES

Pair = tuple[int, int]  # (height, width)
Rows = tuple[tuple[float, ...], ...]  # numbers as a person types them

LARGEST_INPUT = 32  # cells on a side
LARGEST_KERNEL = 64  # FCN-32s upsamples with 64 x 64
LARGEST_NUMBER = 1000.0  # typed in

# From and to, both allowed; wider than what is legal, so that the rules can be seen at work.
BOUNDS: dict[str, tuple[int, int]] = {
    "dims": (1, 2),
    "input_size": (1, LARGEST_INPUT),
    "kernel_size": (0, LARGEST_KERNEL),
    "stride": (0, 32),
    "padding": (-1, 64),
    "dilation": (0, 32),
    "output_padding": (0, 32),
    "output_size": (0, 2048),
    "groups": (0, 8),
    "in_channels": (1, 8),
    "out_channels": (1, 8),
    "seed": (0, 9999),
}
WORDS: dict[str, tuple[str, ...]] = {
    "operation": OPERATIONS,
    "padding_mode": PADDING_MODES,
    "input_kind": ("numbers", "ones", "ramp", "impulse", "typed"),
    "kernel_kind": ("numbers", "ones", "bilinear", "typed"),
}
PADDING_WORDS = ("same", "valid")


def shown(value: object) -> str:
    """A value for a sentence: its first 40 characters."""
    text = repr(value)
    return text if len(text) <= 40 else f"{text[:40]}..."


def whole(name: str, value: object) -> int:
    """A whole number, brought into BOUNDS; digits in a string count."""
    try:
        if isinstance(value, bool) or not isinstance(value, str | int | float):
            raise ValueError
        number = int(value)
        if number != float(value):
            raise ValueError
    except (ValueError, OverflowError):
        raise ValueError(f"{name}={shown(value)} must be a whole number.") from None
    low, high = BOUNDS[name]
    return min(max(number, low), high)


def truth(name: str, value: object) -> bool:
    """Yes or no, as a truth value or 1 and 0."""
    if value in (True, "1", "true", "True"):
        return True
    if value in (False, "0", "false", "False"):
        return False
    raise ValueError(f"{name}={shown(value)} must be 1 or 0, for yes or no.")


def word(name: str, value: object) -> str:
    """One of WORDS."""
    if isinstance(value, str) and value in WORDS[name]:
        return value
    raise ValueError(f"{name}={shown(value)} is unknown, it must be one of {WORDS[name]}.")


def pair(name: str, value: object) -> Pair:
    """(height, width) from one number, two in a list, or text such as 3x5."""
    parts = value.replace(",", "x").split("x") if isinstance(value, str) else value
    if not isinstance(parts, list | tuple):
        parts = [parts]
    if len(parts) not in (1, 2):
        sentence = f"{name}={shown(value)} must be a whole number, or two as height x width"
        raise ValueError(f"{sentence}, for example 3x5.")
    numbers = [whole(name, part) for part in parts]
    return numbers[0], numbers[-1]


def optional_pair(name: str, value: object) -> Pair | None:
    """As `pair`; nothing is None, torch's default."""
    return None if value is None or value == "" else pair(name, value)


def padding(name: str, value: object) -> Pair | str:
    """'same', 'valid' or as `pair`."""
    return value if isinstance(value, str) and value in PADDING_WORDS else pair(name, value)


def rows(name: str, value: object) -> Rows:
    """Rows of numbers: lists, or text with rows cut by ; or a new line and numbers by , or space.

    At most LARGEST_KERNEL rows and columns are read; numbers are rounded to three decimals.
    """
    lines = value.replace("\n", ";").split(";") if isinstance(value, str) else value
    if not isinstance(lines, list | tuple):
        raise ValueError(f"{name}={shown(value)} must be rows of numbers, for example 1,0;0,1.")
    read = []
    for line in lines[:LARGEST_KERNEL]:
        words = line.replace(",", " ").split() if isinstance(line, str) else line
        if not isinstance(words, list | tuple):
            raise ValueError(f"{name} must hold rows of numbers, got {shown(line)}.")
        read.append(tuple(finite(name, entry) for entry in words[:LARGEST_KERNEL]))
    while read and not read[-1]:
        read.pop()
    return tuple(read)


def finite(name: str, value: object) -> float:
    """A number within LARGEST_NUMBER, rounded to three decimals."""
    try:
        if isinstance(value, bool) or not isinstance(value, str | int | float):
            raise ValueError
        number = float(value)
        if not math.isfinite(number):
            raise ValueError
    except (ValueError, OverflowError):
        raise ValueError(f"{name} must hold numbers, got {shown(value)}.") from None
    return round(min(max(number, -LARGEST_NUMBER), LARGEST_NUMBER), 3)


READERS: dict[str, Callable[[str, object], object]] = {
    "operation": word,
    "dims": whole,
    "input_size": pair,
    "kernel_size": pair,
    "stride": optional_pair,
    "padding": padding,
    "padding_mode": word,
    "dilation": pair,
    "output_padding": pair,
    "output_size": optional_pair,
    "ceil_mode": truth,
    "count_include_pad": truth,
    "groups": whole,
    "in_channels": whole,
    "out_channels": whole,
    "bias": truth,
    "seed": whole,
    "input_kind": word,
    "kernel_kind": word,
    "input_values": rows,
    "kernel_values": rows,
}
