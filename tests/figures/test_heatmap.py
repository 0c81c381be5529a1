"""The heat map's picture and its figure."""

import numpy as np
import pytest

from segdemo.figures import heatmap, vector

PHOTO = np.full((40, 60, 3), 100, np.uint8)
VALUES = np.array([[0.0, 0.5], [0.25, 1.0]], np.float32)
EXTENT = (10.0, 10.0, 30.0, 50.0)


def test_a_cell_is_painted_over_its_pixels_and_nothing_outside():
    drawn = heatmap.overlaid(PHOTO, VALUES, EXTENT, (0.0, 1.0))
    assert drawn.shape == PHOTO.shape
    assert (drawn[:10] == 100).all()
    assert (drawn[30:] == 100).all()
    assert (drawn[:, 50:] == 100).all()
    low, high = ([int(colour[i : i + 2], 16) for i in (1, 3, 5)] for colour in heatmap.colours(2))
    expected = [100 + 0.6 * (channel - 100) for channel in low]
    np.testing.assert_allclose(drawn[10:20, 10:30], np.broadcast_to(expected, (10, 20, 3)), atol=1)
    expected = [100 + 0.6 * (channel - 100) for channel in high]
    np.testing.assert_allclose(drawn[20:30, 30:50], np.broadcast_to(expected, (10, 20, 3)), atol=1)


def test_probabilities_start_at_zero_and_logits_at_the_lowest():
    assert heatmap.limits(VALUES + 1, probability=True) == (0.0, 2.0)
    assert heatmap.limits(VALUES - 3, probability=False) == (-3.0, -2.0)
    low, high = heatmap.limits(np.zeros((2, 2), np.float32), probability=True)
    assert high > low


@pytest.mark.parametrize("kind", ["svg", "pdf"])
def test_the_figure_is_labelled_and_credits_the_photo(kind):
    figure = heatmap.figure(
        PHOTO, VALUES, EXTENT, (0, 1), title="lynx (287)", label="probability", credit="Photo: A"
    )
    content = vector.write(figure, kind)
    if kind == "svg":
        text = content.decode()
        for word in ("lynx (287)", "probability", "Photo: A"):
            assert word in text
    assert len(figure.axes) == 2  # the photo and the colour bar
    assert content.startswith(b"%PDF" if kind == "pdf" else b"<?xml")
