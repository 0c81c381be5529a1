"""The command line over photos: what it writes, what it skips, what it refuses."""

import json

import numpy as np
import pytest
from PIL import Image

from segdemo.labels import PHOTOS, read_mask
from segdemo.segment import areas, main


@pytest.fixture
def folder(tmp_path):
    rng = np.random.default_rng(0)
    photos = tmp_path / "photos"
    photos.mkdir()
    for name, size in (("a.jpg", (40, 60)), ("b.png", (33, 21))):
        pixels = rng.integers(0, 256, (*size, 3), dtype=np.uint8)
        Image.fromarray(pixels).save(photos / name)
    return photos


def test_every_photo_gets_masks_overlays_and_areas(folder, tmp_path):
    out = tmp_path / "out"
    assert main([str(folder), "--architectures", "fcn8s", "fcn32s", "--out", str(out)]) == 0
    endings = ("fcn8s.png", "fcn8s.overlay.png", "fcn32s.png", "fcn32s.overlay.png", "json")
    assert {p.name for p in out.iterdir()} == {f"{s}.{e}" for s in "ab" for e in endings}
    assert read_mask(out / "a.fcn8s.png", PHOTOS).shape == (40, 60)
    with Image.open(out / "b.fcn32s.png") as mask, Image.open(out / "b.fcn8s.overlay.png") as over:
        assert mask.mode == "P"
        assert mask.size == over.size == (21, 33)
    summary = json.loads((out / "a.json").read_text())
    assert (summary["height"], summary["width"]) == (40, 60)
    for found in summary["architectures"].values():
        assert sum(found["areas"].values()) == pytest.approx(1, abs=1e-3)
        assert found["milliseconds"] > 0


def test_a_bad_file_is_named_and_skipped_and_the_rest_done(folder, tmp_path, capsys):
    (folder / "broken.jpg").write_bytes(b"\xff\xd8\xff no picture")
    out = tmp_path / "out"
    assert main([str(folder), "--architectures", "fcn32s", "--out", str(out)]) == 1
    said = capsys.readouterr().err
    assert "skipped" in said
    assert "broken.jpg" in said
    assert "2 segmented, 1 skipped" in said
    assert (out / "b.json").exists()


def test_two_photos_of_one_name_do_not_overwrite_each_other(folder, tmp_path):
    other = tmp_path / "more"
    other.mkdir()
    (other / "a.jpg").write_bytes((folder / "a.jpg").read_bytes())
    out = tmp_path / "out"
    both = [str(folder / "a.jpg"), str(other / "a.jpg")]
    assert main([*both, "--architectures", "fcn32s", "--out", str(out)]) == 0
    assert (out / "a.json").exists()
    assert (out / "a-2.json").exists()


def test_an_unknown_architecture_and_an_empty_folder_are_refused(folder, tmp_path, capsys):
    assert main([str(folder), "--architectures", "segnet", "--out", str(tmp_path / "out")]) == 2
    assert "'segnet' is not known; choose from fcn32s" in capsys.readouterr().err
    empty = tmp_path / "empty"
    empty.mkdir()
    assert main([str(empty), "--out", str(tmp_path / "out")]) == 2
    assert "no file was found" in capsys.readouterr().err


def test_areas_are_shares_largest_first():
    mask = np.zeros((2, 5), np.uint8)
    mask[0, :3] = 16
    assert areas(mask, PHOTOS) == {"building": 0.7, "cat": 0.3}
