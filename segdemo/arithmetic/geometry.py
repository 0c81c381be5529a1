"""Sizes of the output, of every input that gives this output, and legal values of a parameter."""

from dataclasses import dataclass, replace

from segdemo.arithmetic.mending import nearest_legal, with_value
from segdemo.arithmetic.rules import Fault, per_axis, settle
from segdemo.arithmetic.setting import (
    PADDING_MODES,
    WEIGHTED,
    Axis,
    Changes,
    IllegalSettingError,
    Setting,
    Size,
)

# Parameters whose legal values are words or truth values; all others are numbers from 0 up.
CHOICES: dict[str, tuple[object, ...]] = {
    "padding_mode": PADDING_MODES,
    "ceil_mode": (False, True),
}


@dataclass(frozen=True)
class RoundTrip:
    """An input size that gives the output's size, and how the way back finds it again.

    For a convolution `output_padding` is that of the transposed convolution with the same kernel,
    stride, padding and dilation that gives `input_size` back (Dumoulin & Visin, relationship 14:
    their a); None where torch's symmetric padding can't ('same' with an odd total). For a
    transposed convolution it is its own. For pooling it is None: unpooling is told its
    `output_size` instead.
    """

    input_size: int
    output_padding: int | None


def output_size(
    operation: str,
    input_size: Size,
    kernel_size: Size,
    *,
    stride: Size | None = None,
    padding: Size | str = 0,
    padding_mode: str = "zeros",
    dilation: Size = 1,
    output_padding: Size = 0,
    ceil_mode: bool = False,
    output_size: Size | None = None,
) -> Size:
    """The size of a layer's output: an int for an int, a tuple (height, width) for a tuple.

    Parameters mean what they mean in torch.nn; `stride=None` is torch's default. Raises
    IllegalSettingError, a ValueError, where torch refuses. Dumoulin & Visin, relationships 1-15;
    PyTorch docs of Conv2d, ConvTranspose2d, MaxPool2d, AvgPool2d, MaxUnpool2d.
    """
    axes = resolve(
        Setting(
            operation,
            input_size,
            kernel_size,
            stride,
            padding,
            padding_mode,
            dilation,
            output_padding,
            ceil_mode,
            output_size,
        )
    )
    sizes = tuple(axis.output_size for axis in axes)
    return sizes if isinstance(input_size, tuple | list) else sizes[0]


def resolve(setting: Setting) -> tuple[Axis, ...]:
    """The setting axis by axis; IllegalSettingError, with its remedy, where torch refuses it."""
    axes = settle(setting)
    if isinstance(axes, Fault):
        raise IllegalSettingError(axes.sentence, nearest_legal(setting))
    return axes


def is_legal(setting: Setting) -> bool:
    """Whether torch takes the setting."""
    return not isinstance(settle(setting), Fault)


def legal_values(
    setting: Setting, name: str, *, axis: int | None = None, cap: int = 64
) -> tuple[object, ...]:
    """Every legal value of one parameter, the others held: numbers from 0 to `cap`, or words.

    `axis` None moves all axes together, as linked sliders do. Read off the predicate of legality,
    so the list can't disagree with it. Ascending; empty where nothing legal is left.
    """
    if name in CHOICES:
        options: list[Changes] = [{name: choice} for choice in CHOICES[name]]
        return tuple(o[name] for o in options if is_legal(replace(setting, **o)))
    numbers = range(cap + 1)
    return tuple(n for n in numbers if is_legal(with_value(setting, name, n, axis)))


def slider_bounds(
    setting: Setting, name: str, *, axis: int | None = None, cap: int = 64
) -> tuple[int, int] | None:
    """First and last of the run of legal numbers around the current one, or nearest to it.

    Every number from first to last is legal. None where there is none up to `cap`.
    """
    values = [v for v in legal_values(setting, name, axis=axis, cap=cap) if isinstance(v, int)]
    if not values:
        return None
    now = 0 if getattr(setting, name) is None else per_axis(setting, name)[axis or 0]
    first = last = min(values, key=lambda value: abs(value - now))
    legal = set(values)
    while first - 1 in legal:
        first -= 1
    while last + 1 in legal:
        last += 1
    return first, last


def input_sizes(setting: Setting) -> tuple[tuple[RoundTrip, ...], ...]:
    """Per axis, every input size that gives this setting's output size, and the way back to it.

    A strided convolution sends `stride` sizes to one (relationship 14). Raises IllegalSettingError.
    """
    return tuple(_axis_input_sizes(setting, number) for number in range(len(resolve(setting))))


def _axis_input_sizes(setting: Setting, number: int) -> tuple[RoundTrip, ...]:
    axis = resolve(setting)[number]
    size = axis.output_size
    if setting.operation == "conv_transpose":
        found = []
        for extra in range(max(axis.stride, axis.dilation)):
            room = size + 2 * axis.pad_left - axis.span - extra
            if room >= 0 and room % axis.stride == 0:
                found.append(RoundTrip(room // axis.stride + 1, extra))
        return tuple(sorted(found, key=lambda trip: trip.input_size))
    if setting.operation == "max_unpool":
        return _unpool_input_sizes(axis)
    padding = axis.pad_left + axis.pad_right
    last = size * axis.stride + axis.span + axis.stride + abs(padding)
    first = max(1, (size - 2) * axis.stride - padding - axis.span)
    trips = []
    for candidate in range(first, last + 1):
        there = settle(with_value(setting, "input_size", candidate, number))
        if not isinstance(there, Fault) and there[number].output_size == size:
            trips.append(RoundTrip(candidate, _restoring_padding(there[number])))
    return tuple(trips)


def _restoring_padding(axis: Axis) -> int | None:
    if axis.operation != "conv" or axis.pad_left != axis.pad_right or axis.pad_left < 0:
        return None
    return (axis.input_size + 2 * axis.pad_left - axis.span) % axis.stride


def _unpool_input_sizes(axis: Axis) -> tuple[RoundTrip, ...]:
    """The input sizes whose unpooling may be asked for this output's size."""
    if axis.stride < 1:
        return (RoundTrip(axis.input_size, None),)
    last = (axis.output_size + 2 * abs(axis.pad_left)) // axis.stride + 3
    reach = axis.stride if axis.asked_size is not None else 1
    sizes = (replace(axis, input_size=size) for size in range(1, last + 1))
    fits = (a for a in sizes if abs(a.default_size - axis.output_size) < reach)
    return tuple(RoundTrip(a.input_size, None) for a in fits)


def weight_shape(
    operation: str,
    in_channels: int,
    out_channels: int,
    kernel_size: tuple[int, ...],
    groups: int = 1,
) -> tuple[int, ...]:
    """Shape of torch's weight: (out, in/groups, *kernel); transposed, (in, out/groups, *kernel).

    Raises IllegalSettingError, with the nearest legal `groups`, unless `groups` divides both
    channels.
    """
    if operation not in WEIGHTED:
        raise IllegalSettingError(f"{operation} has no weight, only conv and conv_transpose have")
    if min(in_channels, out_channels) < 1:
        raise IllegalSettingError(
            f"channels must be at least 1, got {in_channels} in, {out_channels} out"
        )
    legal = [g for g in range(1, in_channels + 1) if in_channels % g == 0 == out_channels % g]
    if groups not in legal:
        sentence = f"groups={groups} must divide in_channels={in_channels}"
        nearest = min(legal, key=lambda g: abs(g - groups))
        raise IllegalSettingError(
            f"{sentence} and out_channels={out_channels}", {"groups": nearest}
        )
    first, second = in_channels, out_channels
    if operation == "conv":
        first, second = out_channels, in_channels
    return (first, second // groups, *kernel_size)
