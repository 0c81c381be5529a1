"""The kinds of case that trip people over an output's size: how each is drawn, what it teaches."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from segdemo.arithmetic.setting import Axis, Setting

Draw = np.random.Generator


@dataclass(frozen=True)
class Layer:
    """A setting with its channels; `groups` need not divide them."""

    setting: Setting
    in_channels: int = 1
    out_channels: int = 1
    groups: int = 1


@dataclass(frozen=True)
class Kind:
    """A kind of case: its name on the page, how a case is drawn, and what is true of one case.

    `note` gets each axis of a legal case and says in words what is special about it ("" for
    nothing); `lesson` holds for all cases.
    """

    title: str
    draw: Callable[[Draw], Layer]
    lesson: str
    note: Callable[[Axis], str] = lambda axis: ""


def _whole(draw: Draw, low: int, high: int) -> int:
    """A whole number from `low` to `high`, both allowed."""
    return int(draw.integers(low, high + 1))


def _floor(draw: Draw) -> Layer:
    stride, kernel = _whole(draw, 2, 4), _whole(draw, 2, 5)
    padding, rest = _whole(draw, 0, kernel // 2), _whole(draw, 1, stride - 1)
    size = kernel - 2 * padding + stride * _whole(draw, 1, 4) + rest
    return Layer(Setting("conv", max(size, 1), kernel, stride, padding))


def _floor_note(axis: Axis) -> str:
    rest = (axis.input_size + 2 * axis.pad_left - axis.span) % axis.stride
    if not rest:
        return "The division leaves nothing over here."
    cells = "cell is" if rest == 1 else f"{rest} cells are"
    return f"The division leaves {rest} over: the last {cells} never touched."


def _ceil_mode(draw: Draw) -> Layer:
    kernel, stride = _whole(draw, 2, 3), _whole(draw, 2, 4)
    padding = _whole(draw, 0, kernel // 2)
    operation = ("max_pool", "avg_pool")[_whole(draw, 0, 1)]
    setting = Setting(operation, _whole(draw, 4, 12), kernel, stride, padding, ceil_mode=True)
    return Layer(setting)


def _ceil_note(axis: Axis) -> str:
    room = axis.input_size + 2 * axis.pad_left - axis.span
    if room % axis.stride == 0:
        return "The windows fit exactly, so rounding up changes nothing."
    raised = -(-room // axis.stride) + 1
    last = (raised - 1) * axis.stride
    where = f"window {raised} would start at cell {last} of the padded input"
    edge = axis.input_size + axis.pad_left
    if raised > axis.output_size:
        return f"Rounded up, {where}, past the {edge} of padding and input: it is dropped."
    return f"Rounded up, {where}, before the {edge} of padding and input end: it is kept."


def _dilation(draw: Draw) -> Layer:
    kernel, dilation = _whole(draw, 2, 4), _whole(draw, 2, 4)
    span = dilation * (kernel - 1) + 1
    padding = _whole(draw, 0, 1)
    size = max(span - 2 * padding + _whole(draw, -2, 4), 1)
    return Layer(Setting("conv", size, kernel, _whole(draw, 1, 2), padding, dilation=dilation))


def _span_note(axis: Axis) -> str:
    return (
        f"{axis.kernel_size} weights dilated by {axis.dilation} span "
        f"{axis.dilation} · ({axis.kernel_size} - 1) + 1 = {axis.span} cells."
    )


def _same(draw: Draw) -> Layer:
    stride = 2 if draw.random() < 0.5 else 1
    size, kernel = _whole(draw, 4, 12), _whole(draw, 2, 5)
    return Layer(Setting("conv", size, kernel, stride, "same", dilation=_whole(draw, 1, 3)))


def _same_note(axis: Axis) -> str:
    total = axis.span - 1
    return f"d(k-1) = {total} cells are added, {axis.pad_left} before and {axis.pad_right} after."


def _output_padding(draw: Draw) -> Layer:
    stride, dilation = _whole(draw, 1, 3), _whole(draw, 1, 2)
    extra = _whole(draw, 1, 3)
    padding = _whole(draw, 0, 1)
    size = _whole(draw, 3, 8)
    return Layer(
        Setting("conv_transpose", size, 3, stride, padding, dilation=dilation, output_padding=extra)
    )


def _crop(draw: Draw) -> Layer:
    kernel = _whole(draw, 1, 3)
    padding = kernel - 1 + _whole(draw, 1, 2)
    return Layer(Setting("conv_transpose", _whole(draw, 2, 7), kernel, 1, padding))


def _crop_note(axis: Axis) -> str:
    cropped = axis.pad_left - (axis.span - 1)
    return (
        f"As a direct convolution its padding is d(k-1) - p = {-cropped}: {cropped} cells are cut "
        "off on each side."
    )


def _pool_padding(draw: Draw) -> Layer:
    kernel, dilation = _whole(draw, 2, 4), _whole(draw, 1, 2)
    padding = kernel // 2 + _whole(draw, 0, 1)
    return Layer(Setting("max_pool", _whole(draw, 5, 12), kernel, 1, padding, dilation=dilation))


def _pool_stride(draw: Draw) -> Layer:
    operation = ("max_pool", "avg_pool")[_whole(draw, 0, 1)]
    return Layer(Setting(operation, _whole(draw, 5, 14), _whole(draw, 2, 4)))


def _pool_stride_note(axis: Axis) -> str:
    return f"No stride is given, so it is {axis.stride}, the window's size."


def _unpool(draw: Draw) -> Layer:
    size, kernel = _whole(draw, 2, 6), _whole(draw, 2, 3)
    asked = size * kernel + _whole(draw, -kernel, kernel)
    wanted = None if draw.random() < 0.3 else asked
    return Layer(Setting("max_unpool", size, kernel, output_size=wanted))


def _unpool_note(axis: Axis) -> str:
    default = axis.default_size
    if axis.asked_size is None:
        return f"Untold, it gives {default}."
    low, high = default - axis.stride, default + axis.stride
    return f"The size asked for lies between {low} and {high}, so it is granted."


def _padding_mode(draw: Draw) -> Layer:
    mode = ("reflect", "circular", "replicate")[_whole(draw, 0, 2)]
    size = _whole(draw, 2, 5)
    return Layer(Setting("conv", size, 3, 1, size + _whole(draw, -1, 1), mode))


def _padding_mode_note(axis: Axis) -> str:
    return f"Padding of {axis.pad_left} is allowed with '{axis.padding_mode}' here."


def _groups(draw: Draw) -> Layer:
    operation = ("conv", "conv_transpose")[_whole(draw, 0, 1)]
    setting = Setting(operation, _whole(draw, 5, 9), 3, padding=1)
    groups = _whole(draw, 2, 4)
    legal = draw.random() < 0.5
    out_channels = groups * _whole(draw, 1, 3) + (0 if legal else 1)
    return Layer(setting, 12, out_channels, groups)


def _only_padding(draw: Draw) -> Layer:
    size, kernel, stride = _whole(draw, 1, 2), _whole(draw, 1, 2), _whole(draw, 2, 3)
    return Layer(Setting("conv", size, kernel, stride, _whole(draw, 3, 6)))


def _only_padding_note(axis: Axis) -> str:
    padded = axis.input_size + 2 * axis.pad_left
    return f"The kernel walks over {padded} cells, of which {axis.input_size} are input."


def _two_axes(draw: Draw) -> Layer:
    def two(low: int, high: int) -> tuple[int, int]:
        return _whole(draw, low, high), _whole(draw, low, high)

    return Layer(
        Setting("conv", two(6, 11), two(1, 3), two(1, 3), two(0, 1), dilation=two(1, 2)), 3, 8
    )


def _dilated_transposed(draw: Draw) -> Layer:
    kernel, dilation = _whole(draw, 2, 3), _whole(draw, 2, 3)
    stride, padding = _whole(draw, 1, 2), _whole(draw, 0, 1)
    return Layer(
        Setting("conv_transpose", _whole(draw, 3, 8), kernel, stride, padding, dilation=dilation)
    )


KINDS: dict[str, Kind] = {
    "floor": Kind(
        "Rounding down",
        _floor,
        "Several input sizes share one output size, because a convolution rounds down.",
        _floor_note,
    ),
    "ceil_mode": Kind(
        "Rounding up",
        _ceil_mode,
        "With ceil_mode the size rounds up, but a last window that would start in the right "
        "padding is dropped.",
        _ceil_note,
    ),
    "dilation": Kind(
        "Dilation",
        _dilation,
        "A dilated kernel counts with its span d(k-1)+1, which must fit into the padded input.",
        _span_note,
    ),
    "same": Kind(
        "padding='same'",
        _same,
        "Padding 'same' keeps the size and works at stride 1 only.",
        _same_note,
    ),
    "output_padding": Kind(
        "output_padding",
        _output_padding,
        "An output_padding adds to the end only, and must be below the stride or the dilation.",
    ),
    "crop": Kind(
        "Padding that crops",
        _crop,
        "Padding takes cells away from a transposed convolution; at least one has to stay.",
        _crop_note,
    ),
    "pool_padding": Kind(
        "Padding of a pool",
        _pool_padding,
        "A pool is padded by at most half its kernel, and dilation doesn't count for that.",
    ),
    "pool_stride": Kind(
        "Stride of a pool",
        _pool_stride,
        "A pool's stride is its window's size unless told, a convolution's is 1.",
        _pool_stride_note,
    ),
    "unpool": Kind(
        "Unpooling",
        _unpool,
        "An output_size must lie strictly within one stride of (i-1)s - 2p + k.",
        _unpool_note,
    ),
    "padding_mode": Kind(
        "Padding modes",
        _padding_mode,
        "Reflecting needs padding below the input's size, going round at most that size, "
        "and replicating needs nothing.",
        _padding_mode_note,
    ),
    "groups": Kind(
        "Groups",
        _groups,
        "The groups must divide both numbers of channels, and don't change the size.",
    ),
    "only_padding": Kind(
        "More padding than input",
        _only_padding,
        "Padding may be larger than input and kernel: some outputs then see zeros alone.",
        _only_padding_note,
    ),
    "two_axes": Kind(
        "Two axes",
        _two_axes,
        "Height and width are worked out apart, each with its own numbers, height first.",
    ),
    "dilated_transposed": Kind(
        "Dilated and transposed",
        _dilated_transposed,
        "A transposed convolution can be dilated: each input then paints a spread-out kernel.",
        _span_note,
    ),
}
