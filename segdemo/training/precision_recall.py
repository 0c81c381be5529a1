"""How much of what is drawn looks real, and how much of what is real is drawn.

Kynkäänniemi et al., "Improved Precision and Recall Metric for Assessing Generative Models",
NeurIPS 2019, equations 1 and 2 and algorithm 1.
Deviations: features of this project's own classifier, not VGG16's.
"""

from collections.abc import Iterator

import torch
from torch import Tensor

NEIGHBOURS = 3  # section 3.1
ROWS = 500  # distances held at a time: ROWS by all


def precision_recall(real: Tensor, drawn: Tensor) -> tuple[float, float]:
    """Precision and recall, 0 to 1, of features (N, D) and (M, D), each more than NEIGHBOURS rows.

    A set's manifold is the union of balls about its rows, each reaching to the row's third nearest
    other row. Precision: the share of `drawn` in the manifold of `real`; recall the reverse.
    """
    for name, features in (("real", real), ("drawn", drawn)):
        if features.ndim != 2 or len(features) <= NEIGHBOURS:
            raise ValueError(
                f"{name} of shape {tuple(features.shape)} must be (N, D), N above {NEIGHBOURS}; "
                "give more images."
            )
    return share_inside(drawn, real, radii(real)), share_inside(real, drawn, radii(drawn))


def radii(features: Tensor) -> Tensor:
    """The distance of each row (N, D) to its NEIGHBOURS-th nearest other row: (N,)."""
    # The nearest of all is the row itself, at distance 0.
    return torch.cat(
        [d.kthvalue(NEIGHBOURS + 1, dim=1).values for d in distances(features, features)]
    )


def share_inside(points: Tensor, centres: Tensor, reach: Tensor) -> float:
    """The share of `points` (P, D) within `reach` (N,) of one of `centres` (N, D), 0 to 1."""
    inside = [(d <= reach).any(1) for d in distances(points, centres)]
    return torch.cat(inside).double().mean().item()


def distances(first: Tensor, second: Tensor) -> Iterator[Tensor]:
    """Euclidean distances of ROWS rows of `first` at a time to all of `second`."""
    for part in first.split(ROWS):
        yield torch.cdist(part, second, compute_mode="donot_use_mm_for_euclid_dist")
