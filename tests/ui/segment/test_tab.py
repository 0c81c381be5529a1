"""The Segment tab's handlers as plain functions."""

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from segdemo.ui.examples import DEFAULT_EXAMPLE, EXAMPLES
from segdemo.ui.segment import tab as segment_tab

DEFAULT = {"example": DEFAULT_EXAMPLE}


class Request:
    """As much of Gradio's request as a handler reads."""

    def __init__(self, **query: str) -> None:
        self.query_params = {"tab": "segment", **query}


def opened(**query: str) -> tuple:
    """Value of the panes, notice, source, choice, picker and section that a link opens."""
    names = segment_tab.DEFAULT_ARCHITECTURES
    outputs = segment_tab.on_open(names, DEFAULT, Request(**query))
    return outputs[0], *outputs[segment_tab.VIEWS :]


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
    value, *views, notice = segment_tab.on_architectures(segment_tab.DEFAULT_ARCHITECTURES, DEFAULT)
    assert [pane["name"] for pane in value["panes"]] == segment_tab.DEFAULT_ARCHITECTURES
    assert value["sentence"] == EXAMPLES[DEFAULT_EXAMPLE].sentence
    assert value["example"] == DEFAULT_EXAMPLE
    assert len(views) == segment_tab.VIEWS - 1
    assert notice == "<p></p>"


def test_an_upload_says_what_was_fixed_and_unmarks_the_examples(png):
    value, *_, notice, source, box, picker = segment_tab.on_upload(png, ["fcn8s"], DEFAULT)
    assert "64 × 48 pixels; 16-bit grey scaled to 8-bit" in notice
    assert source == {"upload": png}
    assert skipped(box)
    assert picker is None
    assert (value["height"], value["width"]) == (48, 64)


def test_an_upload_never_enters_what_the_address_is_made_of(png):
    value = segment_tab.on_upload(png, ["fcn8s"], DEFAULT)[0]
    assert value["example"] is None
    assert png not in json.dumps(value)


def test_a_bad_upload_changes_nothing_but_the_notice(text, png):
    *views, notice, source, box, picker = segment_tab.on_upload(text, ["fcn8s"], {"upload": png})
    assert "This file looks like text, but a photo is needed" in notice
    assert len(views) == segment_tab.VIEWS
    assert all(skipped(output) for output in (*views, picker))
    assert source == {"upload": png}
    assert box == png


def test_clearing_the_box_changes_nothing():
    *views, notice, source, box, picker = segment_tab.on_upload(None, ["fcn8s"], DEFAULT)
    assert len(views) == segment_tab.VIEWS
    assert all(skipped(output) for output in (*views, notice, box, picker))
    assert source == DEFAULT


def test_an_example_empties_the_box(png):
    value, *_, source, box = segment_tab.on_example("cat", ["fcn8s"], {"upload": png})
    assert source == {"example": "cat"}
    assert box is None
    assert value["sentence"] == EXAMPLES["cat"].sentence


@pytest.mark.parametrize("name", ["../../app", None, 7, "dog<script>"])
def test_an_unknown_example_is_refused_and_escaped(name):
    *views, notice, source, _ = segment_tab.on_example(name, ["fcn8s"], DEFAULT)
    assert all(skipped(view) for view in views)
    assert "is not known" in notice
    assert "<script>" not in notice
    assert source == DEFAULT


def test_no_architecture_is_explained():
    *views, notice = segment_tab.on_architectures([], DEFAULT)
    assert all(skipped(view) for view in views)
    assert "choose at least one" in notice


def test_an_upload_deleted_meanwhile_is_explained():
    *_, notice = segment_tab.on_architectures(["fcn8s"], {"upload": "/nowhere/gone.png"})
    assert "choose it again" in notice
    assert "nowhere" not in notice


def test_a_link_opens_its_example_and_architectures():
    value, _, source, names, picker, _ = opened(example="cat", architectures="unet,fcn8s")
    assert source == {"example": "cat"}
    assert picker == "cat"
    assert names == ["fcn8s", "unet"]
    assert value["example"] == "cat"
    assert [pane["name"] for pane in value["panes"]] == ["fcn8s", "unet"]


@pytest.mark.parametrize(
    "query",
    [
        {},
        {"example": "../../app", "architectures": "fcn9s,<script>", "section": "nothing"},
        {"upload": "/etc/passwd", "architectures": ""},
        {"tab": "models", "example": "cat", "architectures": "unet"},
    ],
)
def test_what_a_link_names_wrongly_stays_as_it_is(query):
    value, _, source, names, picker, section = opened(**query)
    assert source == DEFAULT
    assert picker == value["example"] == DEFAULT_EXAMPLE
    assert names == segment_tab.DEFAULT_ARCHITECTURES
    assert skipped(section)


@pytest.mark.parametrize("name", segment_tab.SECTIONS)
def test_a_link_opens_its_section(name):
    assert opened(section=name)[-1].selected == name


def test_coming_back_to_the_tab_keeps_an_upload(png):
    outputs = segment_tab.on_open(["fcn8s"], {"upload": png}, Request())
    source, names, picker = outputs[segment_tab.VIEWS + 1 : segment_tab.VIEWS + 4]
    assert (source, names, picker) == ({"upload": png}, ["fcn8s"], None)
