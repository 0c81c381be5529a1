"""One setting of a layer in torch's words, one axis of it, and the refusal that says how to mend
it.

Sizes come in torch's order, (height, width); a setting of one axis has plain integers. Output sizes
are those of the PyTorch docs of Conv2d, ConvTranspose2d, MaxPool2d, AvgPool2d and MaxUnpool2d;
Dumoulin & Visin, "A guide to convolution arithmetic for deep learning" (arXiv 1603.07285), derive
them.
"""

from dataclasses import dataclass
from typing import Any

Size = int | tuple[int, ...]
Changes = dict[str, Any]  # parameters of a Setting and their new values

OPERATIONS = ("conv", "conv_transpose", "max_pool", "avg_pool", "max_unpool")
WEIGHTED = ("conv", "conv_transpose")  # have weights, channels that mix, groups and a bias
PADDING_MODES = ("zeros", "reflect", "replicate", "circular")

# What torch lets each operation be told, beyond the sizes of the input and of the kernel.
PARAMETERS: dict[str, tuple[str, ...]] = {
    "conv": ("stride", "padding", "padding_mode", "dilation"),
    "conv_transpose": ("stride", "padding", "dilation", "output_padding"),
    "max_pool": ("stride", "padding", "dilation", "ceil_mode"),
    "avg_pool": ("stride", "padding", "ceil_mode"),
    "max_unpool": ("stride", "padding", "output_size"),
}

# torch's defaults; None for the stride means 1, or the kernel's size for pooling and unpooling.
DEFAULTS: dict[str, object] = {
    "stride": None,
    "padding": 0,
    "padding_mode": "zeros",
    "dilation": 1,
    "output_padding": 0,
    "ceil_mode": False,
    "output_size": None,
}


class IllegalSettingError(ValueError):
    """A setting that torch refuses: what, got, rule and remedy in one sentence.

    `nearest` holds the parameters to change, with their new values, for a setting that torch takes;
    it is None where no parameter mends it (an image that doesn't fit its weights, for example).
    """

    def __init__(self, sentence: str, nearest: Changes | None = None) -> None:
        self.nearest = nearest
        if nearest:
            remedy = ", ".join(f"{name}={value!r}" for name, value in nearest.items())
            sentence = f"{sentence}; try {remedy}"
        super().__init__(f"{sentence}.")


@dataclass(frozen=True)
class Setting:
    """A layer as a person asks for it: legal or not, one number for all axes or one per axis.

    `padding` is a number, 'same' or 'valid'. `output_size` belongs to unpooling alone.
    """

    operation: str
    input_size: Size
    kernel_size: Size
    stride: Size | None = None
    padding: Size | str = 0
    padding_mode: str = "zeros"
    dilation: Size = 1
    output_padding: Size = 0
    ceil_mode: bool = False
    output_size: Size | None = None


@dataclass(frozen=True)
class Axis:
    """One axis of a setting, every number settled; `padding` is None for 'same'.

    `asked_size` is unpooling's `output_size` on this axis, None where it was left open.
    """

    operation: str
    input_size: int
    kernel_size: int
    stride: int
    padding: int | None
    padding_mode: str
    dilation: int
    output_padding: int
    ceil_mode: bool
    asked_size: int | None

    @property
    def span(self) -> int:
        """Cells from the kernel's first to its last, both counted: d(k-1)+1, the paper's k-hat."""
        return self.dilation * (self.kernel_size - 1) + 1

    @property
    def pad_left(self) -> int:
        """Cells added before the input; 'same' gives the smaller half of d(k-1)."""
        return (self.span - 1) // 2 if self.padding is None else self.padding

    @property
    def pad_right(self) -> int:
        """Cells added after the input; 'same' gives the larger half of d(k-1)."""
        return self.span - 1 - self.pad_left if self.padding is None else self.padding

    @property
    def default_size(self) -> int:
        """The size that a transposed convolution or an unpooling gives when it isn't told more."""
        return (self.input_size - 1) * self.stride - 2 * self.pad_left + self.span

    @property
    def output_size(self) -> int:
        """The output's size; zero or negative where the setting is illegal. Needs stride >= 1."""
        if self.operation == "max_unpool":
            return self.default_size if self.asked_size is None else self.asked_size
        if self.operation == "conv_transpose":
            return self.default_size + self.output_padding
        room = self.input_size + self.pad_left + self.pad_right - self.span
        if not self.ceil_mode:
            return room // self.stride + 1
        size = -(-room // self.stride) + 1
        # A last window that would start in the right padding is dropped (torch's pooling_shape).
        starts_outside = (size - 1) * self.stride >= self.input_size + self.pad_left
        return size - 1 if starts_outside else size
