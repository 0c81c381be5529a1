"""The scatter of cost against accuracy."""

import pytest

from segdemo.figures.costs import Point, scatter

POINTS = [
    Point("FCN-8s", 40.0, 0.72, True),
    Point("U-Net", 20.0, 0.70, True),
    Point("PSPNet", 30.0, 0.66, False),
]
SETTINGS = {
    "axis": "Time, ms",
    "unit": "ms",
    "measured_on": "val, 43 photos",
    "between": (0.6, 0.8),
}


def test_every_architecture_stands_at_its_cost_and_accuracy():
    others, chosen = scatter(POINTS, **SETTINGS)["data"]
    assert list(zip(chosen["text"], chosen["x"], chosen["y"], strict=True)) == [
        ("U-Net", 20.0, 0.70),
        ("FCN-8s", 40.0, 0.72),
    ]
    assert (others["text"], others["x"], others["y"]) == (["PSPNet"], [30.0], [0.66])
    assert others["marker"]["symbol"] != chosen["marker"]["symbol"]


def test_both_axes_are_labelled_and_hold_every_point():
    layout = scatter(POINTS, **SETTINGS)["layout"]
    assert layout["xaxis"]["title"]["text"] == "Time, ms"
    assert layout["yaxis"]["title"]["text"] == "mIoU, val, 43 photos"
    assert layout["yaxis"]["range"] == [0.6, 0.8]
    low, high = layout["xaxis"]["range"]
    assert 0 <= low < 20 < 40 < high


def test_the_words_hold_every_number():
    words = scatter(POINTS, **SETTINGS)["alt"]
    for part in ("U-Net 20 ms, 70.0%", "PSPNet 30 ms, 66.0%", "FCN-8s 40 ms, 72.0%"):
        assert part in words


@pytest.mark.parametrize("points", [[], POINTS[:1]])
def test_few_points_still_make_an_axis(points):
    low, high = scatter(points, **SETTINGS)["layout"]["xaxis"]["range"]
    assert low < high
