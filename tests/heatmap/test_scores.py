"""Score maps over a photo: sizes, geometry, the average, softmax; Linear as a convolution."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from segdemo import images
from segdemo.heatmap.linear import linear_and_convolution
from segdemo.heatmap.network import class_index, class_names, classifier, score_map
from segdemo.heatmap.photo import LARGEST, SMALLEST, prepared, working_size
from segdemo.heatmap.scores import (
    cell_centre,
    score_maps,
    window_middle,
    window_start,
)
from segdemo.models.convolutionalize import score_map_size
from segdemo.ui.examples import EXAMPLES


@pytest.fixture(scope="module")
def cat() -> np.ndarray:
    return images.decode(EXAMPLES["cat"].data()).pixels


@pytest.mark.parametrize("given", [285, "285", " Egyptian cat", "egyptian CAT", "0285"])
def test_a_class_is_known_by_index_and_by_name(given):
    assert class_index(given) == 285


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ("egyptian cats", r"did you mean Egyptian cat"),
        (1000, r"'1000' is not known, .* from 0 to 999"),
        ("-1", r"'-1' is not known"),
        ("²", r"is not known"),
        ("9" * 5000, r"is not known"),
        (True, r"is not known"),
        (None, r"is not known"),
        (["285"], r"is not known"),
        ("<script>", r"is not known"),
    ],
)
def test_what_is_no_class_is_refused_with_near_names(given, message):
    with pytest.raises(ValueError, match=message):
        class_index(given)


def test_the_names_are_torchvisions():
    from torchvision.models import EfficientNet_B0_Weights

    assert class_names() == EfficientNet_B0_Weights.DEFAULT.meta["categories"]


@given(st.integers(16, 4000), st.integers(16, 4000), st.integers(SMALLEST, LARGEST))
def test_a_working_size_holds_a_window_and_keeps_the_orientation(height, width, shorter):
    for multiple in (8, 32):
        size = working_size(height, width, shorter, multiple=multiple)
        assert all(side % multiple == 0 for side in size)
        assert score_map_size_of(size) >= (1, 1)
        assert abs(min(size) - shorter) <= multiple / 2 or min(size) == 224
        assert max(size) <= 2 * LARGEST
        assert (size[0] <= size[1]) == (height <= width) or size[0] == size[1]


def score_map_size_of(size: tuple[int, int]) -> tuple[int, int]:
    return -(-size[0] // 32) - 6, -(-size[1] // 32) - 6


def test_sizes_that_are_not_offered_are_refused():
    with pytest.raises(ValueError, match=r"size=199 must be from 200 to 448 .*; try 320"):
        working_size(300, 400, 199)


@pytest.mark.parametrize("stride", [32, 16, 8])
def test_maps_have_the_size_of_the_formula(cat, stride):
    size = (224, 296)
    windows = score_maps(cat, size, stride=stride)
    cells = score_maps(cat, size, stride=stride, windows=False)
    whole = tuple(-(-side // stride) for side in size)
    assert cells.logits.shape[1:] == whole
    assert windows.logits.shape[1:] == tuple(n - 6 * 32 // stride for n in whole)
    assert windows.milliseconds > 0
    if stride == 32:
        assert windows.logits.shape[1:] == score_map_size(score_map(), size)


def test_a_windows_score_is_the_average_of_its_49_cells(cat):
    """The average and the 1x1 convolution change places: both are linear."""
    windows = score_maps(cat, (256, 288))
    cells = score_maps(cat, (256, 288), windows=False)
    for i, j in np.ndindex(windows.logits.shape[1:]):
        mean = cells.logits[:, i : i + 7, j : j + 7].mean((1, 2))
        np.testing.assert_allclose(windows.logits[:, i, j], mean, atol=1e-4)


def test_probabilities_are_each_cells_softmax(cat):
    maps = score_maps(cat, (224, 256), windows=False)
    expected = torch.from_numpy(maps.logits).softmax(0).numpy()
    np.testing.assert_allclose(maps.probabilities(285), expected[285], atol=1e-6)


def test_the_native_window_starts_at_the_border_and_a_trunks_last_cell_looks_at_the_end():
    assert window_start(224, 32, 0) == 0
    assert [window_start(320, 32, cell) for cell in range(4)] == [0, 32, 64, 96]
    assert window_middle(224, 32, 0) == 112
    assert [cell_centre(224, 32, cell) for cell in (0, 6)] == [31.5, 223.5]


@pytest.mark.parametrize("size", [(320, 328), (232, 300), (225, 240)])
def test_a_dense_cell_that_equals_a_coarse_one_stands_at_the_same_place(cat, size):
    from segdemo.models.phase import phase

    for side in size:
        for stride in (16, 8):
            dense = 32 // stride + phase(side, output_stride=stride)
            assert cell_centre(side, stride, dense) == cell_centre(side, 32, 1)
            assert window_middle(side, stride, dense) == window_middle(side, 32, 1)


def test_the_grid_marks_the_windows_middles(cat):
    maps = score_maps(cat, (256, 288))
    assert (maps.grid.top, maps.grid.left) == (112 - 16, 112 - 16)
    cells = score_maps(cat, (256, 288), windows=False)
    assert (cells.grid.top, cells.grid.left) == (31.5 - 16, 31.5 - 16)


def test_a_stride_that_is_none_is_refused(cat):
    with pytest.raises(ValueError, match=r"stride=4 must be one of \(32, 16, 8\)"):
        score_maps(cat, (224, 224), stride=4)


def test_linear_and_convolution_are_the_same_numbers(cat):
    both = linear_and_convolution(cat)
    assert both.linear_shape == (1000, 1280)
    assert both.convolution_shape == (1000, 1280, 1, 1)
    assert both.difference < 1e-5
    assert both.features.shape == (1280,)
    assert both.features.std() > 0.01
    with torch.inference_mode():
        logits = classifier()(prepared(cat, (224, 224)))[0]
    np.testing.assert_allclose(both.linear, logits, atol=1e-5)
    index, name, probability = both.top()[0]
    assert (index, name) == (285, "Egyptian cat")
    assert probability == pytest.approx(0.81, abs=0.02)
    assert probability == pytest.approx(float(logits.softmax(0)[285]), abs=1e-5)
