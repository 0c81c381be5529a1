"""Scores: a confusion matrix and what is read off it, boundary F, trimaps, Fréchet distance.

Masks are integer (H, W) arrays of class indices in 0..num_classes-1, or `ignore_index` where a
pixel carries no label. Every score is a fraction, not a percentage; nan says "undefined".
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy import linalg, ndimage

IGNORE_INDEX = 255

Mask = NDArray[np.integer]
Floats = NDArray[np.float64]


def confusion(
    truth: Mask, prediction: Mask, num_classes: int, ignore_index: int = IGNORE_INDEX
) -> NDArray[np.int64]:
    """Count pixels by true class (row) and predicted class (column).

    `truth` and `prediction` are integer arrays of one shape, any rank. Pixels whose truth is
    `ignore_index` are left out, whatever was predicted there. Returns (num_classes, num_classes)
    int64; matrices of several images add up. ValueError where shapes differ, where an index is
    outside 0..num_classes-1, or where `ignore_index` is itself a class.
    """
    _check_masks(truth, prediction, num_classes, ignore_index)
    labelled = truth != ignore_index
    rows, columns = truth[labelled].astype(np.int64), prediction[labelled].astype(np.int64)
    counts = np.bincount(rows * num_classes + columns, minlength=num_classes**2)
    return counts.astype(np.int64).reshape(num_classes, num_classes)


def pixel_accuracy(matrix: NDArray[np.int64]) -> float:
    """Return the fraction of labelled pixels whose class is right (global accuracy), 0..1.

    `matrix` is a square confusion matrix; nan where it counts no pixel. Long, Shelhamer and
    Darrell (CVPR 2015), section 5, "pixel accuracy".
    """
    counts = _check_matrix(matrix)
    return float(_ratio(np.trace(counts), counts.sum()))


def per_class_accuracy(matrix: NDArray[np.int64]) -> Floats:
    """Return each class's recall, (num_classes,) float64 in 0..1; nan without ground truth."""
    counts = _check_matrix(matrix)
    return _ratio(np.diag(counts), counts.sum(axis=1))


def class_accuracy(matrix: NDArray[np.int64]) -> float:
    """Return the mean recall over the classes that have ground-truth pixels, 0..1.

    The FCN paper's "mean accuracy"; nan where no class has ground truth.
    """
    return _mean_defined(per_class_accuracy(matrix))


def per_class_iou(matrix: NDArray[np.int64]) -> Floats:
    """Return intersection over union a class, (num_classes,) float64 in 0..1.

    nan where a class has no ground-truth pixel, even if it was predicted: such false alarms count
    against the classes whose pixels they took. Everingham et al. (IJCV 2010), section 4.3.
    """
    counts = _check_matrix(matrix)
    true, predicted, right = counts.sum(axis=1), counts.sum(axis=0), np.diag(counts)
    return np.where(true > 0, _ratio(right, true + predicted - right), np.nan)


def miou(matrix: NDArray[np.int64]) -> float:
    """Return the mean of `per_class_iou` over the classes that have ground-truth pixels, 0..1."""
    return _mean_defined(per_class_iou(matrix))


def boundary_f(
    truth: Mask,
    prediction: Mask,
    num_classes: int,
    ignore_index: int = IGNORE_INDEX,
    tolerance: float = 0.0075,
) -> float:
    """Return the boundary F score of one image, 0..1: `per_class_boundary_f` averaged.

    The mean runs over the classes with ground truth in this image; a test set's score is the mean
    over its images (leave nan out: an image without labels). SegNet (Badrinarayanan, Kendall,
    Cipolla, PAMI 2017), section 4, after Csurka, Larlus and Perronnin (BMVC 2013).
    """
    return _mean_defined(
        per_class_boundary_f(truth, prediction, num_classes, ignore_index, tolerance)
    )


def per_class_boundary_f(
    truth: Mask,
    prediction: Mask,
    num_classes: int,
    ignore_index: int = IGNORE_INDEX,
    tolerance: float = 0.0075,
) -> Floats:
    """Return the F score of each class's boundary in one image, (num_classes,) float64 in 0..1.

    `truth`, `prediction`: (H, W) integers. A class's boundary is its pixels that touch another
    class above, below, left or right; the image's edge is no boundary. Pixels ignored in the truth
    are cut out of both masks and touching them makes no boundary, so where outlines are unlabelled
    (VOC, MSRC) give `fill_ignored(truth)`. Precision is the share of predicted boundary pixels
    within `tolerance` image diagonals (Euclidean, inclusive) of a true one, recall the reverse, F
    their harmonic mean. A class without true pixels is nan, predicted or not: its false boundary
    costs the classes that it cuts into. A class in the truth scores 0 if not predicted, or if only
    one side has a boundary, and 1 if predicted and neither side has one.
    """
    _check_masks(truth, prediction, num_classes, ignore_index)
    _check_plane(truth)
    if not 0 <= tolerance < 1:
        raise ValueError(
            f"tolerance={tolerance} must be a fraction of the image diagonal from 0 to 1; "
            "the literature's is 0.0075."
        )
    labelled = truth != ignore_index
    reach = tolerance * float(np.hypot(*truth.shape))
    scores = np.full(num_classes, np.nan)
    for index in range(num_classes):
        true, predicted = truth == index, (prediction == index) & labelled
        if true.any():
            scores[index] = _boundary_f_of(true, predicted, labelled, reach)
    return scores


def _boundary_f_of(
    true: NDArray[np.bool_], predicted: NDArray[np.bool_], labelled: NDArray[np.bool_], reach: float
) -> float:
    """Return the F score of one region's boundary against another's, 0..1."""
    if not predicted.any():
        return 0.0
    true_edge, predicted_edge = (_touching(m, labelled & ~m) for m in (true, predicted))
    if not true_edge.any() or not predicted_edge.any():
        return float(true_edge.any() == predicted_edge.any())
    precision = (ndimage.distance_transform_edt(~true_edge)[predicted_edge] <= reach).mean()
    recall = (ndimage.distance_transform_edt(~predicted_edge)[true_edge] <= reach).mean()
    return float(2 * precision * recall / (precision + recall)) if precision + recall else 0.0


def _touching(region: NDArray[np.bool_], others: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return the pixels of (H, W) `region` with one of `others` above, below, left or right."""
    return region & ndimage.binary_dilation(others)


def fill_ignored(
    mask: Mask, ignore_index: int = IGNORE_INDEX, max_distance: float = np.inf
) -> Mask:
    """Give ignored pixels the class of the nearest labelled pixel, up to `max_distance` pixels.

    (H, W) integers in, a new array of the same dtype out. Thin unlabelled outlines become plain
    boundaries; a finite `max_distance` keeps wide unlabelled regions ignored.
    """
    _check_plane(mask)
    ignored = mask == ignore_index
    if ignored.all() or not ignored.any():
        return mask.copy()
    distance, nearest = ndimage.distance_transform_edt(ignored, return_indices=True)
    return np.where(distance <= max_distance, mask[tuple(nearest)], mask)


def trimap_confusions(
    truth: Mask,
    prediction: Mask,
    widths: Sequence[float],
    num_classes: int,
    ignore_index: int = IGNORE_INDEX,
) -> NDArray[np.int64]:
    """Return a confusion matrix for each band of `widths` pixels around the true boundaries.

    `truth`, `prediction`: (H, W) integers; result (len(widths), num_classes, num_classes) int64,
    to be added up over images and read with `pixel_accuracy` or `miou`. A boundary pixel touches
    another label above, below, left or right, an unlabelled region counting as one. A band of
    width w holds the labelled pixels nearer than w to a boundary pixel, so width 1 is the boundary
    pixels themselves on both sides. Kohli, Ladicky and Torr (IJCV 2009), section 5; Chen et al.
    (DeepLab, PAMI 2018), section 4.
    """
    _check_masks(truth, prediction, num_classes, ignore_index)
    _check_plane(truth)
    if any(not width > 0 for width in widths):
        raise ValueError(f"widths {list(widths)} must be above 0 pixels; width 1 is the narrowest.")
    change = np.zeros(truth.shape, dtype=bool)
    across, down = truth[:, 1:] != truth[:, :-1], truth[1:] != truth[:-1]
    change[:, 1:] |= across
    change[:, :-1] |= across
    change[1:] |= down
    change[:-1] |= down
    far = np.full(truth.shape, np.inf)
    distance = ndimage.distance_transform_edt(~change) if change.any() else far
    bands = [np.where(distance < width, truth.astype(np.int64), ignore_index) for width in widths]
    matrices = [confusion(band, prediction, num_classes, ignore_index) for band in bands]
    return np.array(matrices, dtype=np.int64).reshape(-1, num_classes, num_classes)


def trimap_accuracy(
    truth: Mask,
    prediction: Mask,
    widths: Sequence[float],
    num_classes: int,
    ignore_index: int = IGNORE_INDEX,
) -> Floats:
    """Return the pixel accuracy in each band of `trimap_confusions`, (len(widths),) in 0..1.

    nan where a band holds no labelled pixel.
    """
    matrices = trimap_confusions(truth, prediction, widths, num_classes, ignore_index)
    return np.array([pixel_accuracy(matrix) for matrix in matrices], dtype=np.float64)


def frechet_distance(first: NDArray, second: NDArray) -> float:
    """Return the squared Fréchet distance of two Gaussians fitted to two sets of features.

    `first` (N, D) and `second` (M, D) are real, one row a sample, at least 2 rows each; covariances
    are the unbiased ones. Computes |m1 - m2|^2 + tr(C1 + C2 - 2 (C1 C2)^(1/2)), 0 or above, in the
    features' units squared: Dowson and Landau (J. Multivariate Analysis 1982), the "FID" of Heusel
    et al. (NeurIPS 2017) when the features are Inception's. With C = R^T R from a QR decomposition
    the last trace is the sum of the singular values of R1 R2^T, so no matrix square root is
    taken, and fewer samples than dimensions do no harm. ValueError where shapes do not match or
    values are not finite.
    """
    roots, means = [], []
    for name, features in (("first", first), ("second", second)):
        rows = np.asarray(features)
        if rows.ndim != 2 or rows.shape[0] < 2 or rows.shape[1] < 1 or rows.dtype.kind not in "fiu":
            raise ValueError(
                f"{name} of shape {rows.shape} and dtype {rows.dtype} must be (samples, features) "
                "real numbers with at least 2 samples; flatten each sample to one row."
            )
        if not np.isfinite(rows).all():
            raise ValueError(f"{name} holds nan or infinity; leave out the samples that diverged.")
        means.append(rows.mean(axis=0, dtype=np.float64))
        centred = rows.astype(np.float64) - means[-1]
        roots.append(linalg.qr(centred / np.sqrt(len(rows) - 1), mode="r")[0][: rows.shape[1]])
    if means[0].shape != means[1].shape:
        raise ValueError(
            f"first has {means[0].size} features a sample and second {means[1].size}, which must "
            "be equal; take both from the same layer."
        )
    variances = sum(float((root**2).sum()) for root in roots)
    overlap = linalg.svdvals(roots[0] @ roots[1].T).sum()
    return max(float(((means[0] - means[1]) ** 2).sum() + variances - 2 * overlap), 0.0)


def _ratio(numerator: NDArray, denominator: NDArray) -> Floats:
    """Divide as float64, nan where the denominator is 0."""
    top, bottom = np.asarray(numerator, np.float64), np.asarray(denominator, np.float64)
    return np.divide(top, bottom, out=np.full(top.shape, np.nan), where=bottom > 0)


def _mean_defined(values: Floats) -> float:
    """Average what is not nan; nan where nothing is left."""
    defined = values[~np.isnan(values)]
    return float(defined.mean()) if defined.size else float("nan")


def _check_matrix(matrix: NDArray[np.int64]) -> NDArray[np.int64]:
    """Refuse what is not a square matrix of counts."""
    counts = np.asarray(matrix)
    if counts.ndim != 2 or counts.shape[0] != counts.shape[1] or counts.dtype.kind not in "iu":
        raise ValueError(
            f"a confusion matrix of shape {counts.shape} and dtype {counts.dtype} must be a square "
            "matrix of integer counts; build it with confusion()."
        )
    return counts


def _check_masks(truth: Mask, prediction: Mask, num_classes: int, ignore_index: int) -> None:
    """Refuse masks of two shapes, or that hold anything but classes where the truth has one."""
    if num_classes < 1 or 0 <= ignore_index < num_classes:
        raise ValueError(
            f"num_classes={num_classes} must be at least 1 and leave ignore_index={ignore_index} "
            "outside 0..num_classes-1; choose another ignore_index, such as -1."
        )
    for name, mask in (("truth", truth), ("prediction", prediction)):
        if not isinstance(mask, np.ndarray) or mask.dtype.kind not in "iu":
            kind = mask.dtype if isinstance(mask, np.ndarray) else type(mask).__name__
            raise ValueError(
                f"{name} is {kind}, but class indices must be an integer array; "
                "take the argmax of scores first."
            )
    if truth.shape != prediction.shape:
        raise ValueError(
            f"truth of shape {truth.shape} and prediction of shape {prediction.shape} must have "
            "one shape; resize the prediction with nearest neighbour."
        )
    labelled = truth != ignore_index
    for name, mask in (("truth", truth), ("prediction", prediction)):
        wrong = mask[labelled & ((mask < 0) | (mask >= num_classes))]
        if wrong.size:
            raise ValueError(
                f"{name} holds class {wrong[0]}, but num_classes={num_classes} allows "
                f"0..{num_classes - 1}; map it to a class, or mark it {ignore_index} in the truth."
            )


def _check_plane(mask: Mask) -> None:
    """Refuse what is not one image's mask."""
    if mask.ndim != 2 or not mask.size:
        raise ValueError(f"a mask of shape {mask.shape} must be (H, W); give one image at a time.")
