"""A transposed convolution read twice on the same numbers: inputs paint kernels, or outputs gather.

Scatter: each input cell paints a copy of the kernel, scaled by its value, and copies add up where
they meet. Gather: a convolution of stride 1, by the kernel turned by 180 degrees, over the input
with s-1 zeros stuffed between cells and d(k-1)-p zeros around (cropped where that is negative), and
output_padding more at the end (Dumoulin & Visin, relationships 8-14). Either may leave out the
other.
"""

from dataclasses import dataclass

import numpy as np

from segdemo.arithmetic.evaluate import check_weight
from segdemo.arithmetic.geometry import resolve
from segdemo.arithmetic.setting import Axis, IllegalSettingError, Setting
from segdemo.arithmetic.taps import NOTHING, axis_taps


@dataclass(frozen=True)
class Scatter:
    """Painted kernels: `painted` (*input_size, out_channels, *kernel_size) float64.

    `targets` holds for each axis an int64 array (input_size, kernel_size): the output cell on which
    weight t of input i's copy lands, or NOTHING where padding crops it away.
    """

    painted: np.ndarray
    targets: tuple[np.ndarray, ...]
    output_size: tuple[int, ...]

    def total(self) -> np.ndarray:
        """The copies added up: (out_channels, *output_size), without bias."""
        axes = len(self.targets)
        output = np.zeros((self.painted.shape[axes], *(size + 1 for size in self.output_size)))
        # Cropped weights land on one more row and column at the end (index -1), cut off below.
        where = np.ix_(*(target.ravel() for target in self.targets))
        flat = _kernel_beside_cells(self.painted, axes)
        for channel, copies in zip(output, flat, strict=True):
            np.add.at(channel, where, copies)
        return output[:, *(slice(0, size) for size in self.output_size)]


@dataclass(frozen=True)
class Gather:
    """A convolution of stride 1 that gives the transposed convolution's numbers.

    `stuffed` (in_channels, *size) float64; `kernel` (out_channels, in_channels/groups,
    *kernel_size), turned; convolve with `dilation` and the same groups. `sources` holds for each
    axis an int64 array: the input cell that stands on each cell of `stuffed`, or NOTHING for a
    zero. `padding` is d(k-1)-p on each axis, negative where the input is cropped.
    """

    stuffed: np.ndarray
    kernel: np.ndarray
    dilation: tuple[int, ...]
    sources: tuple[np.ndarray, ...]
    padding: tuple[int, ...]


def scatter(setting: Setting, image: np.ndarray, weight: np.ndarray, *, groups: int = 1) -> Scatter:
    """The painted kernels of an image (in_channels, *size), weight (in, out/groups, *kernel).

    Raises IllegalSettingError.
    """
    axes = _axes(setting)
    image, weight = check_weight(setting, image, weight, groups)
    split = weight.reshape(groups, -1, *weight.shape[1:])
    cells = image.reshape(groups, split.shape[1], -1)
    painted = np.einsum("gcn,gco...->ngo...", cells, split)
    kernel = tuple(axis.kernel_size for axis in axes)
    sizes = tuple(axis.input_size for axis in axes)
    return Scatter(
        painted=painted.reshape(*sizes, -1, *kernel),
        targets=tuple(_targets(axis) for axis in axes),
        output_size=tuple(axis.output_size for axis in axes),
    )


def gather(setting: Setting, image: np.ndarray, weight: np.ndarray, *, groups: int = 1) -> Gather:
    """The stuffed image and turned kernel of an image (in_channels, *size).

    Raises IllegalSettingError.
    """
    axes = _axes(setting)
    image, weight = check_weight(setting, image, weight, groups)
    sources = tuple(stuffed_cells(axis) for axis in axes)
    # A last row and column of zeros, which NOTHING = -1 picks.
    stuffed = np.pad(image, [(0, 0)] + [(0, 1)] * len(axes))
    for number, source in enumerate(sources, start=1):
        stuffed = stuffed.take(source, axis=number)
    split = weight.reshape(groups, -1, *weight.shape[1:]).swapaxes(1, 2)
    turned = np.flip(split.reshape(-1, *split.shape[2:]), axis=tuple(range(2, 2 + len(axes))))
    return Gather(
        stuffed=stuffed,
        kernel=turned,
        dilation=tuple(axis.dilation for axis in axes),
        sources=sources,
        padding=tuple(axis.span - 1 - axis.pad_left for axis in axes),
    )


def stuffed_cells(axis: Axis) -> np.ndarray:
    """One axis's `Gather.sources`: the input cell on each cell of the stuffed input, or NOTHING."""
    length = axis.output_size + axis.span - 1
    cells, rest = np.divmod(np.arange(length) - (axis.span - 1 - axis.pad_left), axis.stride)
    met = (rest == 0) & (cells >= 0) & (cells < axis.input_size)
    return np.where(met, cells, NOTHING)


def _axes(setting: Setting) -> tuple[Axis, ...]:
    if setting.operation != "conv_transpose":
        raise IllegalSettingError(
            f"operation={setting.operation!r} must be 'conv_transpose' to be read twice"
        )
    return resolve(setting)


def _targets(axis: Axis) -> np.ndarray:
    table = axis_taps(axis).inputs
    output, weight = np.nonzero(table >= 0)
    targets = np.full((axis.input_size, axis.kernel_size), NOTHING)
    targets[table[output, weight], weight] = output
    return targets


def _kernel_beside_cells(painted: np.ndarray, axes: int) -> np.ndarray:
    """(*cells, channels, *kernel) -> (channels, cells0 * kernel0, cells1 * kernel1)."""
    order = [axes]
    for axis in range(axes):
        order += [axis, axes + 1 + axis]
    moved = painted.transpose(order)
    shape = moved.shape
    return moved.reshape(shape[0], *(shape[1 + 2 * a] * shape[2 + 2 * a] for a in range(axes)))
