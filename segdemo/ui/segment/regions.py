"""Where to write a class's name on a mask, and how much of the mask each class covers."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

LONGEST = 192  # the search runs on a mask thinned to this: a name's place needs no more
SMALLEST = 0.006  # a region below this share of the picture gets no name
REGIONS_PER_CLASS = 2


@dataclass(frozen=True)
class Region:
    """A connected region of one class and the point inside it farthest from its edge.

    `x`, `y` and `radius`, the distance to the edge, are fractions of the mask's width, height and
    width; `area` is a fraction of the mask.
    """

    index: int
    x: float
    y: float
    radius: float
    area: float


def areas(mask: NDArray[np.uint8]) -> dict[int, float]:
    """Share of a (H, W) mask that each class in it covers, largest first; they sum to 1."""
    counts = np.bincount(mask.ravel())
    order = sorted(np.flatnonzero(counts), key=lambda index: -counts[index])
    return {int(index): float(counts[index] / mask.size) for index in order}


def named_regions(mask: NDArray[np.uint8]) -> list[Region]:
    """The regions of a (H, W) mask large enough for a name, largest first.

    The place is the pole of inaccessibility: the centre of the largest disc inside the region,
    where the picture's border counts as an edge.
    """
    step = max(1, -(-max(mask.shape) // LONGEST))
    thin = mask[step // 2 :: step, step // 2 :: step]
    found = [
        region
        for index in np.unique(thin)
        for region in _regions_of(thin == index, int(index))[:REGIONS_PER_CLASS]
    ]
    return sorted(found, key=lambda region: -region.area)


def _regions_of(inside: NDArray[np.bool_], index: int) -> list[Region]:
    """The connected regions of a (h, w) truth map that are large enough, largest first."""
    pieces, _ = ndimage.label(inside)
    sizes = np.bincount(pieces.ravel())
    sizes[0] = 0
    height, width = inside.shape
    large = [n for n in np.argsort(-sizes) if sizes[n] >= SMALLEST * inside.size]
    regions = []
    for piece in large[:REGIONS_PER_CLASS]:
        depth = ndimage.distance_transform_edt(np.pad(pieces == piece, 1))
        y, x = np.unravel_index(depth.argmax(), depth.shape)
        regions.append(
            Region(
                index=index,
                x=(float(x) - 0.5) / width,
                y=(float(y) - 0.5) / height,
                radius=float(depth.max()) / width,
                area=float(sizes[piece] / inside.size),
            )
        )
    return regions
