"""Look inside: what the browser gets in every view, and what hostile payloads meet."""

import base64
import json
from io import BytesIO
from pathlib import Path
from typing import Any

import gradio as gr
import numpy as np
import pytest
from PIL import Image

from segdemo.inside import fields, skips, unet_skips
from segdemo.inside.features import largest_class
from segdemo.labels import PHOTOS
from segdemo.models.catalog import ARCHITECTURES
from segdemo.ui.segment import inside_figures as figures
from segdemo.ui.segment import inside_section
from segdemo.ui.segment.inside_settings import VIEWS, Settings, checked, linked

PALACE = {"example": "palace"}
NAMES = ["fcn32s", "unet"]


def shown(names: list[str] = NAMES, source: dict[str, str] = PALACE, **changes: Any) -> dict:
    return inside_section.on_open(source, names, changes)[0]


def picture(uri: str) -> np.ndarray:
    return np.array(Image.open(BytesIO(base64.b64decode(uri.partition(",")[2]))))


def numbers(figure: dict[str, Any]) -> np.ndarray:
    """What a map's bytes stand for, as the browser reads them."""
    steps = picture(figure["png"]).astype(float)
    return figure["low"] + steps / 255 * (figure["high"] - figure["low"])


def event(payload: Any) -> gr.EventData:
    return gr.EventData(None, payload)


@pytest.fixture(scope="module")
def features():
    return inside_section.seen(PALACE)


# The figures


def test_a_map_is_sent_to_half_a_step():
    values = np.random.default_rng(0).normal(size=(7, 9)).astype(np.float32)
    figure = figures.number_map("t", "n", values)
    assert figure["signed"]
    assert figure["low"] == -figure["high"]
    step = (figure["high"] - figure["low"]) / 255
    assert abs(numbers(figure) - values).max() <= step / 2 + 1e-6
    assert picture(figure["png"]).shape == (figure["height"], figure["width"]) == (7, 9)


def test_a_map_that_is_nowhere_negative_begins_at_0_and_a_constant_one_has_a_scale():
    figure = figures.number_map("t", "n", np.full((2, 3), 5, np.float32))
    assert (figure["low"], figure["high"], figure["signed"]) == (0, 5, False)
    assert figures.limits(np.zeros((2, 2), np.float32)) == (0, 1)


def test_small_grids_carry_their_numbers():
    kernel = np.array([[0.25, -0.5], [1, 0]], np.float32)
    assert figures.grid("t", "n", kernel, (-1, 1))["numbers"] == [[0.25, -0.5], [1, 0]]
    assert figures.grid("t", "n", np.eye(22, dtype=np.float32), (0, 1))["numbers"] is None


def test_a_field_is_sent_as_tenths_of_powers_below_its_largest():
    gradient = np.array([[1e-9, 0.2, 2.0], [0.02, 0.002, 0]], np.float32)
    figure = figures.field("t", "n", gradient, [fields.Box(0, 1, 0, 2)], (0, 2))
    np.testing.assert_allclose(numbers(figure), [[-3, -1, 0], [-2, -3, -3]], atol=0.01)
    assert figure["boxes"] == [[0, 1, 0, 2]]
    assert figures.field("t", "n", gradient * 0, [], (0, 0))["high"] == 0


# The views


@pytest.mark.parametrize("view", VIEWS)
def test_every_view_says_what_to_look_at_and_is_json(view):
    value = shown(view=view)
    assert "error" not in value
    assert value["settings"]["view"] == view
    assert value["sentence"]
    assert value["note"]
    assert len(json.dumps(value)) < 900_000
    assert picture(value["photo"]).shape == (value["height"], value["width"], 3)
    for row in value["rows"]:
        assert row["title"]
        for figure in row["figures"]:
            for part in figure.get("parts", [figure]):
                assert picture(part["png"]).shape == (part["height"], part["width"])


def test_the_skips_add_up_in_what_is_sent(features):
    value = shown(view="skips", class_index=PHOTOS.index("sky"))
    _, sums, added, own, separate = value["rows"]
    total = sum(numbers(figure) for figure in added["figures"])
    step = (added["figures"][0]["high"] - added["figures"][0]["low"]) / 255
    last = sums["figures"][-1]
    room = 1.5 * step + (last["high"] - last["low"]) / 510 + 1e-4
    assert abs(total - numbers(last)).max() <= room
    assert [figure["width"] for figure in own["figures"]] == [14, 28, 56]
    last_mask = skips.terms(features)[-1].mask
    np.testing.assert_array_equal(picture(separate["figures"][-1]["png"]), last_mask)


def test_without_a_class_the_largest_is_shown(features):
    value = shown(view="skips")
    assert value["settings"]["class_index"] is None
    assert value["class_index"] == largest_class(skips.terms(features)[-1].mask)


def test_the_ladder_and_the_fields_follow_the_architectures_chosen():
    titles = [row["title"] for row in shown(["unet"], view="ladder")["rows"]]
    assert titles == ["Trunk, shared by all", "U-Net"]
    titles = [row["title"] for row in shown(["pspnet", "fcn8s"], view="ladder")["rows"]]
    assert titles == ["Trunk, shared by all", "Trunk, dilated", "FCN-8s", "PSPNet"]
    fields_shown = shown(["dilated", "fcn32s"], view="field")["rows"][0]["figures"]
    assert [figure["title"] for figure in fields_shown] == ["FCN-32s", "Dilated + context"]


def test_the_context_modules_ladder_needs_the_dilated_trunk_too():
    titles = [row["title"] for row in shown(["dilated"], view="ladder")["rows"]]
    assert titles == ["Trunk, shared by all", "Trunk, dilated", "Dilated + context"]


def test_a_skip_switched_off_is_shown_beside_the_whole(features):
    value = shown(view="unet", off=[4, 16], fill="average")
    masks = value["rows"][0]["figures"]
    cut = unet_skips.without_skips(features, [16, 4], "average")
    np.testing.assert_array_equal(picture(masks[1]["png"]), cut.mask)
    assert "stride 16 and 4" in masks[1]["title"]
    assert "0.0 % of the pixels change class" in shown(view="unet", off=[])["rows"][0]["sentence"]


def test_the_switches_are_sent_as_corners():
    figure = shown(view="switches", stride=8)["rows"][0]["figures"][0]
    corners = picture(figure["corners"])
    assert corners.shape == (figure["height"] // 2, figure["width"] // 2)
    assert set(np.unique(corners)) <= {0, 1, 2, 3}


@pytest.mark.parametrize(
    ("x", "y", "pixel"), [(0, 0, [0, 0]), (1, 1, [287, 447]), (7, -3, [0, 447])]
)
def test_a_place_becomes_a_pixel_of_the_photo(x, y, pixel):
    value = shown(["fcn32s"], view="field", x=x, y=y)
    figure = value["rows"][0]["figures"][0]
    assert figure["pixel"] == pixel
    theory, effective = figure["boxes"]
    assert theory[0] <= effective[0] <= effective[1] <= theory[1]
    assert "95 % of the gradient" in figure["note"]
    assert len(value["rows"][1]["figures"]) == 5


@pytest.mark.parametrize("size", [(1600, 40), (33, 700), (16, 16), (301, 200)])
@pytest.mark.parametrize("view", VIEWS)
def test_any_size_of_upload_works(view, size, tmp_path: Path):
    path = tmp_path / "own.png"
    pixels = np.random.default_rng(0).integers(0, 256, (size[1], size[0], 3), dtype=np.uint8)
    Image.fromarray(pixels).save(path)
    value = shown(["fcn8s", "pspnet"], {"upload": str(path)}, view=view)
    assert "error" not in value
    assert max(value["height"], value["width"]) == 448


def test_the_trunk_runs_once_for_all_views_and_pixels(monkeypatch):
    made = []
    monkeypatch.setattr(inside_section, "FEATURES", inside_section.Remembered(1))
    monkeypatch.setattr(inside_section, "TRACED", inside_section.Remembered(1))
    for name in ("features_of", "traced_features"):
        real = getattr(inside_section, name)
        monkeypatch.setattr(
            inside_section, name, lambda p, real=real, name=name: made.append(name) or real(p)
        )
    for view in ("skips", "context", "unet", "switches", "field"):
        shown(["fcn32s"], view=view)
    shown(["fcn32s"], view="field", x=0.2)
    assert made == ["features_of", "traced_features"]


# The handlers


def test_a_control_changes_the_view_and_is_remembered():
    payload = {**Settings().plain(), "view": "context"}
    value, kept = inside_section.on_settings(PALACE, NAMES, Settings().plain(), event(payload))
    assert value["settings"] == kept == payload
    assert "Front end" in value["rows"][0]["figures"][0]["title"]


@pytest.mark.parametrize(
    ("payload", "said"),
    [
        (None, "set of names"),
        ("skips", "set of names"),
        ([1, 2], "set of names"),
        ({"view": "../../etc"}, "not known; choose from skips, ladder"),
        ({"view": ["skips"]}, "is not known"),
        ({"view": {}}, "is not known"),
        ({"class_index": 22}, "class '22' is not known"),
        ({"class_index": True}, "is not known"),
        ({"class_index": -1}, "is not known"),
        ({"class_index": 1.5}, "is not known"),
        ({"stride": 2}, "choose from 16, 8, 4"),
        ({"off": "4"}, "must be a list"),
        ({"off": [4] * 1000}, "must be a list"),
        ({"off": [5]}, "skip '5' is not known"),
        ({"off": [[4]]}, "is not known"),
        ({"fill": "noise"}, "choose from zeros, average"),
        ({"x": float("nan")}, "from 0 to 1"),
        ({"y": float("inf")}, "from 0 to 1"),
        ({"y": "0.5"}, "from 0 to 1"),
        ({"x": True}, "from 0 to 1"),
    ],
)
def test_settings_that_cannot_be_used_change_nothing_but_the_sentence(payload, said):
    before = Settings(view="unet").plain()
    value, kept = inside_section.on_settings(PALACE, NAMES, before, event(payload))
    assert said in value["error"]
    assert len(value["error"]) < 250
    assert "rows" not in value
    assert value["settings"] == kept == before


def test_settings_are_read_back_as_they_were():
    settings = Settings("unet", 5, 8, (16, 4), "average", 0.25, 0.75)
    assert checked(json.loads(json.dumps(settings.plain()))) == settings
    assert checked({"off": [4, 16, 4], "x": 9, "stranger": 1}) == Settings(off=(16, 4), x=1.0)


@pytest.mark.parametrize(
    ("source", "names", "said"),
    [
        ({"example": "../app"}, NAMES, "is not known"),
        ({"upload": "/nowhere/gone.png"}, NAMES, "choose it again"),
        (PALACE, [], "choose at least one"),
        (PALACE, ["<b>"], "is not known"),
    ],
)
def test_a_source_that_cannot_be_used_is_explained(source, names, said):
    value = shown(names, source, view="field")
    assert said in value["error"]
    assert value["error"][0].isupper()
    assert "nowhere" not in value["error"]


def test_views_of_the_photo_alone_need_no_architecture():
    assert "error" not in shown([], view="skips")


def test_it_is_laid_out_with_what_it_needs():
    with gr.Blocks():
        source = gr.State(PALACE)
        choice = gr.CheckboxGroup(list(ARCHITECTURES), value=NAMES)
        opening = inside_section.build(source, choice)
    values = [component.value for component in opening.inputs]
    assert values == [PALACE, NAMES, Settings().plain()]
    view, settings = opening.handler(*values)
    assert view["settings"] == settings == Settings().plain()
    assert len(opening.outputs) == 2


def test_a_link_restores_the_view_and_what_is_set_in_it():
    found = {"look": "unet", "look_off": "4-16", "look_fill": "average", "look_class": "3"}
    wanted = linked(found, Settings())
    assert (wanted.view, set(wanted.off), wanted.fill, wanted.class_index) == (
        "unet", {4, 16}, "average", 3,
    )  # fmt: skip
    assert linked({"look": "unet", "look_off": "none"}, Settings()).off == ()
    assert linked({"look": "field", "look_x": "0.25", "look_y": "9"}, Settings()) == Settings(
        view="field", x=0.25, y=1.0
    )


@pytest.mark.parametrize(
    "found",
    [{"look": "nowhere"}, {"look_class": "x"}, {"look_off": "5"}, {"look_x": "nan"}, {}],
)
def test_a_link_that_says_what_cannot_be_changes_nothing(found):
    before = Settings(view="ladder", stride=8)
    assert linked(found, before) == before
