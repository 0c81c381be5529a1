"""Pooling and unpooling: the largest or the mean of each window, and values put back in place."""

import functools
import itertools
from collections.abc import Iterator

import numpy as np

from segdemo.arithmetic.geometry import resolve
from segdemo.arithmetic.setting import Axis, Changes, IllegalSettingError, Setting
from segdemo.arithmetic.taps import axis_taps, pick


def max_pool(setting: Setting, image: np.ndarray) -> np.ndarray:
    """The largest of each window (channels, *size); padding counts as minus infinity."""
    return functools.reduce(np.maximum, _windows(setting, image, -np.inf))


def max_pool_indices(setting: Setting, image: np.ndarray) -> np.ndarray:
    """Where in its channel each window's largest stands, row-major int64, for `max_unpool`.

    Of equals the first, of several NaN the last, as in torch. A window wholly on padding gets
    torch's answer too: its first cell past the left padding, which may lie outside the input.
    """
    axes = resolve(setting)
    positions = [axis_taps(axis).positions for axis in axes]
    starts = [np.where(p >= 0, p, p.max() + 1).min(axis=1) for p in positions]
    shape = (len(image), *(axis.output_size for axis in axes))
    best = np.broadcast_to(_row_major(starts, axes), shape)
    largest = np.full(shape, -np.inf)
    weights = np.ndindex(*(axis.kernel_size for axis in axes))
    for weight, window in zip(weights, _windows(setting, image, -np.inf), strict=True):
        here = _row_major([p[:, t] for p, t in zip(positions, weight, strict=True)], axes)
        better = (window > largest) | np.isnan(window)
        best = np.where(better, here, best)
        largest = np.where(better, window, largest)
    return best


def avg_pool(setting: Setting, image: np.ndarray, count_include_pad: bool = True) -> np.ndarray:
    """The mean of each window (channels, *size); padding counts as 0, or not at all."""
    total = functools.reduce(np.add, _windows(setting, image, 0.0))
    return total / window_counts(setting, count_include_pad)


def window_counts(setting: Setting, count_include_pad: bool = True) -> np.ndarray:
    """By what avg_pool divides each window's sum (output's size, int64).

    With the padding counted, cells that ceil_mode adds past it still don't count.
    """
    per_axis = []
    for axis in resolve(setting):
        positions = axis_taps(axis).positions
        low, high = 0, axis.input_size
        if count_include_pad:
            low, high = -axis.pad_left, axis.input_size + axis.pad_right
        per_axis.append(((positions >= low) & (positions < high)).sum(axis=1))
    return per_axis[0] if len(per_axis) == 1 else np.multiply.outer(*per_axis)


def max_unpool(setting: Setting, image: np.ndarray, indices: np.ndarray | None) -> np.ndarray:
    """Each value put where its index says among zeros; of equal indices the last counts."""
    sizes = tuple(axis.output_size for axis in resolve(setting))
    if indices is None:
        raise IllegalSettingError(
            "max_unpool needs indices, got none, as max_pool_indices gives them"
        )
    indices = np.asarray(indices)
    if indices.dtype != np.int64 or indices.shape != image.shape:
        got = f"{indices.dtype} {indices.shape}"
        raise IllegalSettingError(
            f"indices must be int64 of the image's shape {image.shape}, got {got}"
        )
    cells = int(np.prod(sizes))
    output = np.zeros((len(image), cells))
    if cells and indices.size:
        low, high = int(indices.min()), int(indices.max())
        if low < 0 or high >= cells:
            raise IllegalSettingError(
                f"indices from {low} to {high} must lie in the output of {sizes}, numbered from 0",
                _roomier(setting, low, high),
            )
        np.put_along_axis(output, indices.reshape(len(image), -1), image.reshape(len(image), -1), 1)
    return output.reshape(len(image), *sizes)


def _windows(setting: Setting, image: np.ndarray, filling: float) -> Iterator[np.ndarray]:
    """For each cell of the window what it sees, (channels, *size), with `filling` on padding."""
    axes = resolve(setting)
    tables = [axis_taps(axis).inputs for axis in axes]
    around = [(0, 0)] + [(0, 1)] * len(axes)  # index -1, on padding, picks the filling
    filled = np.pad(np.asarray(image, dtype=np.float64), around, constant_values=filling)
    for weight in np.ndindex(*(axis.kernel_size for axis in axes)):
        yield pick(filled, [table[:, t] for table, t in zip(tables, weight, strict=True)])


def _row_major(cells: list[np.ndarray], axes: tuple[Axis, ...]) -> np.ndarray:
    if len(axes) == 1:
        return cells[0]
    return np.add.outer(cells[0] * axes[1].input_size, cells[1])


def _roomier(setting: Setting, low: int, high: int) -> Changes | None:
    """The nearest legal `output_size` that holds indices up to `high`, if there is one."""
    axes = resolve(setting)
    ranges = [range(max(0, a.default_size - a.stride + 1), a.default_size + a.stride) for a in axes]
    roomy = [sizes for sizes in itertools.product(*ranges) if np.prod(sizes) > high]
    if low < 0 or not roomy:
        return None
    now = [axis.output_size for axis in axes]
    far = [sum(abs(a - b) for a, b in zip(sizes, now, strict=True)) for sizes in roomy]
    return {"output_size": roomy[far.index(min(far))]}
