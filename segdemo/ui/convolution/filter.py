"""A layer over a picture: checked at the door, run by torch, its values made visible as greys.

Every channel is filtered alone with the same kernel (groups = channels). A convolution is run as
padding and then a convolution of what is padded, so that each padding mode goes one way.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image
from torch import Tensor
from torch.nn import functional as F

from segdemo.arithmetic import kernels
from segdemo.arithmetic.geometry import resolve
from segdemo.arithmetic.setting import PADDING_MODES, PARAMETERS, Axis, Setting

OPERATIONS = ("conv", "conv_transpose", "max_pool", "avg_pool")
COLOURS = ("rgb", "grey")
MAPPINGS = ("automatic", "clipped", "signed", "absolute", "stretched")
BOUNDS: dict[str, tuple[int, int]] = {
    "window": (1, 15),
    "stride": (1, 4),
    "padding": (0, 16),
    "dilation": (1, 16),
}
LARGEST_SIDE = 448  # pixels of the picture
MOST_CELLS = 1_000_000  # of the result, one channel: a transposed convolution grows
FLAT = 1e-6  # a kernel whose weights add up to less has no brightness of its own


@dataclass(frozen=True)
class Filter:
    """What a person sets: torch's parameters, a kernel as text, and how values are shown.

    `window` is a pool's kernel; a pool takes no kernel, and an operation ignores what it can't be
    told. `padding` is a number or "same".
    """

    operation: str = "conv"
    kernel: str = kernels.KERNELS["sobel_x"].text
    window: int = 2
    stride: int = 1
    padding: int | str = 1
    padding_mode: str = "reflect"  # a rim of zeros would be the strongest edge of most pictures
    dilation: int = 1
    colour: str = "grey"
    mapping: str = "automatic"

    def weights(self) -> np.ndarray:
        """The kernel (height, width); a pool's is its window of equal weights. ValueError."""
        if self.operation.endswith("pool"):
            count = self.window**2 if self.operation == "avg_pool" else 1
            return np.full((self.window, self.window), 1 / count)
        return kernels.parse(self.kernel)

    def setting(self, height: int, width: int) -> Setting:
        """The layer on a picture of this size, as `segdemo.arithmetic` takes it. ValueError."""
        kernel = self.weights().shape
        known = PARAMETERS[self.operation]
        return Setting(
            self.operation,
            (height, width),
            (int(kernel[0]), int(kernel[1])),
            self.stride,
            self.padding,
            padding_mode=self.padding_mode if "padding_mode" in known else "zeros",
            dilation=self.dilation if "dilation" in known else 1,
        )


def from_mapping(raw: Mapping[str, Any]) -> Filter:
    """The filter that a form or a link describes; ValueError, in one sentence, for what it can't.

    The kernel's text is kept as it is: `Filter.weights` reads it.
    """
    words = {
        "operation": OPERATIONS,
        "padding_mode": PADDING_MODES,
        "colour": COLOURS,
        "mapping": MAPPINGS,
    }
    found: dict[str, Any] = {}
    for name, choices in words.items():
        if name in raw:
            if raw[name] not in choices:
                got = str(raw[name])[:40]
                raise ValueError(f"{name} {got!r} is not known; choose from {', '.join(choices)}.")
            found[name] = raw[name]
    for name in BOUNDS:
        if name in raw and not (name == "padding" and raw[name] == "same"):
            found[name] = _whole(name, raw[name])
        elif name in raw:
            found[name] = raw[name]
    if "kernel" in raw:
        if not isinstance(raw["kernel"], str):
            raise ValueError("the kernel must be text, rows of numbers; try 0 1 0.")
        found["kernel"] = raw["kernel"][: kernels.MOST_CHARACTERS + 1]
    return Filter(**found)


def _whole(name: str, value: object) -> int:
    low, high = BOUNDS[name]
    try:
        if isinstance(value, bool) or not isinstance(value, int | float | str):
            raise ValueError
        number = int(value)
        if number != float(value):
            raise ValueError
    except (ValueError, OverflowError):
        raise ValueError(
            f"{name} must be a whole number from {low} to {high}, got {str(value)[:20]!r}."
        ) from None
    return min(max(number, low), high)


def prepared(pixels: NDArray[np.uint8], colour: str) -> NDArray[np.uint8]:
    """RGB uint8 (H, W, 3) as the channels that are filtered: (H, W, 3), or (H, W, 1) in grey."""
    if colour == "rgb":
        return pixels
    return np.array(Image.fromarray(pixels).convert("L"))[:, :, None]


@torch.inference_mode()
def run(chosen: Filter, channels: NDArray[np.uint8]) -> NDArray[np.float32]:
    """The layer's output (h, w, C) for channels uint8 (H, W, C).

    Raises ValueError for a kernel that can't be read, a setting that torch refuses, or a result of
    more than MOST_CELLS.
    """
    height, width, count = channels.shape
    weights = chosen.weights()
    axes = resolve(chosen.setting(height, width))
    cells = axes[0].output_size * axes[1].output_size
    if cells > MOST_CELLS:
        size = f"{axes[0].output_size} x {axes[1].output_size}"
        raise ValueError(
            f"the result would be {size} cells, at most {MOST_CELLS} are shown; lower the stride."
        )
    image = torch.from_numpy(channels.astype(np.float32)).permute(2, 0, 1)[None]
    weight = torch.from_numpy(weights.astype(np.float32)).expand(count, 1, -1, -1)
    output = _applied(chosen, image, weight, axes)
    return output[0].permute(1, 2, 0).contiguous().numpy()


def _applied(chosen: Filter, image: Tensor, weight: Tensor, axes: tuple[Axis, ...]) -> Tensor:
    """One layer over (1, C, H, W), float32."""
    groups = image.shape[1]
    stride, dilation = chosen.stride, axes[0].dilation
    if chosen.operation == "conv_transpose":
        padding = axes[0].pad_left, axes[1].pad_left
        return F.conv_transpose2d(
            image, weight, stride=stride, padding=padding, dilation=dilation, groups=groups
        )
    if chosen.operation == "conv":
        # F.pad begins with the last axis.
        sides = [axes[1].pad_left, axes[1].pad_right, axes[0].pad_left, axes[0].pad_right]
        mode = "constant" if chosen.padding_mode == "zeros" else chosen.padding_mode
        padded = F.pad(image, sides, mode=mode)
        return F.conv2d(padded, weight, stride=stride, dilation=dilation, groups=groups)
    padding = axes[0].pad_left, axes[1].pad_left
    if chosen.operation == "max_pool":
        return F.max_pool2d(image, chosen.window, stride, padding, dilation)
    return F.avg_pool2d(image, chosen.window, stride, padding)


@dataclass(frozen=True)
class Shown:
    """Values as greys: `pixels` uint8 (h, w, C), and in words how a value became a grey."""

    pixels: NDArray[np.uint8]
    mapping: str
    words: str


def shown(chosen: Filter, values: NDArray[np.float32]) -> Shown:
    """The result's values made visible; "automatic" looks at the kernel.

    A kernel whose weights add up to 0 answers differences, which are signed: 0 becomes mid-grey.
    Any other keeps its values, cut to 0..255.
    """
    mapping = chosen.mapping
    if mapping == "automatic":
        signed = chosen.operation.startswith("conv") and abs(chosen.weights().sum()) < FLAT
        mapping = "signed" if signed else "clipped"
    low, high = float(values.min()), float(values.max())
    most = max(abs(low), abs(high)) or 1.0
    if mapping == "signed":
        greys = 127.5 + values * (127.5 / most)
        words = f"mid-grey is 0, black {number(-most)}, white {number(most)}"
    elif mapping == "absolute":
        greys = np.abs(values) * (255 / most)
        words = f"the sign dropped: black is 0, white {number(most)} away from 0"
    elif mapping == "stretched":
        greys = (values - low) * (255 / (high - low)) if high > low else values * 0
        words = f"stretched: black is {number(low)}, white {number(high)}"
    else:
        greys = values
        outside = float(np.mean((values < -0.5) | (values > 255.5)))
        words = "black is 0, white 255"
        if outside:
            words += f"; {share(outside)} of the values lie outside and are cut off"
    return Shown(np.clip(np.rint(greys), 0, 255).astype(np.uint8), mapping, words)


def number(value: float) -> str:
    """A value in up to four digits, with a real minus sign."""
    text = f"{value:.0f}" if abs(value) >= 100 else f"{value:.3g}"
    return ("0" if float(text) == 0 else text).replace("-", "\N{MINUS SIGN}")


def share(fraction: float) -> str:
    """A fraction as a percentage; one that rounds to nothing says so."""
    return "less than 0.1 %" if fraction < 0.001 else f"{fraction * 100:.1f} %"
