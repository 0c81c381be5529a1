"""A stack of square layers as a person builds it: checked at the door, short enough for a link.

In a link a layer is one word: "c3d2p2" is a convolution of kernel 3, dilation 2, padding 2; "t" is
a transposed convolution, "m" and "a" are pools, "s" the stride, "n" the output's channels. Words
are joined by dots.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from segdemo.arithmetic.setting import PARAMETERS, WEIGHTED, Setting

MOST_LAYERS = 12
LETTERS = {"c": "conv", "t": "conv_transpose", "m": "max_pool", "a": "avg_pool"}
# From and to, both allowed: wider than what is legal, so that the rules can be seen at work.
BOUNDS: dict[str, tuple[int, int]] = {
    "kernel": (1, 15),
    "stride": (1, 4),
    "dilation": (1, 32),
    "padding": (0, 64),
    "channels": (1, 4096),
    "input_size": (1, 512),
    "in_channels": (1, 4096),
}
WORD = re.compile(r"([ctma])(\d{1,4})(?:s(\d{1,4}))?(?:d(\d{1,4}))?(?:p(\d{1,4}))?(?:n(\d{1,4}))?")


@dataclass(frozen=True)
class StackLayer:
    """One layer, the same along height and width; `channels` are its output's, None for a pool."""

    operation: str = "conv"
    kernel: int = 3
    stride: int = 1
    dilation: int = 1
    padding: int = 0
    channels: int | None = 16

    def setting(self, input_size: int = 1) -> Setting:
        """One axis of the layer as `segdemo.arithmetic` takes it."""
        dilated = "dilation" in PARAMETERS[self.operation]
        return Setting(
            self.operation,
            input_size,
            self.kernel,
            self.stride,
            self.padding,
            dilation=self.dilation if dilated else 1,
        )

    def title(self) -> str:
        """The layer in words: "conv 3 × 3, dilation 2"."""
        names = {
            "conv_transpose": "transposed conv",
            "max_pool": "max pool",
            "avg_pool": "avg pool",
        }
        parts = [f"{names.get(self.operation, self.operation)} {self.kernel} × {self.kernel}"]
        setting = self.setting()
        for name in ("stride", "dilation", "padding"):
            value = getattr(setting, name)
            if value != (0 if name == "padding" else 1):
                parts.append(f"{name} {value}")
        return ", ".join(parts)


@dataclass(frozen=True)
class Stack:
    """Layers in the order in which an image passes them, and the image's size and channels."""

    layers: tuple[StackLayer, ...]
    input_size: int = 64
    in_channels: int = 3

    def code(self) -> str:
        """The layers as a link holds them."""
        return ".".join(_word(layer) for layer in self.layers)

    def to_mapping(self) -> dict[str, object]:
        """Plain data, as the page's editor holds it."""
        layers = [
            {name: getattr(layer, name) for name in StackLayer.__dataclass_fields__}
            for layer in self.layers
        ]
        return {
            "layers": layers,
            "input_size": self.input_size,
            "in_channels": self.in_channels,
        }


def from_mapping(raw: object) -> Stack:
    """The stack that the editor holds; ValueError, in one sentence, for what can't be read.

    Numbers beyond BOUNDS are brought back into them.
    """
    if not isinstance(raw, Mapping) or not isinstance(raw.get("layers"), list | tuple):
        raise ValueError("a stack must be a mapping with a list of layers; choose a preset.")
    if not 1 <= len(raw["layers"]) <= MOST_LAYERS:
        raise ValueError(
            f"the stack has {len(raw['layers'])} layers, it must have 1 to {MOST_LAYERS}; "
            "add or remove some."
        )
    layers = tuple(_layer(number, one) for number, one in enumerate(raw["layers"], start=1))
    return Stack(
        layers,
        input_size=_whole("input_size", raw.get("input_size")),
        in_channels=_whole("in_channels", raw.get("in_channels")),
    )


def from_link(parameters: Mapping[str, str], default: Stack) -> Stack:
    """The stack that a link's `stack`, `stack_size` and `stack_channels` describe.

    ValueError, in one sentence, where a word is none.
    """
    layers = default.layers
    if "stack" in parameters:
        words = parameters["stack"].split(".")
        if len(words) > MOST_LAYERS:
            raise ValueError(
                f"the link's stack has {len(words)} layers, at most {MOST_LAYERS} are allowed; "
                "shorten it."
            )
        layers = tuple(_from_word(word) for word in words)
    sizes = {
        "input_size": parameters.get("stack_size", default.input_size),
        "in_channels": parameters.get("stack_channels", default.in_channels),
    }
    return Stack(layers, **{name: _whole(name, value) for name, value in sizes.items()})


def _layer(number: int, raw: object) -> StackLayer:
    if not isinstance(raw, Mapping) or raw.get("operation") not in LETTERS.values():
        kinds = ", ".join(LETTERS.values())
        raise ValueError(f"layer {number} has no operation that is known; choose from {kinds}.")
    numbers = {
        name: _whole(f"layer {number}: {name}", raw.get(name), name)
        for name in ("kernel", "stride", "dilation", "padding")
    }
    operation = str(raw["operation"])
    channels = None
    if operation in WEIGHTED:
        channels = _whole(f"layer {number}: channels", raw.get("channels"), "channels")
    return StackLayer(operation, channels=channels, **numbers)


def _whole(what: str, value: object, name: str | None = None) -> int:
    """A whole number brought into its bounds; texts of digits count."""
    low, high = BOUNDS[name or what]
    try:
        if isinstance(value, bool) or not isinstance(value, int | float | str):
            raise ValueError
        number = int(value)
        if number != float(value):
            raise ValueError
    except (ValueError, OverflowError):
        got = "nothing" if value in (None, "") else repr(value)[:20]
        raise ValueError(
            f"{what} must be a whole number, got {got}; type one from {low} to {high}."
        ) from None
    return min(max(number, low), high)


def _word(layer: StackLayer) -> str:
    letter = next(letter for letter, name in LETTERS.items() if name == layer.operation)
    plain = replace(StackLayer(), channels=None)
    parts = {"s": "stride", "d": "dilation", "p": "padding", "n": "channels"}
    numbers = {
        letter: getattr(layer, name)
        for letter, name in parts.items()
        if getattr(layer, name) != getattr(plain, name)
    }
    return f"{letter}{layer.kernel}" + "".join(f"{key}{value}" for key, value in numbers.items())


def _from_word(word: str) -> StackLayer:
    found = WORD.fullmatch(word)
    if found is None:
        raise ValueError(
            f"the link's layer {word[:20]!r} is none; write it like c3d2p2n16, "
            "a convolution of kernel 3, dilation 2, padding 2, 16 channels."
        )
    operation = LETTERS[found[1]]
    channels = None
    if operation in WEIGHTED:
        channels = _whole("channels", found[6] or StackLayer().channels)
    return StackLayer(
        operation,
        kernel=_whole("kernel", found[2]),
        stride=_whole("stride", found[3] or 1),
        dilation=_whole("dilation", found[4] or 1),
        padding=_whole("padding", found[5] or 0),
        channels=channels,
    )
