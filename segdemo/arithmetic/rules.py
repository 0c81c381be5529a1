"""torch's rules: whether torch takes a setting, and if not, which rule it breaks.

Read from torch 2.14 by trial. The reference is torch.nn.functional, and torch.nn.Conv1d and Conv2d
for padding modes other than zeros (which take negative padding, a crop, where the functions refuse
it). Max unpooling has hardly a rule in torch: only the size that comes out counts.

Deviations, all from torch's accidents. Refused: an empty tuple for a stride, more numbers than axes
in an unpooling's stride or padding, truth values as an unpooling's numbers. Taken: an integer for
an unpooling's `output_size` in 1-D; and beside 'same' with a padding mode, a dilation in a list of
one holds for all axes.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from math import isfinite
from numbers import Integral, Real

from segdemo.arithmetic.setting import (
    DEFAULTS,
    OPERATIONS,
    PADDING_MODES,
    PARAMETERS,
    WEIGHTED,
    Axis,
    Changes,
    Setting,
)

# The parameters that torch takes as a list of one number for all axes.
LISTS_OF_ONE: dict[str, tuple[str, ...]] = {
    "conv": ("stride", "padding", "dilation"),
    "conv_transpose": ("stride", "padding", "dilation", "output_padding"),
    "max_pool": ("kernel_size", "stride", "padding", "dilation"),
    "avg_pool": ("kernel_size", "stride", "padding"),
    "max_unpool": (),
}


# The smallest value of each parameter on its own. Unpooling minds the input's alone, and a padding
# mode lets the padding be negative.
FLOORS = {
    "input_size": 1,
    "kernel_size": 1,
    "stride": 1,
    "dilation": 1,
    "padding": 0,
    "output_padding": 0,
}


@dataclass(frozen=True)
class Fault:
    """A broken rule: the sentence without its remedy, and the changes that obey this one rule.

    `axis` is set instead of `remedy` where the numbers of one axis don't fit together, which
    several parameters could mend.
    """

    sentence: str
    remedy: Changes
    axis: int | None = None


def settle(setting: Setting) -> tuple[Axis, ...] | Fault:
    """The setting axis by axis if torch takes it, else the first rule that it breaks."""
    for check in (_operation, _foreign_parameter, _padding_words, _shape, _floors):
        fault = check(setting)
        if fault is not None:
            return fault
    axes = unpack(setting)
    for number, axis in enumerate(axes):
        for _, sentence in AXIS_RULES[setting.operation](axis):
            where = f" on axis {number} of {len(axes)}" if len(axes) > 1 else ""
            return Fault(sentence + where, {}, number)
    return axes


def count_axes(setting: Setting) -> int:
    """Axes of the setting's input; an integer is one axis."""
    return len(setting.input_size) if isinstance(setting.input_size, tuple | list) else 1


def per_axis(setting: Setting, name: str) -> tuple[int, ...]:
    """The named parameter as one number an axis, for a setting whose shapes fit."""
    value = getattr(setting, name)
    axes = count_axes(setting)
    if value is None:
        pooled = setting.operation not in WEIGHTED
        return per_axis(setting, "kernel_size") if pooled else (1,) * axes
    if isinstance(value, str):
        return (0,) * axes
    if not isinstance(value, tuple | list):
        return (int(value),) * axes
    numbers = tuple(int(number) for number in value)[-axes:]
    if len(numbers) == axes:
        return numbers
    # nn.Conv2d hands a list of one to torch.nn.functional.pad, which pads the last axis alone.
    if name == "padding" and setting.padding_mode != "zeros":
        return (0,) * (axes - 1) + numbers
    return numbers * axes


def _operation(setting: Setting) -> Fault | None:
    if setting.operation in OPERATIONS:
        return None
    close = get_close_matches(str(setting.operation), OPERATIONS, 1, 0) or ["conv"]
    sentence = f"operation={setting.operation!r} is unknown, it must be one of {OPERATIONS}"
    return Fault(sentence, {"operation": close[0]})


def _foreign_parameter(setting: Setting) -> Fault | None:
    for name, default in DEFAULTS.items():
        value = getattr(setting, name)
        values = value if isinstance(value, tuple | list) else (value,)
        if name in PARAMETERS[setting.operation] or all(entry == default for entry in values):
            continue
        sentence = f"{setting.operation} takes no {name}, got {value!r}"
        return Fault(sentence, {name: default})
    return None


def _padding_words(setting: Setting) -> Fault | None:
    mode, padding = setting.padding_mode, setting.padding
    if mode not in PADDING_MODES:
        sentence = f"padding_mode={mode!r} is unknown, it must be one of {PADDING_MODES}"
        return Fault(sentence, {"padding_mode": "zeros"})
    if isinstance(padding, str):
        if setting.operation != "conv":
            sentence = f"padding={padding!r} is for conv, {setting.operation} takes numbers only"
            return Fault(sentence, {"padding": 0})
        if padding not in ("same", "valid"):
            sentence = f"padding={padding!r} must be 'same', 'valid' or a number"
            return Fault(sentence, {"padding": "same" if padding.lower() == "same" else 0})
        if padding == "same" and not set(_flat(setting.stride)) <= {None, 1}:
            return Fault(f"padding='same' needs stride=1, got {setting.stride}", {"stride": 1})
    if not isinstance(setting.ceil_mode, bool):
        sentence = f"ceil_mode={setting.ceil_mode!r} must be True or False"
        return Fault(sentence, {"ceil_mode": bool(setting.ceil_mode)})
    return None


def _flat(value: object) -> tuple[object, ...]:
    return tuple(value) if isinstance(value, tuple | list) else (value,)


def _numeric(setting: Setting) -> Iterator[tuple[str, object]]:
    for name in ("input_size", "kernel_size", *PARAMETERS[setting.operation]):
        value = getattr(setting, name)
        optional = name in ("stride", "output_size") and value is None
        words = name == "padding" and isinstance(value, str)
        if name not in ("padding_mode", "ceil_mode") and not optional and not words:
            yield name, value


def _shape(setting: Setting) -> Fault | None:
    """Whole numbers everywhere, and as many of them as the input has axes (one or two)."""
    axes = count_axes(setting)
    for name, value in _numeric(setting):
        entries = _flat(value)
        if not all(isinstance(n, Integral) and not isinstance(n, bool) for n in entries):
            rounded = tuple(
                int(float(n)) if isinstance(n, Real) and isfinite(n) else 1 for n in entries
            )
            remedy = rounded if isinstance(value, tuple | list) else rounded[0]
            return Fault(f"{name}={value!r} must be whole numbers", {name: remedy})
    if axes not in (1, 2):
        entries = _flat(setting.input_size)
        sentence = f"input_size={setting.input_size} has {axes} axes, it must have one or two"
        return Fault(sentence, {"input_size": entries[-2:] if axes else 1})
    for name, value in _numeric(setting):
        entries = _flat(value)
        if name == "output_size":
            # torch also takes the whole shape of the batch.
            fits = len(entries) in (axes, axes + 2)
        else:
            one = not isinstance(value, tuple | list) or name in LISTS_OF_ONE[setting.operation]
            fits = len(entries) == axes or (len(entries) == 1 and one)
        if not fits:
            sentence = f"{name}={value} has {len(entries)} numbers for {axes} axes"
            return Fault(sentence, {name: (entries or (1,))[-1] if axes == 1 else _two(entries)})
    return None


def _two(entries: tuple[object, ...]) -> object:
    return entries[-2:] if len(entries) > 1 else (entries or (1,)) * 2


def _floors(setting: Setting) -> Fault | None:
    floors = FLOORS
    if setting.operation == "max_unpool":
        floors = {"input_size": 1}
    elif setting.padding_mode != "zeros":
        floors = {name: floor for name, floor in FLOORS.items() if name != "padding"}
    for name, floor in floors.items():
        value, numbers = getattr(setting, name), per_axis(setting, name)
        if min(numbers) < floor and value is not None:
            raised = tuple(max(floor, number) for number in numbers)
            remedy = raised if isinstance(value, tuple | list) else raised[0]
            return Fault(f"{name}={value} must be at least {floor}", {name: remedy})
    return None


def unpack(setting: Setting) -> tuple[Axis, ...]:
    """The setting axis by axis, for one whose shapes fit, be its numbers legal or not."""
    columns = [
        per_axis(setting, name)
        for name in ("input_size", "kernel_size", "stride", "padding", "dilation", "output_padding")
    ]
    asked: tuple[int | None, ...] = (None,) * count_axes(setting)
    if setting.output_size is not None:
        asked = per_axis(setting, "output_size")
    return tuple(
        Axis(
            operation=setting.operation,
            input_size=input_size,
            kernel_size=kernel_size,
            stride=stride,
            padding=None if setting.padding == "same" else padding,
            padding_mode=setting.padding_mode,
            dilation=dilation,
            output_padding=output_padding,
            ceil_mode=setting.ceil_mode,
            asked_size=asked_size,
        )
        for input_size, kernel_size, stride, padding, dilation, output_padding, asked_size in zip(
            *columns, asked, strict=True
        )
    )


def _conv_rules(axis: Axis) -> Iterator[tuple[str, str]]:
    left, right, size = axis.pad_left, axis.pad_right, axis.input_size
    if axis.padding_mode == "reflect" and max(left, right) >= size:
        yield (
            "reflect",
            f"padding={max(left, right)} with 'reflect' must be below input_size={size}",
        )
    if axis.padding_mode == "circular" and max(left, right) > size:
        yield "circular", f"padding={max(left, right)} with 'circular' can't pass input_size={size}"
    padded = size + left + right
    if padded < axis.span:
        sentence = (
            f"the kernel spans d(k-1)+1 = {axis.span} cells, it must fit into the padded input"
        )
        yield "fit", f"{sentence} of {size} + {left + right} = {padded}"


def _conv_transpose_rules(axis: Axis) -> Iterator[tuple[str, str]]:
    extra = axis.output_padding
    if extra >= axis.stride and extra >= axis.dilation:
        rule = f"must be smaller than stride={axis.stride} or dilation={axis.dilation}"
        yield "output_padding", f"output_padding={extra} {rule}"
    if axis.output_size < 1:
        yield "size", f"the output's size must be at least 1, got {axis.output_size}"


def _pool_rules(axis: Axis) -> Iterator[tuple[str, str]]:
    if axis.pad_left > axis.kernel_size // 2:
        rule = f"can be at most half of kernel_size={axis.kernel_size}"
        yield "half", f"padding={axis.pad_left} {rule} (undilated)"
    if axis.output_size < 1:
        sentence = f"the window spans {axis.span} cells and finds no place in the padded input"
        yield "fit", f"{sentence} of {axis.input_size + 2 * axis.pad_left}"


def _max_unpool_rules(axis: Axis) -> Iterator[tuple[str, str]]:
    low, high = axis.default_size - axis.stride, axis.default_size + axis.stride
    if axis.asked_size is not None and not low < axis.asked_size < high:
        yield "asked", f"output_size={axis.asked_size} must lie strictly between {low} and {high}"
    if axis.output_size < 0:
        yield "size", f"the output's size can't be negative, got {axis.output_size}"


AXIS_RULES: dict[str, Callable[[Axis], Iterator[tuple[str, str]]]] = {
    "conv": _conv_rules,
    "conv_transpose": _conv_transpose_rules,
    "max_pool": _pool_rules,
    "avg_pool": _pool_rules,
    "max_unpool": _max_unpool_rules,
}
