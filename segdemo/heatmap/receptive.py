"""What one cell of a score map sees: the theoretical box, and the pixels that count in it.

W. Luo, Y. Li, R. Urtasun and R. Zemel, "Understanding the Effective Receptive Field in Deep
Convolutional Neural Networks", NIPS 2016: most of a theoretical receptive field hardly matters.
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import nn

from segdemo.heatmap.network import classifier, score_map
from segdemo.heatmap.photo import prepared
from segdemo.heatmap.scores import cell_centre
from segdemo.models.fields import Axis, Tracker
from segdemo.models.layers import on_meta

MASS = 0.95  # of the gradient


@dataclass(frozen=True)
class Seen:
    """What a cell (row, column) at `stride` sees of an image.

    `box` is (top, left, bottom, right) of the theoretical field, first and last pixels, which may
    lie beyond the border; `centre` (y, x) its middle in pixels. `gradient` float32 (H, W) is the
    size of the derivative of the class's logit, summed over red, green and blue.
    """

    stride: int
    cell: tuple[int, int]
    box: tuple[int, int, int, int]
    centre: tuple[float, float]
    gradient: NDArray[np.float32]

    @property
    def box_pixels(self) -> int:
        """Pixels in the box, those beyond the border too."""
        top, left, bottom, right = self.box
        return (bottom - top + 1) * (right - left + 1)

    def holding(self, mass: float = MASS) -> NDArray[np.bool_]:
        """The fewest pixels (H, W) that hold `mass` of the gradient."""
        flat = self.gradient.ravel().astype(np.float64)
        order = np.argsort(-flat, kind="stable")
        total = np.cumsum(flat[order])
        count = int(np.searchsorted(total, mass * total[-1])) + 1 if total[-1] > 0 else 0
        chosen = np.zeros(flat.size, bool)
        chosen[order[:count]] = True
        return chosen.reshape(self.gradient.shape)

    def share(self, mass: float = MASS) -> float:
        """Those pixels as a share of the theoretical box."""
        return float(self.holding(mass).sum() / self.box_pixels)


@lru_cache(maxsize=64)
def axes(size: tuple[int, int], stride: int) -> tuple[Axis, Axis]:
    """(height, width) axes of the trunk's map at `stride`: which pixels each position sees.

    The structure runs on the meta device, without numbers.
    """
    features = on_meta(classifier().features).eval()
    image = torch.empty(1, 3, *size, device="meta")
    tracker = Tracker()
    with torch.no_grad(), tracker:
        tracker.follow(image)
        field = tracker.field(features(image, stride))
    assert field is not None  # the map depends on the image
    return field


def nearest_cell(point: tuple[float, float], size: tuple[int, int], stride: int) -> tuple[int, int]:
    """The cell (row, column) whose centre is nearest to `point` (y, x), fractions of the image."""
    cells = []
    for fraction, side in zip(point, size, strict=True):
        position = (fraction * side - cell_centre(side, stride, 0)) / stride
        cells.append(int(min(max(round(position), 0), -(-side // stride) - 1)))
    return cells[0], cells[1]


def seen(
    image: NDArray[np.uint8],
    size: tuple[int, int],
    *,
    index: int,
    stride: int,
    cell: tuple[int, int],
) -> Seen:
    """What the score of class `index` in a cell of the trunk's map (no average) depends on.

    `image` is RGB uint8 (H, W, 3), read at `size`. ValueError for a cell outside the map.
    """
    height, width = (-(-side // stride) for side in size)
    if not (0 <= cell[0] < height and 0 <= cell[1] < width):
        raise ValueError(f"cell {cell} must lie in the map of {height}x{width} cells; try (0, 0).")
    x = prepared(image, size).requires_grad_(True)
    layer = score_map().score[-1]
    assert isinstance(layer, nn.Conv2d)
    assert layer.bias is not None
    features = classifier().features(x, stride)[..., cell[0], cell[1]]  # 1 x 1280
    logit = F.linear(features, layer.weight[index].flatten()[None], layer.bias[index][None])
    (gradient,) = torch.autograd.grad(logit.sum(), x)
    fields = [axis.at(position) for axis, position in zip(axes(size, stride), cell, strict=True)]
    (top, bottom), (left, right) = ((int(first), int(last)) for first, last in fields)
    return Seen(
        stride=stride,
        cell=cell,
        box=(top, left, bottom, right),
        centre=((top + bottom + 1) / 2, (left + right + 1) / 2),
        gradient=gradient[0].abs().sum(0).numpy(),
    )
