"""The Try to break it section's handlers as plain functions."""

import numpy as np
import pytest

from segdemo import inference
from segdemo.corruptions import CORRUPTIONS, agreement
from segdemo.ui.segment import break_section, break_trial
from segdemo.ui.segment.results import RESULTS
from segdemo.ui.source import picture

PALACE = {"example": "palace"}
NAMES = ["fcn32s"]


def test_a_clean_photo_agrees_with_itself():
    grid, notice = break_section.on_open(PALACE, NAMES, break_trial.clean())
    assert notice == "<p></p>"
    assert "100.0% the same, mIoU 100.0%" in grid["pictures"][-1]["note"]


def test_the_numbers_are_those_of_the_masks():
    photo = break_trial.working_photo(RESULTS.of(picture(PALACE)[0], NAMES).pixels)
    assert photo.shape[:2] == inference.working_size(427, 640)
    trial = break_trial.trials(photo, break_trial.checked({"shift": 16.0}), NAMES)["fcn32s"]
    clean = inference.segment(photo, NAMES)["fcn32s"].mask
    assert not trial.defined[:, -16:].any()
    assert trial.defined[:, :-16].all()
    assert trial.agreement == agreement(clean, trial.mask, trial.defined)
    assert 0.5 < trial.agreement < 1


def test_every_slider_starts_where_it_opens_and_all_clean_puts_it_back():
    amounts = {n: break_section.DEFAULT.get(n, c.clean) for n, c in CORRUPTIONS.items()}
    _, _, setting = break_section.on_sliders(PALACE, NAMES, amounts)
    assert setting == break_trial.checked(break_section.DEFAULT)
    _, _, setting, *sliders = break_section.on_clean(PALACE, NAMES)
    assert setting == break_trial.clean()
    assert sliders == [corruption.clean for corruption in CORRUPTIONS.values()]


@pytest.mark.parametrize("amount", [99, -1, None, "<b>", float("nan")])
def test_an_amount_no_slider_gives_changes_only_the_notice(amount):
    grid, notice = break_section.on_open(PALACE, NAMES, {"shift": amount})
    assert grid == {"__type__": "update"}
    assert "from 0 to 32" in notice


def test_a_curve_grows_to_all_amounts_and_is_remembered(monkeypatch):
    *_, (figure, _) = break_section.on_curve(PALACE, NAMES, "brightness")
    line = figure["data"][0]
    assert line["x"] == list(CORRUPTIONS["brightness"].amounts)
    assert line["y"][line["x"].index(1.0)] == 1.0
    assert min(line["y"]) < 0.95

    def refuse(*_: object) -> None:
        raise AssertionError("worked out twice")

    monkeypatch.setattr(inference, "segment", refuse)
    *_, (again, _) = break_section.on_curve(PALACE, NAMES, "brightness")
    assert again == figure


def test_an_unknown_slider_has_no_curve():
    ((figure, notice),) = break_section.on_curve(PALACE, NAMES, "fog")
    assert figure == {"__type__": "update"}
    assert "not known" in notice


def test_undefined_pixels_are_grey():
    photo = np.zeros((4, 4, 3), np.uint8)
    defined = np.ones((4, 4), bool)
    defined[0, 0] = False
    made = break_section._over(photo, np.zeros((4, 4), np.uint8), defined)
    assert made[0, 0].tolist() == [128] * 3
