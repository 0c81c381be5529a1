"""The receptive field of one pixel: what could matter, and what does.

Theoretical: which pixels the score depends on whatever the weights, from the layers alone
(`models.fields`). Effective: W. Luo, Y. Li, R. Urtasun and R. Zemel, "Understanding the Effective
Receptive Field in Deep Convolutional Neural Networks", NeurIPS 2016: the gradient of the score with
respect to every pixel. They average over random inputs; here it is of this photo.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from segdemo.inside.features import Features, head_scores, offsets
from segdemo.models.catalog import STRIDED
from segdemo.models.fields import Axis, Tracker
from segdemo.models.shared import SharedTrunkNetwork
from segdemo.models.trunk import Trunk

FULL_RANGE = 255 / 128  # of a colour, as the networks see it
HELD = 0.95  # the share of the gradient that the effective square holds


@dataclass(frozen=True)
class Box:
    """Pixels `top` to `bottom` and `left` to `right`, all included; may reach beyond the photo."""

    top: int
    bottom: int
    left: int
    right: int

    @property
    def size(self) -> tuple[int, int]:
        """(height, width) in pixels."""
        return self.bottom - self.top + 1, self.right - self.left + 1

    def within(self, other: "Box") -> "Box":
        """The part that lies within another box."""
        return Box(
            max(self.top, other.top),
            min(self.bottom, other.bottom),
            max(self.left, other.left),
            min(self.right, other.right),
        )


@dataclass(frozen=True)
class Field:
    """What one number depends on.

    `theory` holds every pixel that it may depend on. `gradient` float32 (H, W): its absolute
    derivatives by red, green and blue, summed, for a change by the whole range of 0 to 255.
    `effective` is the smallest square around the pixel that holds HELD of the gradient's sum, as
    far as it lies on the photo and in the theoretical field; `share` is how much of that field on
    the photo it covers, 0 to 1.
    """

    theory: Box
    gradient: NDArray[np.float32]
    effective: Box
    share: float


@dataclass(frozen=True)
class PixelField:
    """The field of a pixel's score for `winner`, the class predicted there; offsets added."""

    winner: int
    score: float
    field: Field


@dataclass(frozen=True)
class Tap:
    """The cells of one axis of a score map from which a pixel's score is interpolated."""

    cells: tuple[int, ...]
    shares: tuple[float, ...]


def tap(pixel: int, pixels: int, cells: int) -> Tap:
    """Bilinear, half-pixel centres, as the masks are enlarged; one cell where it is hit exactly."""
    position = min(max((pixel + 0.5) * cells / pixels - 0.5, 0.0), cells - 1.0)
    first = int(position)
    share = position - first
    return Tap((first, first + 1), (1 - share, share)) if share else Tap((first,), (1.0,))


def score_at(scores: Tensor, rows: Tap, columns: Tap) -> Tensor:
    """Scores (C,) between the cells of (1, C, h, w)."""
    total = torch.zeros(scores.shape[1])
    for row, row_share in zip(rows.cells, rows.shares, strict=True):
        for column, column_share in zip(columns.cells, columns.shares, strict=True):
            total = total + row_share * column_share * scores[0, :, row, column]
    return total


Axes = tuple[Axis, Axis]  # (height, width)


@lru_cache(maxsize=128)
def score_axes(name: str, size: tuple[int, int], classes: int) -> Axes:
    """What the cells of an architecture's scores see of a photo of that size, along each axis."""
    with torch.device("meta"):
        network = SharedTrunkNetwork([name], num_classes=classes).eval()
    return followed(lambda image: (network(image, [name])[name],), size)[0]


@lru_cache(maxsize=32)
def trunk_axes(size: tuple[int, int]) -> list[Axes]:
    """The same for the strided trunk's five maps."""
    with torch.device("meta"):
        trunk = Trunk()
    return followed(trunk, size)


def followed(network: Callable[[Tensor], tuple[Tensor, ...]], size: tuple[int, int]) -> list[Axes]:
    """What each map that `network` returns sees, followed on the meta device: shapes alone."""
    image = torch.empty(1, 3, *size, device="meta")
    tracker = Tracker()
    tracker.follow(image)
    with torch.no_grad(), tracker:
        maps = network(image)
    found = [tracker.field(values) for values in maps]
    return [field for field in found if field is not None]


def theory(axes: Axes, rows: Tap, columns: Tap) -> Box:
    """The union of the fields of the cells that a pixel's score is interpolated from."""
    (top, bottom), (left, right) = (
        (min(axis.at(cell)[0] for cell in tap.cells), max(axis.at(cell)[1] for cell in tap.cells))
        for axis, tap in zip(axes, (rows, columns), strict=True)
    )
    return Box(int(top), int(bottom), int(left), int(right))


def smallest_square(gradient: NDArray[np.float32], y: int, x: int, held: float = HELD) -> Box:
    """The smallest square around (y, x) that holds this share of the sum, cut off at the border.

    `gradient` (H, W), nowhere negative. The whole map where its sum is 0.
    """
    height, width = gradient.shape
    rows, columns = np.arange(height)[:, None], np.arange(width)[None, :]
    distance = np.maximum(abs(rows - y), abs(columns - x))
    sums = np.bincount(distance.ravel(), gradient.ravel().astype(np.float64)).cumsum()
    radius = int(np.searchsorted(sums, held * sums[-1])) if sums[-1] > 0 else len(sums)
    return Box(y - radius, y + radius, x - radius, x + radius).within(whole(height, width))


def whole(height: int, width: int) -> Box:
    """All of a photo."""
    return Box(0, height - 1, 0, width - 1)


def pixel_field(features: Features, name: str, y: int, x: int) -> PixelField:
    """The field of pixel (y, x), of the photo at its working size, in an architecture.

    `features` must be traced: one backward pass through head and trunk.
    """
    height, width = features.size
    check_pixel(features, y, x)
    with torch.enable_grad():
        scores = head_scores(features, name)
        rows, columns = tap(y, height, scores.shape[2]), tap(x, width, scores.shape[3])
        score = score_at(scores, rows, columns) + offsets()[:, 0, 0]
        winner = int(score.argmax())
    axes = score_axes(name, features.size, scores.shape[1])
    box = theory(axes, rows, columns)
    return PixelField(
        winner, float(score[winner].detach()), measured(features, score[winner], box, (y, x))
    )


def stage_field(features: Features, level: int, y: int, x: int) -> Field:
    """The field of the cell of the strided trunk's map `level`, 0 to 4, that holds pixel (y, x).

    The gradient is that of the sum over the cell's channels. `features` must be traced.
    """
    check_pixel(features, y, x)
    maps = features.maps[STRIDED]
    stride = features.size[0] // maps[level].shape[2]
    row, column = y // stride, x // stride
    with torch.enable_grad():
        total = maps[level][0, :, row, column].sum()
    axes = trunk_axes(features.size)[level]
    box = theory(axes, Tap((row,), (1.0,)), Tap((column,), (1.0,)))
    return measured(features, total, box, (y, x))


def check_pixel(features: Features, y: int, x: int) -> None:
    """ValueError unless pixel (y, x) lies on the photo."""
    height, width = features.size
    if not (0 <= y < height and 0 <= x < width):
        raise ValueError(
            f"pixel ({y}, {x}) must lie within {height}x{width}; try ({height // 2}, {width // 2})."
        )


def measured(features: Features, number: Tensor, box: Box, pixel: tuple[int, int]) -> Field:
    """The gradient of one number by the photo, and the smallest square that holds most of it."""
    (by_pixel,) = torch.autograd.grad(number, features.image, retain_graph=True)
    gradient = (by_pixel[0].abs().sum(0) * FULL_RANGE).numpy()
    seen = box.within(whole(*features.size))
    effective = smallest_square(gradient, *pixel).within(seen)
    return Field(box, gradient, effective, float(np.prod(effective.size) / np.prod(seen.size)))
