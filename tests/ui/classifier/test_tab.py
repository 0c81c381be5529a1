"""The Classifier tab's handlers as plain functions, and the numbers and formulas in its text."""

import math
import re
from dataclasses import replace
from io import BytesIO
from types import SimpleNamespace

import gradio as gr
import numpy as np
import pytest
from PIL import Image

from segdemo.heatmap.network import class_index, class_names, classifier, score_map
from segdemo.heatmap.scores import map_side
from segdemo.heatmap.strides import phases
from segdemo.models.convolutionalize import score_map_size
from segdemo.models.phase import STRIDED_KERNELS
from segdemo.ui.classifier import changes, growth, heat, linear, sliding, strides
from segdemo.ui.classifier import field as classifier_field
from segdemo.ui.classifier.changes import (
    STEPS,
    on_example,
    on_open,
    on_step,
    on_upload,
    on_value,
)
from segdemo.ui.classifier.scene import CACHE, REMEMBERED, Cache, scene_of
from segdemo.ui.classifier.setting import (
    Setting,
    address_of,
    checked_point,
    checked_shorter,
    checked_stride,
    linked,
    opening_setting,
)

CAT = Setting({"example": "cat"}, index=285, shorter=224, mounted=True)
NOTICE, ADDRESS, PHOTO, PICKER, TOP, SEARCH, SHORTER = range(1, 8)
FIRST = 11  # where the steps' outputs start


def skipped(output: object) -> bool:
    return isinstance(output, dict) and output == {"__type__": "update"}


def shown_by(answer: list, name: str) -> list:
    """The outputs of one step."""
    start = FIRST
    for step, module in STEPS.items():
        if step == name:
            return answer[start : start + len(module.BLANK)]
        start += len(module.BLANK)
    raise AssertionError(name)


@pytest.fixture
def png(tmp_path) -> str:
    path = tmp_path / "ramp.png"
    ramp = np.linspace(0, 65535, 64 * 48).reshape(48, 64).astype(np.uint16)
    Image.fromarray(ramp).save(path)
    return str(path)


@pytest.fixture
def text(tmp_path) -> str:
    path = tmp_path / "notes.jpg"
    path.write_text("this is a letter and not a photo at all")
    return str(path)


def test_it_opens_with_the_cat_worked_out():
    steps, *answer = on_open(opening_setting())
    assert steps.selected == "linear" if hasattr(steps, "selected") else steps
    setting = answer[0]
    assert setting.index == 285
    assert answer[ADDRESS]["class"] == "285"
    assert answer[SEARCH] == 285
    assert answer[PICKER] == "cat"
    strips, html = shown_by(answer, "linear")
    assert [len(strip["numbers"]) for strip in strips["strips"]] == [1280, 1280]
    assert "1000 × 1280 × 1 × 1" in html
    for name, step in STEPS.items():
        if name != "linear":
            assert shown_by(answer, name) == step.BLANK


def test_the_products_and_the_bias_make_the_logit():
    scene = scene_of(CAT)
    (strips, html) = linear.shown(scene)
    products = strips["strips"][1]["numbers"]
    bias = float(classifier().classifier.bias[285])
    logit = float(scene.linear.linear[285])
    assert sum(products) + bias == pytest.approx(logit, abs=0.05)
    assert f"makes the logit {logit:.3f} of Egyptian cat" in html
    assert f"<strong>{scene.linear.difference:.1e}</strong>" in html


@pytest.mark.parametrize("size", [(200, 304), (225, 257), (448, 896)])
def test_the_formula_for_the_maps_size_is_the_networks(size):
    assert r"h = \left\lceil \tfrac{H}{32} \right\rceil - 6" in growth.TEXT
    assert tuple(math.ceil(side / 32) - 6 for side in size) == score_map_size(score_map(), size)
    assert tuple(map_side(side) for side in size) == score_map_size(score_map(), size)


def test_the_map_grows_with_the_photo():
    small, large = (
        growth.shown(scene_of(replace(CAT, shorter=shorter)))[0]["panes"][0]
        for shorter in (200, 256)
    )
    assert (len(small["logit"]), len(small["logit"][0])) == (1, 4)
    assert (len(large["logit"]), len(large["logit"][0])) == (2, 6)
    assert large["scale"] == pytest.approx(384 / 672)
    assert small["scale"] < large["scale"]
    assert "⌈256 / 32⌉ − 6 = 2 by ⌈384 / 32⌉ − 6 = 6 cells, 12 windows" in large["note"]


@pytest.mark.parametrize("scored", ["cells", "windows"])
def test_the_heat_map_is_the_classs_probability(scored):
    scene = scene_of(replace(CAT, step="heat", scored=scored))
    (value,) = heat.shown(scene)
    (pane,) = value["panes"]
    maps = scene.maps(32, windows=scored == "windows")
    np.testing.assert_allclose(pane["probability"], maps.probabilities(285), rtol=1e-3)
    np.testing.assert_allclose(pane["logit"], maps.of(285), atol=1e-3)
    assert value["name"] == "Egyptian cat"
    assert value["limits"]["probability"][0] == 0
    assert value["limits"]["logit"] == (maps.of(285).min(), maps.of(285).max())
    assert pane["window"] == (224 if scored == "windows" else None)


def test_the_phase_formula_on_the_page_is_the_one_that_is_used():
    assert r"\left( \tfrac{k_m - 1}{2} - p_m \right)" in strides.TEXT
    for size in (224, 232, 300, 301, 320, 328):
        for stride, skipped_layers in ((16, 4), (8, 3)):
            n, total = size, 0
            for layer, k in enumerate(STRIDED_KERNELS):
                p = math.floor(max(2 * math.ceil(n / 2) - 2 + k - n, 0) / 2)
                if layer >= skipped_layers:
                    total += 2 ** (layer - skipped_layers) * ((k - 1) // 2 - p)
                n = math.ceil(n / 2)
            assert phases((size, size), stride) == (total, total)


def test_strides_shows_where_the_coarse_cells_stand():
    view, html, instead = strides.shown(scene_of(replace(CAT, step="strides")))
    assert [pane["stride"] for pane in view["panes"]] == [32, 16, 8]
    assert view["panes"][0]["marks"] is None
    assert view["panes"][2]["marks"] == {"first": (3, 1), "step": 4}  # 224 and 336 pixels
    coarse, _, dense = (np.array(pane["logit"]) for pane in view["panes"])
    np.testing.assert_allclose(dense[3::4, 1::4], coarse, atol=2e-3)
    assert "4i + 3" in html
    assert "4j + 1" in html
    assert "(?tab=segment&architectures=fcn32s,fcn16s,fcn8s,dilated&example=cat)" in instead


def test_the_field_is_drawn_and_counted():
    drawing, html = classifier_field.shown(scene_of(replace(CAT, step="field", point=(0.4, 0.6))))
    assert drawing["field"] == 851
    assert [pane["stride"] for pane in drawing["panes"]] == [32, 16, 8]
    for pane in drawing["panes"]:
        y, x = (
            first + pane["stride"] * cell
            for first, cell in zip(pane["first"], pane["cell"], strict=True)
        )
        assert abs(y - 0.4 * 224) <= pane["stride"] / 2
        assert abs(x - 0.6 * 336) <= pane["stride"] / 2
        assert pane["shade"].startswith("data:image/png")
        assert "Egyptian cat" in pane["note"]
    assert html.count("851 × 851") == 3


def test_sliding_waits_for_the_button_then_keeps_its_result():
    scene = scene_of(replace(CAT, source={"example": "coffee"}, index=967, step="sliding"))
    CACHE.results["sliding"].clear()
    numbers, view, exact = sliding.shown(scene)
    assert (numbers, view) == ("", None)
    assert "equal to the last bit: largest difference 0." in exact
    *progress, last = changes.on_slide(scene.setting)
    assert [line for _, _, line in progress] == [f"Window {n} of 4" for n in range(1, 5)]
    numbers, view, line = last
    assert line == "Done."
    assert len(view["panes"]) == 2
    comparison = scene.sliding
    assert f"{comparison.ratio:.1f}" in numbers
    assert f"{comparison.correlation():.3f}" in numbers
    assert f"{comparison.correlation(967):.3f}" in numbers
    assert f"{comparison.correlation_within():.3f}" in numbers
    assert "espresso" in numbers
    assert next(iter(changes.on_slide(scene.setting)))[2] == "Done."  # at once


def test_the_first_message_of_the_first_step_is_no_wish():
    fresh = replace(CAT, mounted=False, step="heat")
    answer = on_step("linear", fresh)
    assert answer[0] == replace(fresh, mounted=True)
    assert all(skipped(output) for output in answer[1:])
    again = on_step("linear", answer[0])
    assert again[0].step == "linear"
    assert len(again) == len(answer)


def test_an_example_comes_under_its_own_class():
    answer = on_example("coffee", CAT)
    assert answer[0].source == {"example": "coffee"}
    assert class_names()[answer[0].index] == "espresso"
    assert answer[PHOTO] is None
    assert "espresso, 88" in str(answer[TOP].choices if hasattr(answer[TOP], "choices") else answer)


@pytest.mark.parametrize("name", ["../../app", None, 7, "dog<script>", ["cat"]])
def test_an_unknown_example_is_refused_and_escaped(name):
    answer = on_example(name, CAT)
    assert answer[0] == CAT
    assert "is not known" in answer[NOTICE]
    assert "<script>" not in answer[NOTICE]
    assert answer[PICKER] == "cat"
    assert all(skipped(output) for output in answer[FIRST:])


def test_an_upload_is_never_in_the_link(png):
    answer = on_upload(png, CAT)
    assert answer[0].source == {"upload": png}
    assert "64 × 48 pixels; 16-bit grey scaled to 8-bit" in answer[NOTICE]
    assert "example" not in answer[ADDRESS]
    assert png not in str(answer[ADDRESS])
    assert answer[PICKER] is None
    assert skipped(answer[PHOTO])


def test_a_bad_upload_changes_nothing_but_the_notice(text, png):
    before = replace(CAT, source={"upload": png}, index=3)
    answer = on_upload(text, before)
    assert answer[0] == before
    assert "This file looks like text, but a photo is needed" in answer[NOTICE]
    assert answer[PHOTO] == png
    assert answer[SEARCH] == 3


def test_clearing_the_box_keeps_the_photo(png):
    assert on_upload(None, CAT)[0] == CAT


@pytest.mark.parametrize(
    ("field", "check", "given"),
    [
        ("index", class_index, 1000),
        ("index", class_index, "<b>"),
        ("index", class_index, None),
        ("shorter", checked_shorter, "wide"),
        ("shorter", checked_shorter, float("inf")),
        ("shorter", checked_shorter, {"a": 1}),
        ("stride", checked_stride, 4),
        ("stride", checked_stride, "32; drop"),
        ("point", checked_point, [1]),
        ("point", checked_point, None),
        ("point", checked_point, ["a", "b"]),
        ("point", checked_point, [float("nan"), 0]),
    ],
)
def test_values_that_are_not_offered_change_nothing(field, check, given):
    answer = on_value(field, check, given, CAT)
    assert answer[0] == CAT
    assert "notice-error" in answer[NOTICE]
    assert "<b>" not in answer[NOTICE]
    assert answer[SHORTER] == 224


def test_sizes_and_points_are_pulled_to_what_is_offered():
    assert [checked_shorter(n) for n in (1, 1e9, 225, "320")] == [200, 448, 224, 320]
    assert checked_point((-3, 0.25)) == (0.0, 0.25)


def test_a_point_comes_as_the_drawings_event():
    event = SimpleNamespace(_data={"point": [0.25, 2]})
    answer = changes.on_point(replace(CAT, step="linear"), event)
    assert answer[0].point == (0.25, 1.0)
    assert "notice-error" in changes.on_point(CAT, SimpleNamespace(_data=None))[NOTICE]


def test_a_link_says_all_and_is_read_again():
    setting = Setting(
        {"example": "coffee"}, 967, 256, stride=16, scored="windows", point=(0.25, 0.75)
    )
    setting = replace(setting, step="heat")
    link = address_of(setting)
    assert link["tab"] == "classifier"
    assert linked(link, opening_setting(), list(STEPS)) == setting


def test_a_hostile_link_is_passed_over():
    hostile = {
        "example": "../app",
        "class": "<script>",
        "size": "nan",
        "stride": "7",
        "scored": "x",
        "point": "1",
        "step": "x",
    }
    assert linked(hostile, CAT, list(STEPS)) == CAT
    assert linked({"size": "99999", "point": "9,-9"}, CAT, list(STEPS)) == replace(
        CAT, shorter=448, point=(1.0, 0.0)
    )


@pytest.mark.parametrize("kind", ["png", "pdf", "svg"])
def test_the_files_are_what_they_say(kind):
    setting = replace(CAT, scored="windows")
    saved, _ = changes.on_file(kind, setting)
    assert saved["name"] == f"heatmap-egyptian-cat-stride32.{kind}"
    scene = scene_of(setting)
    content = heat.file(scene, kind)
    if kind == "png":
        assert Image.open(BytesIO(content)).size == scene.pixels.shape[1::-1]
    elif kind == "pdf":
        assert content.startswith(b"%PDF")
    else:
        words = re.sub(r"\s+", " ", content.decode())
        for word in ("Egyptian cat (285)", "224 × 336", "Stéfan van der Walt", "softmax"):
            assert word in words


def test_a_photo_that_is_gone_is_explained():
    gone = replace(CAT, source={"upload": "/nowhere/gone.png"})
    answer = on_step("heat", gone)
    assert "choose it again" in answer[NOTICE]
    assert "nowhere" not in answer[NOTICE]
    assert "choose it again" in next(iter(changes.on_slide(gone)))[2]
    assert "choose it again" in changes.on_file("png", gone)[1]


def test_the_cache_forgets_the_oldest():
    cache = Cache()
    for key in range(REMEMBERED["maps"] + 1):
        cache.of("maps", key, lambda: object())
    assert cache.peek("maps", 0) is None
    kept = cache.peek("maps", 1)
    assert cache.of("maps", 1, lambda: object()) is kept


def test_every_step_has_as_many_outputs_as_blanks():
    with gr.Blocks():
        for step in STEPS.values():
            assert len(step.build()) == len(step.BLANK)


def test_a_sliding_that_was_stopped_says_so():
    assert sliding.ended("Window 3 of 36") == "Stopped."
    assert sliding.ended("Done.") == gr.skip()
