"""Receptive fields, exactly: which pixels of the input each position of a map depends on.

Araujo, Norris & Sim, "Computing Receptive Fields of Convolutional Neural Networks", Distill 2019,
follow a field's size and jump through layers that only shrink a map. Behind an upsampling layer
that isn't enough: neighbours see fields of different size, and adding (kernel - 1) x jump can give
too little. So an `Axis` keeps the field of every position within one period of the pattern, and a
layer says which positions of its input one of its outputs reads. Then convolution, pooling,
transposed convolution, unpooling, interpolation, crops, padding, sums and concatenations follow
one rule. A transposed convolution's output o reads the positions i with i x stride + t x dilation
- padding = o for some tap t: at most ceil(kernel_size / stride) of them without dilation.

A field is theoretical. It is what could matter, whatever the weights; it reaches across the
image's border, as if the image were endless. Batch statistics don't count: in evaluation they are
constants. Group normalisation's do, they are taken over the whole map.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import floor, gcd, inf, lcm
from typing import Any

import torch
from torch import Tensor
from torch.utils._python_dispatch import TorchDispatchMode

aten = torch.ops.aten


@dataclass(frozen=True)
class Axis:
    """What the positions of a map see along one axis of the input, in pixels.

    Position p < period sees the pixels first[p] to last[p]; p + period sees them moved by
    `advance`. An advance of 0 says that all positions see the same, as behind a global pooling.
    """

    first: tuple[float, ...] = (0,)
    last: tuple[float, ...] = (0,)
    advance: int = 1

    @property
    def period(self) -> int:
        return len(self.first)

    @property
    def size(self) -> int:
        """The widest field of any position, in pixels."""
        return int(max(0, *(b - a + 1 for a, b in zip(self.first, self.last, strict=True))))

    @property
    def jump(self) -> float:
        """How many pixels the fields of neighbours lie apart on average."""
        return self.advance / self.period

    def at(self, position: int) -> tuple[float, float]:
        """The first and last pixel that a position sees."""
        turns, phase = divmod(position, self.period)
        return self.first[phase] + turns * self.advance, self.last[phase] + turns * self.advance

    def read(
        self,
        positions: Callable[[int], Iterable[int]],
        size: int,
        *,
        outputs: int = 1,
        inputs: int = 1,
    ) -> "Axis":
        """The axis of a map of `size` positions whose output o reads `positions(o)` of this one.

        Output o + outputs must read the same positions moved by `inputs`. An output that reads
        none, such as a gap of a transposed convolution, sees nothing. Where the pattern's period
        is longer than the map, the map is taken for the period: exact within it.
        """
        period = outputs * self.period // gcd(self.period, inputs)
        advance = Fraction(period * inputs * self.advance, outputs * self.period)
        if period > size:
            period, advance = size, advance * size / period
        fields = [[self.at(position) for position in positions(o)] for o in range(period)]
        return Axis(
            tuple(min((first for first, _ in field), default=inf) for field in fields),
            tuple(max((last for _, last in field), default=-inf) for field in fields),
            round(advance),
        )

    def whole(self, size: int) -> "Axis":
        """The axis of a map each of whose outputs reads all the `size` positions of this one."""
        return self.read(lambda _: range(size), 1, inputs=0)


Field = tuple[Axis, Axis]  # (height, width)


def union(axes: Sequence[Axis], size: int) -> Axis:
    """The axis of a map of `size` positions whose output o reads position o of several maps."""
    jump = max(axis.jump for axis in axes)
    if all(axis.advance * axes[0].period == axes[0].advance * axis.period for axis in axes):
        size = lcm(*(axis.period for axis in axes))
    fields = [[axis.at(position) for axis in axes] for position in range(size)]
    return Axis(
        tuple(min(first for first, _ in field) for field in fields),
        tuple(max(last for _, last in field) for field in fields),
        round(jump * size),
    )


@dataclass(frozen=True)
class Call:
    """One aten operation along one axis: its arguments by name, the map's size before and after."""

    arguments: Mapping[str, Any]
    d: int
    size_in: int
    size_out: int

    def number(self, name: str) -> int:
        """This axis' entry of an argument such as kernel_size; one entry may stand for both."""
        value = self.arguments[name]
        return int(value if isinstance(value, int) else value[self.d if len(value) > 1 else 0])


def convolution(axis: Axis, call: Call) -> Axis:
    taps = range(call.arguments["weight"].shape[2 + call.d])
    s, p, d = call.number("stride"), call.number("padding"), call.number("dilation")
    if call.arguments["transposed"]:
        return axis.read(
            lambda o: [(o + p - t * d) // s for t in taps if (o + p - t * d) % s == 0],
            call.size_out,
            outputs=s,
        )
    return axis.read(lambda o: [o * s - p + t * d for t in taps], call.size_out, inputs=s)


def pooling(axis: Axis, call: Call) -> Axis:
    taps, p = range(call.number("kernel_size")), call.number("padding")
    s = call.number("stride") if call.arguments["stride"] else len(taps)
    d = call.number("dilation") if "dilation" in call.arguments else 1
    return axis.read(lambda o: [o * s - p + t * d for t in taps], call.size_out, inputs=s)


def unpooling(axis: Axis, call: Call) -> Axis:
    """Each window's value goes to one of its positions: any of them may hold it."""
    stride = round(call.size_out / call.size_in)
    return axis.read(lambda o: [o // stride], call.size_out, outputs=stride)


def adaptive_pooling(axis: Axis, call: Call) -> Axis:
    n_in, n_out = call.size_in, call.size_out
    g = gcd(n_in, n_out)
    return axis.read(
        lambda o: range(o * n_in // n_out, -(-(o + 1) * n_in // n_out)),
        n_out,
        outputs=n_out // g,
        inputs=n_in // g,
    )


def step_between_outputs(call: Call) -> Fraction:
    """How far apart, in positions of the input, an interpolation's outputs read."""
    if call.arguments.get("align_corners"):
        return Fraction(call.size_in - 1, max(1, call.size_out - 1))
    factors = call.arguments.get("scale_factors")
    if factors is None:
        return Fraction(call.size_in, call.size_out)
    return 1 / Fraction(factors[call.d]).limit_denominator(1000)


def nearest(axis: Axis, call: Call) -> Axis:
    step = step_between_outputs(call)
    outputs, inputs = step.denominator, step.numerator
    return axis.read(lambda o: [floor(o * step)], call.size_out, outputs=outputs, inputs=inputs)


def interpolation(axis: Axis, call: Call, *, reach: int = 1) -> Axis:
    """Reads `reach` positions on each side of a point between them, or the one that it hits."""
    step = step_between_outputs(call)
    shift = Fraction(0) if call.arguments["align_corners"] else (step - 1) / 2

    def positions(o: int) -> range:
        point = o * step + shift
        if point.denominator == 1:
            return range(int(point), int(point) + 1)
        return range(floor(point) - reach + 1, floor(point) + reach + 1)

    outputs, inputs = step.denominator, step.numerator
    return axis.read(positions, call.size_out, outputs=outputs, inputs=inputs)


def cubic(axis: Axis, call: Call) -> Axis:
    return interpolation(axis, call, reach=2)


def whole_map(axis: Axis, call: Call) -> Axis:
    """Statistics over all positions of the map, as group normalisation takes them."""
    return axis.whole(call.size_in)


def border(axis: Axis, call: Call) -> Axis:
    """Zeros around a map, or a crop where the padding is negative."""
    padding = call.arguments.get("pad", call.arguments.get("padding"))
    before = padding[2 * (1 - call.d)] if len(padding) > 2 * (1 - call.d) else 0
    return axis.read(lambda o: [o - before], call.size_out)


def window(axis: Axis, call: Call) -> Axis:
    """A slice; along the batch or the channels it leaves the fields as they are."""
    dim, start = call.arguments["dim"], call.arguments["start"] or 0
    if dim not in (2 + call.d, call.d - 2):
        return axis
    step = call.arguments["step"]
    start = max(0, start + call.size_in) if start < 0 else start
    return axis.read(lambda o: [start + o * step], call.size_out, inputs=step)


# aten operation -> what an output of it reads. What isn't here works position by position, or, if
# it changes the map's size, is taken to read all of it.
RULES: dict[Any, Callable[[Axis, Call], Axis]] = {
    aten.convolution: convolution,
    aten.max_pool2d_with_indices: pooling,
    aten.avg_pool2d: pooling,
    aten.max_unpool2d: unpooling,
    aten._adaptive_avg_pool2d: adaptive_pooling,
    aten.adaptive_max_pool2d: adaptive_pooling,
    aten.upsample_nearest2d: nearest,
    aten.upsample_bilinear2d: interpolation,
    aten.upsample_bicubic2d: cubic,
    aten.native_group_norm: whole_map,
    aten.constant_pad_nd: border,
    aten.reflection_pad2d: border,
    aten.replication_pad2d: border,
    aten.slice: window,
}


def extent(tensor: Tensor, d: int) -> int:
    """The height (d = 0) or width (d = 1) of a map (N, C, H, W); 1 for a vector of features."""
    return tensor.shape[d - 2] if tensor.dim() >= 4 else 1


class Tracker(TorchDispatchMode):
    """Follows the fields of tensors, and counts multiply-adds, while a network runs inside it.

    It keeps every tensor that it follows (an id must not be used twice), so run the network on the
    meta device, where tensors hold no memory, and without gradients.
    """

    def __init__(self) -> None:
        super().__init__()
        self.followed: dict[int, tuple[Tensor, Field]] = {}
        self.multiply_adds = 0

    def follow(self, image: Tensor) -> None:
        """Take `image` (N, C, H, W) for the input: each position sees its own pixel."""
        self.followed[id(image)] = (image, (Axis(), Axis()))

    def field(self, tensor: Tensor) -> Field | None:
        """What the positions of a tensor see; None if it doesn't depend on the image."""
        return self.followed.get(id(tensor), (tensor, None))[1]

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        result = func(*args, **(kwargs or {}))
        arguments = {a.name: a.default_value for a in func._schema.arguments}
        arguments |= dict(zip(arguments, args, strict=False)) | (kwargs or {})
        self.multiply_adds += multiply_adds(func.overloadpacket, arguments, result)
        sources = [
            self.followed[id(value)]
            for argument in arguments.values()
            for value in (argument if isinstance(argument, list | tuple) else [argument])
            if id(value) in self.followed
        ]
        for tensor in result if isinstance(result, list | tuple) else [result]:
            if sources and isinstance(tensor, Tensor):
                height = axis_of_result(func.overloadpacket, arguments, sources, tensor, 0)
                width = axis_of_result(func.overloadpacket, arguments, sources, tensor, 1)
                self.followed[id(tensor)] = (tensor, (height, width))
        return result


def axis_of_result(
    operation: Any,
    arguments: Mapping[str, Any],
    sources: Sequence[tuple[Tensor, Field]],
    result: Tensor,
    d: int,
) -> Axis:
    """The sources put together position by position, smaller ones as a whole, then the rule.

    An operation that has no rule and changes the map's size is taken to read all of it.
    """
    before, after = max(extent(tensor, d) for tensor, _ in sources), extent(result, d)
    axis = union(
        [
            field[d] if extent(tensor, d) == before else field[d].whole(extent(tensor, d))
            for tensor, field in sources
        ],
        before,
    )
    if operation in RULES and result.dim() >= 4:
        return RULES[operation](axis, Call(arguments, d, before, after))
    return axis if before == after else axis.whole(before)


def multiply_adds(operation: Any, arguments: Mapping[str, Any], result: Tensor) -> int:
    """How often the operation multiplies by a weight; 0 for what has no weights.

    A convolution applies each weight once at every output position, a transposed one at every
    input position, padding included; a linear layer once for every vector.
    """
    if operation is aten.convolution:
        weight = arguments["weight"]
        map_ = arguments["input"] if arguments["transposed"] else result
        return weight.numel() * map_.shape[0] * map_.shape[2:].numel()
    if operation is aten.addmm:
        return arguments["mat1"].shape[0] * arguments["mat2"].numel()
    if operation is aten.mm:
        return arguments["self"].shape[0] * arguments["mat2"].numel()
    return 0
