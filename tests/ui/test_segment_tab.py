"""The Segment tab's handlers as plain functions."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from segdemo.ui import segment_tab
from segdemo.ui.examples import DEFAULT_EXAMPLE, EXAMPLES

DEFAULT = {"example": DEFAULT_EXAMPLE}


def skipped(output: object) -> bool:
    return isinstance(output, dict) and output == {"__type__": "update"}


@pytest.fixture
def png(tmp_path: Path) -> str:
    """A 16-bit grey picture, which the decoder has to mend."""
    path = tmp_path / "ramp.png"
    ramp = np.linspace(0, 65535, 64 * 48).reshape(48, 64).astype(np.uint16)
    Image.fromarray(ramp).save(path)
    return str(path)


@pytest.fixture
def text(tmp_path: Path) -> str:
    path = tmp_path / "notes.jpg"
    path.write_text("this is a letter and not a photo at all")
    return str(path)


def test_it_opens_with_the_default_example():
    value, notice = segment_tab.on_architectures(segment_tab.DEFAULT_ARCHITECTURES, DEFAULT)
    assert [pane["name"] for pane in value["panes"]] == segment_tab.DEFAULT_ARCHITECTURES
    assert value["sentence"] == EXAMPLES[DEFAULT_EXAMPLE].sentence
    assert notice == "<p></p>"


def test_an_upload_says_what_was_fixed_and_unmarks_the_examples(png):
    value, notice, source, box, picker = segment_tab.on_upload(png, ["fcn8s"], DEFAULT)
    assert "64 × 48 pixels; 16-bit grey scaled to 8-bit" in notice
    assert source == {"upload": png}
    assert skipped(box)
    assert picker is None
    assert (value["height"], value["width"]) == (48, 64)


def test_a_bad_upload_changes_nothing_but_the_notice(text, png):
    value, notice, source, box, picker = segment_tab.on_upload(text, ["fcn8s"], {"upload": png})
    assert "This file looks like text, but a photo is needed" in notice
    assert skipped(value)
    assert skipped(picker)
    assert source == {"upload": png}
    assert box == png


def test_clearing_the_box_changes_nothing():
    value, notice, source, box, picker = segment_tab.on_upload(None, ["fcn8s"], DEFAULT)
    assert all(skipped(output) for output in (value, notice, box, picker))
    assert source == DEFAULT


def test_an_example_empties_the_box(png):
    value, _, source, box = segment_tab.on_example("cat", ["fcn8s"], {"upload": png})
    assert source == {"example": "cat"}
    assert box is None
    assert value["sentence"] == EXAMPLES["cat"].sentence


@pytest.mark.parametrize("name", ["../../app", None, 7, "dog<script>"])
def test_an_unknown_example_is_refused_and_escaped(name):
    value, notice, source, _ = segment_tab.on_example(name, ["fcn8s"], DEFAULT)
    assert skipped(value)
    assert "is not known" in notice
    assert "<script>" not in notice
    assert source == DEFAULT


def test_no_architecture_is_explained():
    value, notice = segment_tab.on_architectures([], DEFAULT)
    assert skipped(value)
    assert "choose at least one" in notice


def test_an_upload_deleted_meanwhile_is_explained():
    _, notice = segment_tab.on_architectures(["fcn8s"], {"upload": "/nowhere/gone.png"})
    assert "choose it again" in notice
    assert "nowhere" not in notice
