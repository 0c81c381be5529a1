"""Which relationship of Dumoulin & Visin gives a setting's output size, in LaTeX and in numbers.

"A guide to convolution arithmetic for deep learning" (arXiv 1603.07285), relationships 1-15. What
the paper doesn't cover (ceil_mode, 'same' with an odd total, dilated transposed convolution,
unpooling) comes from the PyTorch docs and has no number.
"""

import re
from dataclasses import dataclass

from segdemo.arithmetic.geometry import resolve
from segdemo.arithmetic.setting import Axis, Setting

PAPER = "Dumoulin & Visin, arXiv 1603.07285"
DOCS = "PyTorch docs"

# "@x" marks a symbol that a number can replace. Transposed layers are written with i' and o'.
_FLOOR = r"\left\lfloor \frac{@i + 2@p - @k}{@s} \right\rfloor + 1"
_CEIL = r"\left\lceil \frac{@i + 2@p - @d(@k - 1) - 1}{@s} \right\rceil"
_NUMBERED: dict[int, tuple[str, str]] = {
    1: ("no zero padding, unit strides", "@i - @k + 1"),
    2: ("zero padding, unit strides", "@i - @k + 2@p + 1"),
    3: ("half (same) padding", "@i"),
    4: ("full padding", "@i + (@k - 1)"),
    5: ("no zero padding, non-unit strides", r"\left\lfloor \frac{@i - @k}{@s} \right\rfloor + 1"),
    6: ("zero padding, non-unit strides", _FLOOR),
    7: ("pooling", r"\left\lfloor \frac{@i - @k}{@s} \right\rfloor + 1"),
    8: ("no zero padding, unit strides, transposed", "@i + (@k - 1)"),
    9: ("zero padding, unit strides, transposed", "@i + (@k - 1) - 2@p"),
    10: ("half (same) padding, transposed", "@i"),
    11: ("full padding, transposed", "@i - (@k - 1)"),
    12: ("no zero padding, non-unit strides, transposed", "@s(@i - 1) + @k"),
    13: ("zero padding, non-unit strides, transposed", "@s(@i - 1) + @k - 2@p"),
    14: ("output padding, non-unit strides, transposed", "@s(@i - 1) + @a + @k - 2@p"),
    15: (
        "dilated convolution",
        r"\left\lfloor \frac{@i + 2@p - @k - (@k - 1)(@d - 1)}{@s} \right\rfloor + 1",
    ),
}


@dataclass(frozen=True)
class Relationship:
    """The formula of one axis: the paper's number (None beyond the paper), what it is about, LaTeX.

    `formula` has the symbols i k s p d a (a: output_padding), `filled` the setting's numbers and
    the result: "o = \\left\\lfloor \\frac{5 + 2 \\cdot 1 - 3}{2} \\right\\rfloor + 1 = 3".
    """

    number: int | None
    title: str
    formula: str
    filled: str
    source: str


def relationship(setting: Setting, axis: int = 0) -> Relationship:
    """The relationship that applies along one axis of a setting. Raises IllegalSettingError."""
    settled = resolve(setting)[axis]
    number = _number(settled)
    if number is None:
        title, template = _beyond_the_paper(settled)
    else:
        title, template = _NUMBERED[number]
    left, right = _left_side(settled), settled.output_size
    if settled.asked_size is not None:
        # A choice between two bounds, not an equation.
        formula, filled = _symbols(template, settled), _numbers(template, settled)
    else:
        formula = f"{left} = {_symbols(template, settled)}"
        numbers = _numbers(template, settled)
        filled = f"{left} = {numbers}" + ("" if numbers == str(right) else f" = {right}")
    return Relationship(number, title, formula, filled, DOCS if number is None else PAPER)


def _number(axis: Axis) -> int | None:
    if axis.operation == "max_unpool" or axis.ceil_mode or axis.pad_left != axis.pad_right:
        return None
    if axis.operation == "conv_transpose":
        return _transposed_number(axis)
    if axis.dilation > 1:
        return 15
    if axis.operation != "conv":
        return 7 if axis.pad_left == 0 else 6
    if axis.stride > 1:
        return 5 if axis.pad_left == 0 else 6
    return {"none": 1, "some": 2, "half": 3, "full": 4}[_padding_kind(axis)]


def _transposed_number(axis: Axis) -> int | None:
    if axis.dilation > 1:
        return None
    if axis.stride == 1:
        return {"none": 8, "some": 9, "half": 10, "full": 11}[_padding_kind(axis)]
    if axis.output_padding:
        return 14
    return 12 if axis.pad_left == 0 else 13


def _padding_kind(axis: Axis) -> str:
    kernel, padding = axis.kernel_size, axis.pad_left
    if padding == 0:
        return "none"
    if kernel % 2 == 1 and padding == kernel // 2:
        return "half"
    return "full" if padding == kernel - 1 else "some"


def _beyond_the_paper(axis: Axis) -> tuple[str, str]:
    if axis.operation == "max_unpool":
        default = "@s(@i - 1) + @k - 2@p"
        if axis.asked_size is None:
            return "unpooling", default
        return "unpooling to a size asked for", f"{default} - @s < @o < {default} + @s"
    if axis.operation == "conv_transpose":
        return "dilated, transposed", "@s(@i - 1) - 2@p + @d(@k - 1) + @a + 1"
    if axis.ceil_mode:
        room = axis.input_size + 2 * axis.pad_left - axis.span
        if -(-room // axis.stride) + 1 > axis.output_size:
            return "ceil_mode, last window dropped: it would start in the padding", _CEIL
        return "ceil_mode", _CEIL + " + 1"
    return "'same' with one cell more on the far side", "@i"


def _left_side(axis: Axis) -> str:
    return "o'" if axis.operation in ("conv_transpose", "max_unpool") else "o"


def _symbols(template: str, axis: Axis) -> str:
    primed = "'" if axis.operation in ("conv_transpose", "max_unpool") else ""
    text = re.sub(r"@([io])", rf"\1{primed}", template)
    # A command and a letter after a digit or letter need no sign between them: 2p, s(i - 1).
    return text.replace("@", "")


def _numbers(template: str, axis: Axis) -> str:
    values = {
        "i": axis.input_size,
        "k": axis.kernel_size,
        "s": axis.stride,
        "p": axis.pad_left,
        "d": axis.dilation,
        "a": axis.output_padding,
        "o": axis.output_size,
    }

    def number(match: re.Match[str]) -> str:
        value = values[match[2]]
        factor = rf"{match[1]} \cdot " if match[1] else ""
        return (
            factor + (f"({value})" if value < 0 else str(value)) + (r" \cdot (" if match[3] else "")
        )

    return re.sub(r"(\d)?@(\w)(\()?", number, template)
