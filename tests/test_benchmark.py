"""The benchmark's own arithmetic: rounds, medians, ratios; its rows run."""

import numpy as np

from segdemo.benchmark import segmentation, timing


def test_rows_are_timed_in_turn_and_warmed_up_once():
    calls = []
    rows = {name: (lambda n=name: calls.append(n)) for name in ("a", "b")}
    medians = timing.timed(rows, rounds=3)
    assert calls == ["a", "b"] * 4
    assert list(medians) == ["a", "b"]
    assert all(value >= 0 for value in medians.values())


def test_the_table_gives_ratios_to_its_unit(capsys):
    timing.print_table("photo", {"x": 50.0, "y": 125.0}, "x")
    assert capsys.readouterr().out.splitlines()[-1] == "| y | 125 | 2.50 |"


def test_the_photo_is_the_same_every_time():
    photo = segmentation.photo()
    assert photo.shape == (480, 640, 3)
    assert photo.std() > 10
    np.testing.assert_array_equal(photo, segmentation.photo())


def test_the_bare_network_gives_every_head_asked_for():
    scores = segmentation.bare_heads(["fcn8s", "dilated"], segmentation.photo((64, 96)))()
    assert list(scores) == ["fcn8s", "dilated"]
