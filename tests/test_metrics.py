"""segdemo.metrics against loops that follow the definitions word by word."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from scipy import linalg

from segdemo.metrics import (
    boundary_f,
    class_accuracy,
    confusion,
    fill_ignored,
    frechet_distance,
    miou,
    per_class_accuracy,
    per_class_boundary_f,
    per_class_iou,
    pixel_accuracy,
    trimap_accuracy,
    trimap_confusions,
)

CLASSES = 4
SMALL = settings(max_examples=40, deadline=None)


@st.composite
def truth_and_prediction(draw):
    """Draw two small masks of one shape; the truth has ignored pixels."""
    shape = (draw(st.integers(1, 8)), draw(st.integers(1, 8)))
    truth = draw(hnp.arrays(np.uint8, shape, elements=st.sampled_from([0, 1, 2, 255])))
    prediction = draw(hnp.arrays(np.int64, shape, elements=st.integers(0, CLASSES - 1)))
    return truth, prediction


def labelled_pairs(truth, prediction):
    pairs = zip(truth.ravel().tolist(), prediction.ravel().tolist(), strict=True)
    return [(t, p) for t, p in pairs if t != 255]


def mean(values):
    return sum(values) / len(values) if values else math.nan


@SMALL
@given(truth_and_prediction())
def test_confusion_counts_pairs_as_a_loop_does(masks):
    expected = np.zeros((CLASSES, CLASSES), dtype=np.int64)
    for true, predicted in labelled_pairs(*masks):
        expected[true, predicted] += 1
    result = confusion(*masks, CLASSES)
    assert result.dtype == np.int64
    assert (result == expected).all()


@SMALL
@given(truth_and_prediction())
def test_scores_match_their_definitions_on_sets_of_pixels(masks):
    pairs = labelled_pairs(*masks)
    matrix = confusion(*masks, CLASSES)
    recalls, ious = [], []
    for index in range(CLASSES):
        true = {k for k, (t, _) in enumerate(pairs) if t == index}
        predicted = {k for k, (_, p) in enumerate(pairs) if p == index}
        recalls.append(len(true & predicted) / len(true) if true else math.nan)
        ious.append(len(true & predicted) / len(true | predicted) if true else math.nan)
    defined = [not math.isnan(recall) for recall in recalls]
    kept = [[v for v, d in zip(values, defined, strict=True) if d] for values in (recalls, ious)]
    accuracy = mean([t == p for t, p in pairs])
    np.testing.assert_allclose(per_class_accuracy(matrix), recalls)
    np.testing.assert_allclose(per_class_iou(matrix), ious)
    np.testing.assert_allclose(pixel_accuracy(matrix), accuracy)
    np.testing.assert_allclose(class_accuracy(matrix), mean(kept[0]))
    np.testing.assert_allclose(miou(matrix), mean(kept[1]))


def test_a_class_only_predicted_has_no_iou_and_costs_the_class_it_took():
    matrix = confusion(np.array([0, 0, 1, 1]), np.array([0, 2, 1, 1]), 3)
    assert per_class_iou(matrix).tolist()[:2] == [0.5, 1.0]
    assert math.isnan(per_class_iou(matrix)[2])
    assert miou(matrix) == 0.75


def test_confusions_of_two_images_add_up():
    generator = np.random.default_rng(0)
    truth, prediction = generator.integers(0, CLASSES, (2, 2, 5, 6))
    halves = sum(confusion(t, p, CLASSES) for t, p in zip(truth, prediction, strict=True))
    assert (confusion(truth, prediction, CLASSES) == halves).all()


@pytest.mark.parametrize(
    ("truth", "prediction", "num_classes", "ignore_index", "words"),
    [
        (np.zeros((2, 2), int), np.zeros((2, 3), int), 3, 255, "one shape"),
        (np.zeros((2, 2)), np.zeros((2, 2), int), 3, 255, "argmax"),
        ([[0]], np.zeros((1, 1), int), 3, 255, "truth is list"),
        (np.array([3]), np.array([0]), 3, 255, "truth holds class 3"),
        (np.array([0]), np.array([-1]), 3, 255, "prediction holds class -1"),
        (np.array([0]), np.array([255]), 3, 255, "prediction holds class 255"),
        (np.array([0]), np.array([0]), 3, 2, "ignore_index=2"),
        (np.array([0]), np.array([0]), 0, 255, "num_classes=0"),
    ],
)
def test_masks_that_do_not_fit_are_refused(truth, prediction, num_classes, ignore_index, words):
    with pytest.raises(ValueError, match=words):
        confusion(truth, prediction, num_classes, ignore_index)


@pytest.mark.parametrize("score", [pixel_accuracy, class_accuracy, per_class_iou, miou])
@pytest.mark.parametrize("matrix", [np.zeros((2, 3), int), np.zeros((2, 2)), np.zeros(4, int)])
def test_what_is_no_confusion_matrix_is_refused(score, matrix):
    with pytest.raises(ValueError, match="square"):
        score(matrix)


def neighbours(y, x, shape):
    around = [(y - 1, x), (y + 1, x), (y, x - 1), (y, x + 1)]
    return [(j, i) for j, i in around if 0 <= j < shape[0] and 0 <= i < shape[1]]


def edge_by_loop(labels, ignored, index):
    """List the pixels of a class next to another labelled class."""
    return [
        (y, x)
        for y, x in np.ndindex(labels.shape)
        if labels[y, x] == index and not ignored[y, x]
        for near in [neighbours(y, x, labels.shape)]
        if any(labels[p] != index and not ignored[p] for p in near)
    ]


def share_near(points, others, reach):
    return mean([any(math.dist(p, q) <= reach for q in others) for p in points])


def boundary_f_by_loop(truth, prediction, tolerance):
    ignored, reach = truth == 255, tolerance * math.hypot(*truth.shape)
    scores = []
    for index in range(CLASSES):
        true, predicted = (edge_by_loop(m, ignored, index) for m in (truth, prediction))
        if not (truth == index).any():
            scores.append(math.nan)
        elif not ((prediction == index) & ~ignored).any():
            scores.append(0.0)
        elif not true or not predicted:
            scores.append(float(not true and not predicted))
        else:
            precision = share_near(predicted, true, reach)
            recall = share_near(true, predicted, reach)
            total = precision + recall
            scores.append(2 * precision * recall / total if total else 0.0)
    return scores


@SMALL
@given(truth_and_prediction(), st.sampled_from([0.0, 0.0075, 0.1, 0.2, 0.3]))
def test_boundary_f_matches_a_loop_over_boundary_pixels(masks, tolerance):
    expected = boundary_f_by_loop(*masks, tolerance)
    result = per_class_boundary_f(*masks, CLASSES, tolerance=tolerance)
    np.testing.assert_allclose(result, expected)
    defined = [score for score in expected if not math.isnan(score)]
    np.testing.assert_allclose(boundary_f(*masks, CLASSES, tolerance=tolerance), mean(defined))


def halves(column, size=200):
    """Return a square mask that is 1 from a column on."""
    return np.broadcast_to(np.arange(size) >= column, (size, size)).astype(np.uint8)


@pytest.mark.parametrize(("shift", "score"), [(0, 1.0), (4, 1.0), (5, 0.0)])
def test_the_tolerance_is_three_quarters_of_a_percent_of_the_diagonal(shift, score):
    # 0.75 % of the diagonal of 400 x 400 is 4.24 pixels.
    assert boundary_f(halves(100, 400), halves(100 + shift, 400), 2) == score
    by_class = per_class_boundary_f(halves(100, 400), halves(100 + shift, 400), 2)
    assert by_class.tolist() == [score, score]


@pytest.mark.parametrize(("shift", "score"), [(0, 1.0), (1, 0.0)])
def test_without_tolerance_only_the_same_boundary_pixels_match(shift, score):
    assert boundary_f(halves(100), halves(100 + shift), 2, tolerance=0) == score


def test_a_perfect_prediction_of_one_class_without_boundary_scores_one():
    assert boundary_f(halves(0), halves(0), 2) == 1.0


def test_a_class_that_is_not_predicted_scores_zero():
    assert per_class_boundary_f(halves(0), halves(200), 2).tolist()[1] == 0.0


def test_a_wide_unlabelled_outline_hides_the_boundary_until_it_is_filled():
    truth = halves(100)
    truth[:, 98:102] = 255
    assert boundary_f(truth, halves(120), 2) == 0.0
    assert boundary_f(truth, halves(100), 2) == 1.0  # no boundary left on either side
    assert boundary_f(truth, halves(98), 2) == 1.0
    assert boundary_f(fill_ignored(truth), halves(100), 2) == 1.0
    assert (fill_ignored(truth) == halves(100)).all()


@SMALL
@given(truth_and_prediction(), st.sampled_from([0.0, 1.0, 1.5, math.inf]))
def test_filling_takes_a_nearest_label_and_stops_at_the_distance(masks, max_distance):
    mask = masks[0]
    filled = fill_ignored(mask, max_distance=max_distance)
    labelled = [(y, x) for y, x in np.ndindex(mask.shape) if mask[y, x] != 255]
    for pixel in np.ndindex(mask.shape):
        near = min((math.dist(pixel, q) for q in labelled), default=math.inf)
        choices = {mask[q] for q in labelled if math.isclose(math.dist(pixel, q), near)}
        assert filled[pixel] in (choices if labelled and near <= max_distance else {255})


@SMALL
@given(truth_and_prediction())
def test_trimap_bands_match_a_loop_over_distances(masks):
    truth, prediction = masks
    widths = [1, 2, 2.5, 100]
    edge = [
        p for p in np.ndindex(truth.shape)
        if any(truth[p] != truth[q] for q in neighbours(*p, truth.shape))
    ]  # fmt: skip
    expected = np.zeros((len(widths), CLASSES, CLASSES), dtype=np.int64)
    for k, width in enumerate(widths):
        for p in np.ndindex(truth.shape):
            if truth[p] != 255 and any(math.dist(p, q) < width for q in edge):
                expected[k, truth[p], prediction[p]] += 1
    assert (trimap_confusions(truth, prediction, widths, CLASSES) == expected).all()
    accuracies = [pixel_accuracy(matrix) for matrix in expected]
    np.testing.assert_allclose(trimap_accuracy(truth, prediction, widths, CLASSES), accuracies)


def test_trimap_accuracy_rises_with_width_where_only_the_boundary_is_wrong():
    curve = trimap_accuracy(halves(100), halves(101), [1, 2, 4, 8], 2)
    assert curve.tolist() == [1 / 2, 3 / 4, 7 / 8, 15 / 16]


def test_wrong_widths_tolerances_and_ranks_are_refused():
    mask = halves(100)
    with pytest.raises(ValueError, match="above 0"):
        trimap_confusions(mask, mask, [1, 0], 2)
    with pytest.raises(ValueError, match="above 0"):
        trimap_confusions(mask, mask, [math.nan], 2)
    with pytest.raises(ValueError, match="fraction of the image diagonal"):
        boundary_f(mask, mask, 2, tolerance=3)
    for call in (boundary_f, lambda t, p, n: trimap_confusions(t, p, [1], n)):
        with pytest.raises(ValueError, match=r"must be \(H, W\)"):
            call(mask[None], mask[None], 2)


def test_frechet_distance_matches_the_matrix_square_root():
    generator = np.random.default_rng(0)
    first = generator.normal(size=(200, 5)) @ generator.normal(size=(5, 5))
    second = generator.normal(1, 2, size=(150, 5))
    c1, c2 = np.cov(first, rowvar=False), np.cov(second, rowvar=False)
    root = linalg.sqrtm(c1 @ c2).real
    shift = first.mean(axis=0) - second.mean(axis=0)
    expected = shift @ shift + np.trace(c1 + c2 - 2 * root)
    assert frechet_distance(first, second) == pytest.approx(expected, rel=1e-9)


def test_frechet_distance_of_one_feature_is_means_and_deviations_apart():
    first, second = np.array([[0.0], [2.0]]), np.array([[5.0], [5.0], [11.0]])
    deviations = np.std([0, 2], ddof=1) - np.std([5, 5, 11], ddof=1)
    assert frechet_distance(first, second) == pytest.approx(36 + deviations**2)


def test_frechet_distance_of_equal_sets_is_zero_even_with_few_samples():
    features = np.random.default_rng(0).normal(size=(10, 60)).astype(np.float32)
    assert frechet_distance(features, features[::-1]) == pytest.approx(0, abs=1e-9)


def test_a_shift_costs_its_squared_length_however_singular_the_features():
    features = np.zeros((4, 3), dtype=np.uint8)
    features[:, 0] = [0, 1, 2, 3]
    assert frechet_distance(features, features + np.uint8(2)) == pytest.approx(12)


@pytest.mark.parametrize(
    ("first", "second", "words"),
    [
        (np.zeros((1, 3)), np.zeros((5, 3)), "at least 2 samples"),
        (np.zeros((5, 3)), np.zeros((5, 3, 2)), "second of shape"),
        (np.zeros((5, 3)), np.zeros((5, 4)), "same layer"),
        (np.zeros((5, 3)), np.full((5, 3), np.nan), "nan or infinity"),
        (np.zeros((5, 3), complex), np.zeros((5, 3)), "real numbers"),
    ],
)
def test_features_that_do_not_fit_are_refused(first, second, words):
    with pytest.raises(ValueError, match=words):
        frechet_distance(first, second)
