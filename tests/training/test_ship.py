"""Shipping: what is taken back of the loss's weights, and files that stay under their bound."""

import numpy as np
import pytest
import torch
from PIL import Image

from segdemo import weights
from segdemo.labels import PHOTOS, write_mask
from segdemo.training import ship
from segdemo.training.recipes import SEGMENTATION_RECIPES


def test_offsets_take_the_class_weights_back_and_favour_other(tmp_path):
    for part in ("images", "labels"):
        (tmp_path / part).mkdir()
    truth = np.zeros((40, 50), np.uint8)
    truth[:4] = PHOTOS.index("cat")
    Image.fromarray(np.zeros((40, 50, 3), np.uint8)).save(tmp_path / "images" / "a.png")
    write_mask(truth, PHOTOS, tmp_path / "labels" / "a.png")
    (tmp_path / "train.txt").write_text("a\n")
    recipe = SEGMENTATION_RECIPES["photos"]
    offsets = ship.score_offsets(recipe, tmp_path)
    cat, building = offsets[PHOTOS.index("cat")], offsets[PHOTOS.index("building")]
    assert cat - building == pytest.approx(-recipe.class_balance * np.log(0.9 / 0.1), abs=1e-3)
    rare, other = offsets[PHOTOS.index("boat")], offsets[PHOTOS.index("other")]
    assert other - rare == pytest.approx(recipe.other_bonus, abs=1e-3)


def test_parts_are_written_in_float16_and_read_back_by_their_heads(tmp_path, monkeypatch):
    monkeypatch.setattr(weights, "WEIGHTS", tmp_path)
    state = {
        "trunk.stem.weight": torch.randn(32, 3, 3, 3),
        "heads.fcn8s.score_fr.bias": torch.randn(22),
        "heads.unet.norm4.num_batches_tracked": torch.tensor(7),
    }
    files = ship.write_parts("made", state)
    assert [f["part"] for f in files] == ["trunk", "fcn8s", "unet"]
    ship.write_entry("made", {"files": files})
    try:
        read = weights.load_files("made", ["trunk", "unet"])
    finally:
        weights.manifest.cache_clear()
    assert set(read) == {"trunk.stem.weight", "heads.unet.norm4.num_batches_tracked"}
    stem = state["trunk.stem.weight"]
    torch.testing.assert_close(read["trunk.stem.weight"], stem.half().float(), atol=0, rtol=0)
    assert read["heads.unet.norm4.num_batches_tracked"] == 7
