"""Everything that a person sets on the Convolution tab, checked at the door, and its numbers."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np

from segdemo.arithmetic.geometry import resolve, weight_shape
from segdemo.arithmetic.setting import PARAMETERS, WEIGHTED, Setting, Size
from segdemo.ui.convolution.reading import (
    LARGEST_INPUT,
    LARGEST_KERNEL,
    READERS,
    Pair,
    Rows,
    shown,
)

Plain = dict[str, str | int]  # JSON-able; the link's parameters and the gr.State

MOST_CELLS = 1_200_000  # of an output, all channels: FCN's kernel on the largest input


@dataclass(frozen=True)
class Choice:
    """A layer, its input and their numbers as set on the page; legal for torch or not.

    Pairs are (height, width); with `dims` 1 both are the length. `stride` None is torch's default.
    What an operation doesn't take is kept but not used: see `setting`. `input_kind` and
    `kernel_kind` say where the numbers come from; "typed" takes them from `input_values` and
    `kernel_values`, rows cut or filled with zeros to the size, the same for every channel.
    """

    operation: str = "conv"
    dims: int = 2
    input_size: Pair = (7, 7)
    kernel_size: Pair = (3, 3)
    stride: Pair | None = None
    padding: Pair | str = (0, 0)
    padding_mode: str = "zeros"
    dilation: Pair = (1, 1)
    output_padding: Pair = (0, 0)
    output_size: Pair | None = None
    ceil_mode: bool = False
    count_include_pad: bool = True
    groups: int = 1
    in_channels: int = 1
    out_channels: int = 1
    bias: bool = False
    seed: int = 22  # its 3 x 3 kernel has no zeros
    input_kind: str = "numbers"
    kernel_kind: str = "numbers"
    input_values: Rows = ()
    kernel_values: Rows = ()

    def setting(self) -> Setting:
        """The layer as `segdemo.arithmetic` takes it: only what the operation can be told."""
        known = {*PARAMETERS[self.operation]}
        if self.operation in WEIGHTED:
            known.add("padding_mode")  # so that torch can refuse it for a transposed convolution
        padding = self.padding
        return Setting(
            self.operation,
            self._size(self.input_size),
            self._numbers(self.kernel_size),
            stride=None if self.stride is None else self._numbers(self.stride),
            padding=padding if isinstance(padding, str) else self._numbers(padding),
            padding_mode=self.padding_mode if "padding_mode" in known else "zeros",
            dilation=self._numbers(self.dilation) if "dilation" in known else 1,
            output_padding=self._numbers(self.output_padding) if "output_padding" in known else 0,
            ceil_mode=self.ceil_mode and "ceil_mode" in known,
            output_size=(
                None
                if self.output_size is None or "output_size" not in known
                else self._size(self.output_size)
            ),
        )

    def _size(self, pair: Pair) -> Size:
        return pair if self.dims == 2 else pair[1]

    def _numbers(self, pair: Pair) -> Size:
        """One number where both axes agree, as one would write it."""
        return pair[1] if pair[0] == pair[1] else pair

    def to_mapping(self) -> Plain:
        """What differs from the defaults, in plain words and numbers; `from_mapping` reads it."""
        plain: Plain = {}
        for field in fields(self):
            value = getattr(self, field.name)
            if value != field.default:
                plain[field.name] = _plain(value)
        return plain


def from_mapping(raw: object) -> Choice:
    """The choice that link parameters, a form's values or a state describe.

    Unknown names are passed over, numbers beyond BOUNDS are brought back into them. ValueError, in
    one sentence, for what can't be read.
    """
    if not isinstance(raw, Mapping):
        raise ValueError(f"a setting must be a mapping of names to values, got {shown(raw)}.")
    read: dict[str, Any] = {
        name: reader(name, raw[name]) for name, reader in READERS.items() if name in raw
    }
    choice = replace(Choice(), **read)
    return choice if choice.dims == 2 else _flattened(choice)


def input_array(choice: Choice) -> np.ndarray:
    """The input: (channels, *size) float64; small whole numbers unless typed in."""
    size = choice.input_size if choice.dims == 2 else (1, choice.input_size[1])
    shape = (choice.in_channels, *size)
    if choice.input_kind == "ones":
        array = np.ones(shape)
    elif choice.input_kind == "ramp":
        array = np.arange(math.prod(size), dtype=np.float64).reshape(1, *size).repeat(shape[0], 0)
    elif choice.input_kind == "impulse":
        array = np.zeros(shape)
        array[:, size[0] // 2, size[1] // 2] = 1.0
    elif choice.input_kind == "typed":
        array = _fitted(choice.input_values, shape)
    else:
        array = _small_numbers(choice.seed, "input", shape, LARGEST_INPUT, (-3, 7))
    return array if choice.dims == 2 else array[:, 0]


def weight_array(choice: Choice) -> np.ndarray:
    """The weight as torch stores it, float64; see `geometry.weight_shape`.

    Raises IllegalSettingError for groups that don't divide the channels; only for operations that
    have weights.
    """
    size = choice.kernel_size if choice.dims == 2 else (1, choice.kernel_size[1])
    shape = weight_shape(
        choice.operation, choice.in_channels, choice.out_channels, size, choice.groups
    )
    if choice.kernel_kind == "ones":
        array = np.ones(shape)
    elif choice.kernel_kind == "bilinear":
        array = _bilinear(choice, size) * np.ones(shape)
    elif choice.kernel_kind == "typed":
        array = _fitted(choice.kernel_values, shape)
    else:
        array = _small_numbers(choice.seed, "kernel", shape, LARGEST_KERNEL, (-2, 3))
    return array if choice.dims == 2 else array[..., 0, :]


def bias_array(choice: Choice) -> np.ndarray | None:
    """One small whole number for each output channel (float64), or None without a bias."""
    if not choice.bias or choice.operation not in WEIGHTED:
        return None
    return np.random.default_rng([choice.seed, 2]).integers(1, 4, 8)[: choice.out_channels] * 1.0


def index_array(choice: Choice) -> np.ndarray:
    """max_unpool's indices (channels, *input_size) int64: one cell of each value's own window.

    Row-major in the output. Raises IllegalSettingError.
    """
    axes = resolve(choice.setting())
    draw = np.random.default_rng([choice.seed, 3])
    shape = (choice.in_channels, *(axis.input_size for axis in axes))
    flat = np.zeros(shape, dtype=np.int64)
    if not all(axis.output_size for axis in axes):
        return flat  # torch takes an output without cells
    for number, axis in enumerate(axes):
        cells = np.arange(axis.input_size) * axis.stride - axis.pad_left
        cells = cells.reshape([-1 if n == number else 1 for n in range(len(axes))])
        within = draw.integers(0, max(axis.kernel_size, 1), shape)
        flat = flat * axis.output_size + np.clip(cells + within, 0, axis.output_size - 1)
    return flat


def _flattened(choice: Choice) -> Choice:
    """With one axis there is no height: both numbers of a pair are the length's."""

    def twice(pair: Pair) -> Pair:
        return pair[1], pair[1]

    padding, stride, asked = choice.padding, choice.stride, choice.output_size
    return replace(
        choice,
        input_size=twice(choice.input_size),
        kernel_size=twice(choice.kernel_size),
        stride=None if stride is None else twice(stride),
        padding=padding if isinstance(padding, str) else twice(padding),
        dilation=twice(choice.dilation),
        output_padding=twice(choice.output_padding),
        output_size=None if asked is None else twice(asked),
    )


def _small_numbers(
    seed: int, what: str, shape: tuple[int, ...], board: int, span: Pair
) -> np.ndarray:
    """Whole numbers from span[0] up to span[1] - 1; a larger shape keeps those of a smaller one."""
    *channels, height, width = shape
    array = np.empty(shape)
    for place in np.ndindex(*channels):
        draw = np.random.default_rng([seed, len(what), *place])
        array[place] = draw.integers(*span, (board, board))[:height, :width]
    return array


def _bilinear(choice: Choice, size: Pair) -> np.ndarray:
    """FCN's upsampling kernel: a tent on each axis that is highest in the kernel's middle.

    Long et al. 2015, as their upsample_filt: f = (k + 1) // 2 and 1 - |t - c| / f.
    """
    tents = []
    for length in size:
        factor = max((length + 1) // 2, 1)
        middle = factor - 1 if length % 2 else factor - 0.5
        tents.append(1 - np.abs(np.arange(length) - middle) / factor)
    return np.outer(*tents) if choice.dims == 2 else tents[1][None, :]


def _fitted(values: Rows, shape: tuple[int, ...]) -> np.ndarray:
    array = np.zeros(shape)
    for row, numbers in enumerate(values[: shape[-2]]):
        kept = numbers[: shape[-1]]
        array[..., row, : len(kept)] = kept
    return array


def _plain(value: object) -> str | int:
    if value is None or isinstance(value, str):
        return value or ""
    if isinstance(value, bool | int):
        return int(value)
    assert isinstance(value, tuple)
    if value and isinstance(value[0], tuple):
        return ";".join(",".join(f"{number:.7g}" for number in row) for row in value)
    return value[0] if len(set(value)) == 1 else "x".join(str(number) for number in value)
