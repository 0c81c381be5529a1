"""The Measure section's handlers as plain functions."""

import base64
from io import BytesIO
from types import SimpleNamespace

import numpy as np
import pytest
from PIL import Image

from segdemo import metrics
from segdemo.labels import IGNORE_INDEX, PHOTOS
from segdemo.ui.examples import EXAMPLES
from segdemo.ui.segment import measure_section, measure_truth
from segdemo.ui.segment.measure_scores import error_map, scores
from segdemo.ui.segment.results import RESULTS
from segdemo.ui.source import picture

PALACE, CAT = {"example": "palace"}, {"example": "cat"}
NAMES = ["fcn8s"]


def skipped(output: object) -> bool:
    return isinstance(output, dict) and output == {"__type__": "update"}


def drawing(pixels: np.ndarray) -> str:
    buffer = BytesIO()
    Image.fromarray(pixels).save(buffer, "PNG")
    return measure_truth.PREFIX + base64.b64encode(buffer.getvalue()).decode()


def sent(source: dict[str, str], mask: np.ndarray) -> SimpleNamespace:
    grey = np.repeat(mask[..., None], 3, axis=-1)
    return SimpleNamespace(_data={"key": measure_truth.key(source), "mask": drawing(grey)})


@pytest.fixture
def cat_mask() -> np.ndarray:
    mask = np.full((300, 451), IGNORE_INDEX, np.uint8)
    mask[100:200, 100:300] = PHOTOS.index("cat")
    return mask


def test_it_opens_with_the_examples_own_ground_truth():
    truth, notice, canvas, tables, errors, trimap, ceiling, matrix, _ = measure_section.on_open(
        PALACE, NAMES, None, ""
    )
    assert "drawn for this example" in notice
    mask = measure_truth.unpack(truth)
    assert (mask == measure_truth.of_example("palace")).all()
    prediction = RESULTS.of(picture(PALACE)[0], NAMES).masks["fcn8s"]
    counted = metrics.confusion(mask, prediction, len(PHOTOS))
    assert f"{100 * metrics.miou(counted):.1f} %" in tables
    assert [shot["title"] for shot in errors["pictures"]] == ["Ground truth", "FCN-8s"]
    assert canvas["key"] == measure_truth.key(PALACE)
    assert trimap["data"][0]["name"] == "FCN-8s"
    assert [line["name"] for line in ceiling["data"]][-1] == "FCN-8s itself"
    assert matrix["data"][0]["y"] == ["building", "tree", "sky", "water"]


def test_a_photo_without_one_says_what_to_do():
    truth, _, canvas, tables, errors, *plots, _ = measure_section.on_open(CAT, NAMES, None, "")
    assert truth is None
    assert "no ground truth yet" in errors["sentence"]
    assert tables == ""
    assert plots == [None, None, None]
    assert canvas["width"] == 451


def test_another_photos_ground_truth_is_not_used(cat_mask):
    other = measure_truth.pack(cat_mask, CAT, "drawn by you")
    truth, *_ = measure_section.on_open(PALACE, NAMES, other, "")
    assert truth["of"] == measure_truth.key(PALACE)
    assert measure_section.on_open({"example": "coffee"}, NAMES, other, "")[0] is None
    assert measure_section.on_open(CAT, NAMES, other, "")[0] == other


def test_an_upload_is_measured_and_a_bad_one_changes_only_the_notice(tmp_path, cat_mask):
    path = tmp_path / "truth.png"
    Image.fromarray(cat_mask).save(path)
    truth, notice, *_ = measure_section.on_upload(str(path), "auto", CAT, NAMES, None)
    assert "read as this page" in notice
    assert (measure_truth.unpack(truth) == cat_mask).all()
    kept, notice, *rest = measure_section.on_upload(str(path), "auto", PALACE, NAMES, truth)
    assert kept == truth
    assert "451 x 300 pixels, but must have the 640 x 427" in notice
    assert all(skipped(output) for output in rest)
    _, notice, *_ = measure_section.on_upload(str(path), "<script>", CAT, NAMES, truth)
    assert "<script>" not in notice


def test_a_drawing_is_measured(cat_mask):
    truth, notice, *_ = measure_section.on_drawn(CAT, NAMES, None, sent(CAT, cat_mask))
    assert "drawn by you" in notice
    assert (measure_truth.unpack(truth) == cat_mask).all()


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (None, "another photo"),
        ({"key": "x"}, "another photo"),
        ({"key": measure_truth.key(CAT)}, "must come as a PNG"),
        ({"key": measure_truth.key(CAT), "mask": "data:text/html,x"}, "must come as a PNG"),
        ({"key": measure_truth.key(CAT), "mask": measure_truth.PREFIX + "!!"}, "damaged"),
        (
            {"key": measure_truth.key(CAT), "mask": measure_truth.PREFIX + "A" * 800_000},
            "at most 700 kB",
        ),
        (
            {"key": measure_truth.key(CAT), "mask": drawing(np.zeros((5, 5), np.uint8))},
            "5 x 5 pixels",
        ),
        (
            {"key": measure_truth.key(CAT), "mask": drawing(np.full((300, 451), 99, np.uint8))},
            "index 99",
        ),
        (
            {"key": measure_truth.key(CAT), "mask": drawing(np.full((300, 451), 255, np.uint8))},
            "labels no pixel",
        ),
        (
            {
                "key": measure_truth.key(CAT),
                "mask": drawing(np.tile(np.array([1, 2, 3], np.uint8), (300, 451, 1))),
            },
            "in grey",
        ),
    ],
)
def test_any_other_payload_is_refused_and_changes_nothing_else(data, words):
    event = SimpleNamespace(_data=data)
    truth, notice, *rest = measure_section.on_drawn(CAT, NAMES, None, event)
    assert truth is None
    assert words in notice
    assert all(skipped(output) for output in rest)


def test_the_trimap_judges_near_the_outlines_and_thin_bands_are_bridged():
    truth = np.zeros((40, 40), np.uint8)
    truth[:, 20:] = 1
    banded = truth.copy()
    banded[:, 18:22] = IGNORE_INDEX
    perfect = scores(banded, truth, 2)
    assert perfect.boundary_f == 1
    assert perfect.trimap[0] == 1
    wrong = truth.copy()
    wrong[:, 20:22] = 0
    assert scores(banded, wrong, 2).miou == 1  # only unlabelled pixels are wrong
    assert scores(banded, wrong, 2).trimap[0] == pytest.approx(0.5)


def test_an_error_map_colours_wrong_pixels_and_only_them():
    pixels = np.full((16, 16, 3), 100, np.uint8)
    truth, prediction = np.zeros((2, 16, 16), np.uint8)
    prediction[:4] = 1
    truth[8:] = IGNORE_INDEX
    made = error_map(pixels, truth, prediction).astype(int)
    assert (made[:4, :, 0] > made[:4, :, 2] + 30).all()
    assert (made[4:, :, 0] == made[4:, :, 2]).all()
    assert (made[8:] > made[5]).all()


def test_examples_with_outlines_are_named_in_the_advice():
    for name, shown in EXAMPLES.items():
        if measure_truth.of_example(name) is not None:
            assert shown.title in measure_section.MISSING
