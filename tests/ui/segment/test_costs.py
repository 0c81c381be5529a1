"""What the scatters and the table say of the architectures, against the manifest."""

import pytest

from segdemo.models.catalog import ARCHITECTURES
from segdemo.ui import tables
from segdemo.ui.model_facts import measured
from segdemo.ui.segment import costs
from segdemo.ui.segment.results import Photo

TIMES = {"fcn8s": 12.5, "unet": 30.0}
PHOTO = Photo(
    {}, (), b"", {name: {"numbers": {"milliseconds": time}} for name, time in TIMES.items()}
)


def places(figure: dict) -> dict[str, tuple[float, float]]:
    return {
        title: (x, y)
        for trace in figure["data"]
        for title, x, y in zip(trace["text"], trace["x"], trace["y"], strict=True)
    }


def test_times_stand_only_for_what_was_measured_here():
    time, _, _ = costs.figures(PHOTO, ["fcn8s"])
    assert places(time) == {"FCN-8s": (12.5, measured("fcn8s")["miou"])}


@pytest.mark.parametrize(
    ("number", "key", "factor"), [(1, "parameters", 1e6), (2, "multiply_adds", 1e9)]
)
def test_counts_stand_for_every_architecture(number, key, factor):
    found = places(costs.figures(PHOTO, ["fcn8s", "unet"])[number])
    assert found.keys() == {architecture.title for architecture in ARCHITECTURES.values()}
    for name, architecture in ARCHITECTURES.items():
        assert found[architecture.title][0] * factor == pytest.approx(measured(name)[key])
        assert found[architecture.title][1] == measured(name)["miou"]


def test_all_figures_share_the_axis_of_accuracy():
    ranges = [figure["layout"]["yaxis"]["range"] for figure in costs.figures(PHOTO, ["unet"])]
    assert ranges[0] == ranges[1] == ranges[2]


def test_the_table_holds_the_same_numbers():
    html = costs.numbers(PHOTO, ["fcn8s", "unet"])
    assert html.count("<tr>") == 1 + len(ARCHITECTURES)
    assert "12.5 ms" in html
    assert html.count(" ms<") == 2
    assert tables.percent(measured("pspnet")["miou"]) in html
