"""The manifest: hashes, sizes, provenance, strict loading, golden outputs."""

import hashlib
import importlib

import pytest
import torch

from segdemo import weights
from segdemo.models.catalog import ARCHITECTURES
from segdemo.models.generative import GENERATIVE_MODELS
from segdemo.training.ship import reference_scores
from segdemo.training.ship_generative import reference_outputs
from segdemo.training.ship_imagenet import imagenet_classes, reference_logits

ENTRIES = sorted(weights.manifest())
REQUIRED = (
    "model", "arguments", "files", "classes", "normalisation", "dataset", "licence", "recipe",
    "seed", "commit", "metrics", "golden",
)  # fmt: skip
# An entry's model -> what it gives for a fixed input, by name, to compare with the stored output.
REFERENCES = {
    "segdemo.models.shared.SharedTrunkNetwork": reference_scores,
    "segdemo.models.imagenet_classifier.ImagenetClassifier": (
        lambda name: reference_logits(weights.load(name))
    ),
    **dict.fromkeys(GENERATIVE_MODELS, reference_outputs),
}


@pytest.mark.parametrize("name", ENTRIES)
def test_every_file_is_as_listed_and_under_ten_megabytes(name):
    for file in weights.entry(name)["files"]:
        content = (weights.WEIGHTS / file["file"]).read_bytes()
        assert len(content) == file["bytes"] < 10_000_000
        assert hashlib.sha256(content).hexdigest() == file["sha256"]


@pytest.mark.parametrize("name", ENTRIES)
def test_every_entry_says_where_it_comes_from(name):
    entry = weights.entry(name)
    assert all(entry[key] not in (None, "", []) for key in REQUIRED)
    assert entry["metrics"]["split"]


def test_every_weight_file_is_in_the_manifest_and_in_the_licence():
    listed = {file["file"] for name in ENTRIES for file in weights.entry(name)["files"]}
    assert listed == {path.name for path in weights.WEIGHTS.glob("*.safetensors")}
    licence = (weights.WEIGHTS / "LICENSE.md").read_text()
    assert all(f"## {name.split('-')[0]}-" in licence for name in ENTRIES)


@pytest.mark.parametrize("name", ENTRIES)
def test_every_entry_reproduces_its_stored_output(name):
    stored = weights.entry(name)["golden"]
    found = REFERENCES[weights.entry(name)["model"]](name)
    assert found.keys() == stored.keys()
    for part, scores in found.items():
        assert scores == pytest.approx(stored[part], abs=0.02, rel=0.01)


def test_every_model_that_can_be_built_is_named_as_it_is_imported():
    for model in weights.BUILDERS:
        module, _, kind = model.rpartition(".")
        assert hasattr(importlib.import_module(module), kind)


def test_the_imagenet_weights_build_the_classifier_strictly_and_whole():
    network = weights.load("imagenet")
    assert not network.training
    assert all(p.dtype == torch.float32 and not p.is_meta for p in network.parameters())
    assert weights.entry("imagenet")["classes"] == imagenet_classes()
    with pytest.raises(ValueError, match="no heads to choose from; leave"):
        weights.load("imagenet", ["fcn8s"])


def test_a_missing_tensor_is_an_error_not_a_random_layer(monkeypatch):
    found = weights.entry("imagenet")
    trunk_alone = {**found, "files": found["files"][:1]}
    monkeypatch.setitem(weights.manifest(), "imagenet", trunk_alone)
    with pytest.raises(RuntimeError, match=r"Missing key.*features\.head\.weight"):
        weights.load("imagenet")


def test_the_photos_weights_hold_all_architectures_of_the_catalog():
    assert weights.entry("photos")["arguments"]["architectures"] == list(ARCHITECTURES)


def test_loading_some_heads_reads_no_others_and_is_strict(tmp_path, monkeypatch):
    network = weights.load("photos", ["dilated"])
    assert list(network.heads) == ["dilated_frontend", "dilated"]
    assert not network.training
    assert all(p.dtype == torch.float32 and not p.is_meta for p in network.parameters())


def test_a_changed_file_is_refused(tmp_path, monkeypatch):
    for path in weights.WEIGHTS.iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    trunk = tmp_path / "photos-trunk.safetensors"
    content = bytearray(trunk.read_bytes())
    content[-1] ^= 1
    trunk.write_bytes(content)
    monkeypatch.setattr(weights, "WEIGHTS", tmp_path)
    with pytest.raises(ValueError, match="sha256 differs"):
        weights.load("photos", ["fcn8s"])
    trunk.unlink()
    with pytest.raises(ValueError, match="is missing"):
        weights.load("photos", ["fcn8s"])
