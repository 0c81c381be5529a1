"""One architecture's mask against the ground truth: every score, and where it is wrong."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from segdemo import metrics
from segdemo.labels import IGNORE_INDEX, LabelSet
from segdemo.ui import tables

TOLERANCE = 0.0075  # of the photo's diagonal, SegNet's
TRIMAP_WIDTHS = (1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64)  # pixels
# Outlines are left unlabelled a few pixels wide: for boundaries the nearest label takes them over,
# while wide unlabelled regions stay out.
THIN = 8.0
WRONG = np.array([213, 94, 0], np.float64)  # Okabe and Ito's vermilion
HATCH = 8  # pixels from one stripe of the error map to the next


@dataclass(frozen=True, eq=False)
class Scores:
    """Shares 0..1, nan where undefined; `matrix` as `metrics.confusion` counts it."""

    matrix: NDArray[np.int64]
    pixel_accuracy: float
    class_accuracy: float
    miou: float
    per_class_iou: NDArray[np.float64]
    boundary_f: float
    trimap: tuple[float, ...]


def scores(truth: NDArray[np.uint8], prediction: NDArray[np.uint8], num_classes: int) -> Scores:
    """Every score of a (H, W) uint8 prediction; ValueError where it doesn't fit the truth."""
    matrix = metrics.confusion(truth, prediction, num_classes)
    filled = metrics.fill_ignored(truth, max_distance=THIN)
    trimap = metrics.trimap_accuracy(filled, prediction, TRIMAP_WIDTHS, num_classes)
    return Scores(
        matrix=matrix,
        pixel_accuracy=metrics.pixel_accuracy(matrix),
        class_accuracy=metrics.class_accuracy(matrix),
        miou=metrics.miou(matrix),
        per_class_iou=metrics.per_class_iou(matrix),
        boundary_f=metrics.boundary_f(filled, prediction, num_classes, tolerance=TOLERANCE),
        trimap=tuple(float(value) for value in trimap),
    )


def error_map(
    pixels: NDArray[np.uint8], truth: NDArray[np.uint8], prediction: NDArray[np.uint8]
) -> NDArray[np.uint8]:
    """The photo in grey, wrong pixels vermilion with dark stripes, unlabelled ones pale.

    RGB uint8 (H, W, 3) from the photo and two (H, W) masks.
    """
    grey = pixels.astype(np.float64).mean(axis=-1, keepdims=True).repeat(3, axis=-1)
    unlabelled = truth == IGNORE_INDEX
    wrong = (truth != prediction) & ~unlabelled
    made = 0.75 * grey
    made[unlabelled] = 0.25 * grey[unlabelled] + 170
    made[wrong] = 0.25 * grey[wrong] + 0.75 * WRONG
    rows, columns = np.indices(truth.shape)
    made[wrong & ((rows + columns) % HATCH < 2)] *= 0.45
    return np.rint(made.clip(0, 255)).astype(np.uint8)


def summary_table(found: Mapping[str, Scores], reach: float) -> str:
    """Each architecture's scores as an HTML table; `reach` is the tolerance in pixels."""
    rows = [
        [
            title,
            tables.percent(s.miou),
            tables.percent(s.pixel_accuracy),
            tables.percent(s.class_accuracy),
            _share(s.boundary_f),
        ]
        for title, s in found.items()
    ]
    headers = ["Architecture", "mIoU", "Pixels right", "Class accuracy", "Boundary F"]
    caption = (
        "Scores on this photo's labelled pixels. Boundary F counts an outline as found within "
        f"{TOLERANCE:.2%} of the diagonal, {reach:.1f} pixels here."
    )
    return tables.table(headers, rows, caption=caption)


def class_table(found: Mapping[str, Scores], label_set: LabelSet) -> str:
    """IoU by class and architecture as an HTML table; classes in the ground truth only."""
    matrices = [s.matrix for s in found.values()]
    true = np.flatnonzero(matrices[0].sum(axis=1))
    total = matrices[0].sum()
    rows = [
        [
            label_set.classes[index],
            tables.percent(matrices[0][index].sum() / total),
            *(_share(float(s.per_class_iou[index])) for s in found.values()),
        ]
        for index in true
    ]
    return tables.table(
        ["Class", "Share", *found],
        rows,
        caption="IoU of each class in the ground truth, and its share of the labelled pixels.",
    )


def _share(value: float) -> str:
    """A share as a percentage, a dash where it is undefined."""
    return tables.percent(None if np.isnan(value) else value)
