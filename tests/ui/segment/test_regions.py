"""Where names go on a mask, and what share each class covers."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from segdemo.ui.segment.regions import areas, named_regions


@st.composite
def masks(draw: st.DrawFn) -> np.ndarray:
    """A mask of a few classes in blocks, (H, W) uint8."""
    rows, columns, block = (draw(st.integers(1, most)) for most in (12, 12, 9))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    blocks = rng.integers(0, draw(st.integers(1, 5)), (rows, columns), dtype=np.uint8)
    return blocks.repeat(block, 0).repeat(block, 1)


@settings(deadline=None)
@given(masks())
def test_areas_sum_to_one_and_fall(mask):
    shares = list(areas(mask).values())
    assert sum(shares) == pytest.approx(1)
    assert shares == sorted(shares, reverse=True)


@settings(deadline=None)
@given(masks())
def test_every_name_lies_inside_its_class(mask):
    for region in named_regions(mask):
        row, column = int(region.y * mask.shape[0]), int(region.x * mask.shape[1])
        assert mask[row, column] == region.index


def test_name_lies_at_the_centre_of_a_square():
    mask = np.zeros((90, 120), np.uint8)
    mask[20:51, 60:91] = 5
    square = next(region for region in named_regions(mask) if region.index == 5)
    assert (square.x * 120, square.y * 90) == pytest.approx((75.5, 35.5))
    assert square.radius * 120 == pytest.approx(16)
    assert square.area == pytest.approx(31 * 31 / mask.size)


def test_a_crescent_is_not_named_in_its_hollow():
    y, x = np.mgrid[:100, :100]
    mask = (((y - 50) ** 2 + (x - 50) ** 2 < 45**2) & ((y - 50) ** 2 + (x - 65) ** 2 > 36**2)) * 1
    crescent = next(region for region in named_regions(mask.astype(np.uint8)) if region.index == 1)
    assert mask[int(crescent.y * 100), int(crescent.x * 100)] == 1


def test_two_sheep_get_two_names_and_specks_none():
    mask = np.zeros((100, 100), np.uint8)
    mask[10:40, 10:40] = mask[60:90, 60:90] = 4
    mask[50:53, 50:53] = 7
    assert [region.index for region in named_regions(mask)] == [0, 4, 4]


def test_large_masks_are_thinned_without_moving_the_name():
    mask = np.zeros((1000, 1000), np.uint8)
    mask[:, 500:] = 2
    right = next(region for region in named_regions(mask) if region.index == 2)
    assert right.x == pytest.approx(0.75, abs=0.01)
