"""/reconstruct, /interpolate and /sample as plain functions, on small networks."""

from pathlib import Path

import gradio as gr
import numpy as np
import pytest
from PIL import Image

from segdemo.ui.generative import endpoint as endpoint
from segdemo.ui.small_examples import DIGITS
from tests.generation.small import small_shelf


@pytest.fixture(autouse=True)
def shelf(monkeypatch, tmp_path):
    monkeypatch.setenv("GRADIO_TEMP_DIR", str(tmp_path))
    monkeypatch.setattr(endpoint, "SHELF", small_shelf())


THREE, SEVEN = str(DIGITS / "3a.png"), str(DIGITS / "7b.png")


def test_reconstruct_writes_a_picture_a_model_and_ledgers_that_add_up(tmp_path):
    files, numbers = endpoint.reconstruct_file(THREE, "digits", 2.0)
    names = ["digits-ae-2", "digits-vae-2", "digits-pca-2"]
    assert list(numbers["models"]) == names
    assert [Path(f).name for f in files] == ["input.png", *(f"{name}.png" for name in names)]
    assert all(Path(f).is_relative_to(tmp_path) for f in files)
    np.testing.assert_allclose(Image.open(files[0]), Image.open(THREE), atol=8)
    book = numbers["models"]["digits-vae-2"]["ledger"]
    assert book["total"] == book["reconstruction"] + sum(book["kl"])
    assert book["samples"] == 64
    assert "ledger" not in numbers["models"]["digits-ae-2"]


def test_interpolate_writes_strips_of_both_ways():
    files, numbers = endpoint.interpolate_files(THREE, SEVEN, "digits", 16, 6)
    assert Path(files[0]).name == "crossfade.png"
    assert len(files) == 1 + 2 * len(numbers["models"])
    assert Image.open(files[1]).size == (6 * 28, 28)
    assert len(numbers["models"]["digits-vae-16"]["spherical"]["norm"]) == 6
    assert numbers["t"][-1] == 1


def test_sample_has_every_source():
    files, numbers = endpoint.sample_files("fashion", 16, 4, 7)
    assert list(numbers) == ["prior", "aggregate", "mixture", "gan"]
    assert sum(numbers["gan"]["class_histogram"]) == pytest.approx(1)
    assert Image.open(files[0]).size == (4 * 28, 28)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: endpoint.reconstruct_file(None, "digits", 16), "no picture is given"),
        (lambda: endpoint.reconstruct_file(THREE, "cars", 16), "choose from digits"),
        (lambda: endpoint.reconstruct_file(THREE, ["digits"], 16), "choose from digits"),
        (lambda: endpoint.reconstruct_file(THREE, "digits", 3), "choose from 2, 16"),
        (lambda: endpoint.reconstruct_file(THREE, "digits", 2.5), "must be a whole number"),
        (lambda: endpoint.reconstruct_file(THREE, "digits", None), "must be a whole number"),
        (lambda: endpoint.interpolate_files(THREE, SEVEN, "digits", 2, 1000), "from 2 to 60"),
        (lambda: endpoint.interpolate_files(THREE, None, "digits", 2, 5), "no picture is given"),
        (lambda: endpoint.sample_files("digits", 16, 1e9, 0), "from 1 to 100"),
        (lambda: endpoint.sample_files("digits", 16, float("inf"), 0), "must be a whole number"),
        (lambda: endpoint.sample_files("digits", 16, 4, -1), "seed=-1 must be from 0"),
        (lambda: endpoint.sample_files("digits", 16, 4, True), "must be a whole number"),
    ],
)
def test_bad_payloads_are_answered_in_a_sentence(call, words):
    with pytest.raises(gr.Error, match=words):
        call()
