"""Sliding window against one pass, coarse inside dense, and what a cell sees."""

import numpy as np
import pytest
import torch

from segdemo import images
from segdemo.heatmap import sliding
from segdemo.heatmap.network import classifier
from segdemo.heatmap.photo import prepared
from segdemo.heatmap.receptive import Seen, axes, nearest_cell, seen
from segdemo.heatmap.scores import cell_centre, score_maps
from segdemo.heatmap.sliding import Comparison, Progress, compared, exactly, papers_ratio
from segdemo.heatmap.strides import inside
from segdemo.models.convolutionalize import sliding_window
from segdemo.ui.examples import EXAMPLES


@pytest.fixture(scope="module")
def cat() -> np.ndarray:
    return images.decode(EXAMPLES["cat"].data()).pixels


@pytest.fixture(scope="module")
def steps(cat) -> list[Progress | Comparison]:
    return list(compared(cat, (256, 320)))


def test_progress_counts_every_window(steps):
    *progress, comparison = steps
    assert isinstance(comparison, Comparison)
    assert [(step.done, step.windows) for step in progress] == [(n, 8) for n in range(1, 9)]


def test_both_ways_are_the_real_ones(cat, steps):
    comparison = steps[-1]
    with torch.inference_mode():
        windows = sliding_window(classifier(), prepared(cat, (256, 320)), window=224, stride=32)
    np.testing.assert_allclose(comparison.naive.logits, windows[0], atol=1e-4)
    expected = score_maps(cat, (256, 320)).logits
    np.testing.assert_allclose(comparison.one_pass.logits, expected, atol=1e-4)


def test_the_naive_way_takes_longer_and_only_correlates(steps):
    comparison = steps[-1]
    assert comparison.ratio > 1
    assert comparison.ratio == pytest.approx(
        comparison.naive.milliseconds / comparison.one_pass.milliseconds
    )
    assert comparison.difference > 0.1
    over_all = comparison.correlation()
    assert 0.7 < over_all < 0.999
    centred = [maps.logits - maps.logits.mean((1, 2), keepdims=True) for maps in comparison.both]
    expected = np.corrcoef(*(values.ravel() for values in centred))[0, 1]
    assert comparison.correlation_within() == pytest.approx(expected, abs=1e-4)
    assert expected < over_all
    pair = [maps.of(285).ravel() for maps in comparison.both]
    assert comparison.correlation(285) == pytest.approx(np.corrcoef(*pair)[0, 1], abs=1e-6)


def test_a_map_of_one_cell_has_no_correlation(cat):
    *_, comparison = compared(cat, (224, 224))
    assert comparison.correlation(285) is None
    assert comparison.correlation() == pytest.approx(1)
    assert comparison.difference < 1e-4  # the one window is the image


def test_sizes_whose_windows_start_elsewhere_are_refused(cat):
    for size in ((200, 320), (224, 300)):
        with pytest.raises(ValueError, match=r"must be multiples of 32 of at least 224"):
            next(compared(cat, size))


def test_the_papers_ratio_follows_from_its_numbers():
    assert papers_ratio() == pytest.approx(5.45, abs=0.01)


def test_without_padding_the_two_ways_are_equal_to_the_last_bit(cat):
    exact = exactly(cat)
    assert exact.difference == 0.0
    assert exact.size == (42, 63)
    assert exact.windows == ((42 - 18) // 4 + 1, (63 - 18) // 4 + 1)
    assert exact.distinct > 200


def test_a_shifted_window_would_not_be_equal(cat, monkeypatch):
    honest = sliding.slide

    def shifted(network, x, *, window, stride):
        return honest(network, x.roll(1, -1), window=window, stride=stride)

    monkeypatch.setattr(sliding, "slide", shifted)
    assert exactly(cat).difference > 0


@pytest.mark.parametrize(
    ("size", "stride", "first"),
    [((320, 320), 8, (3, 3)), ((320, 320), 16, (1, 1)), ((232, 264), 8, (0, 0))],
)
def test_coarse_scores_stand_inside_dense_ones_at_the_phase(cat, size, stride, first):
    found = inside(score_maps(cat, size), score_maps(cat, size, stride=stride))
    assert (found.step, found.first) == (32 // stride, first)
    assert found.difference < 1e-4
    if first == (0, 0):
        assert found.naive == found.difference
    else:
        assert found.naive > 0.1


def test_a_field_is_the_same_size_at_every_stride_and_moves_by_it():
    for stride in (32, 16, 8):
        for axis in axes((320, 320), stride):
            assert axis.size == 851
            assert axis.jump == stride
            first, last = axis.at(2)
            assert (first + last + 1) / 2 == cell_centre(320, stride, 2)


def test_left_and_right_of_a_cell_the_padding_differs():
    """On an even side all of a strided layer's padding stands at the end."""
    for axis in axes((224, 224), 32):
        first, last = axis.at(0)[0], axis.at(6)[1]
        assert -first == 394
        assert last - 223 == 425


@pytest.fixture(scope="module")
def field(cat) -> Seen:
    return seen(cat, (224, 256), index=285, stride=32, cell=(3, 4))


def test_the_gradient_is_the_derivative_of_the_cells_logit(cat, field):
    """A step along the gradient changes the logit by the step times the gradient's size."""
    x = prepared(cat, (224, 256)).requires_grad_(True)
    layer = classifier().classifier
    vector = classifier().features(x)[0, :, 3, 4]
    (expected,) = torch.autograd.grad(vector @ layer.weight[285] + layer.bias[285], x)
    np.testing.assert_allclose(field.gradient, expected[0].abs().sum(0), atol=1e-6)
    assert field.gradient.shape == (224, 256)


def test_the_gradient_lies_in_the_box_and_a_small_share_of_the_box_holds_it(field):
    top, left, bottom, right = field.box
    outside = field.gradient.copy()
    outside[max(top, 0) : bottom + 1, max(left, 0) : right + 1] = 0
    assert outside.sum() == 0
    assert field.box_pixels == 851 * 851
    assert field.centre == (127.5, 159.5)
    chosen = field.holding()
    assert field.gradient[chosen].sum() >= 0.95 * field.gradient.sum()
    least = field.gradient[chosen].min()
    assert field.gradient[chosen].sum() - least < 0.95 * field.gradient.sum()
    assert field.share() == chosen.sum() / 851**2
    assert field.share(0.5) < field.share() < 0.1


def test_a_field_without_gradient_holds_nothing(field):
    empty = Seen(32, (0, 0), field.box, field.centre, np.zeros((4, 5), np.float32))
    assert empty.share() == 0


def test_the_nearest_cell_is_by_its_centre():
    assert nearest_cell((0.0, 0.0), (320, 320), 32) == (0, 0)
    assert nearest_cell((1.0, 1.0), (320, 320), 32) == (9, 9)
    assert nearest_cell((0.5, 0.5), (320, 320), 32) == (4, 4)  # 159.5, where 5 looks at 191.5
    for stride in (32, 16, 8):
        row, column = nearest_cell((0.4, 0.7), (300, 424), stride)
        assert abs(cell_centre(300, stride, row) - 120) <= stride / 2
        assert abs(cell_centre(424, stride, column) - 296.8) <= stride / 2


@pytest.mark.parametrize("cell", [(7, 0), (0, 8), (-1, 0)])
def test_a_cell_outside_the_map_is_refused(cat, cell):
    with pytest.raises(ValueError, match=r"must lie in the map of 7x8 cells"):
        seen(cat, (224, 256), index=0, stride=32, cell=cell)
