"""The Take away section: each file is what it says, made from what the controls say."""

import base64
import json
import re
from io import BytesIO
from xml.etree import ElementTree

import numpy as np
import pytest
from PIL import Image

from segdemo.labels import PHOTOS
from segdemo.ui.examples import EXAMPLES
from segdemo.ui.segment import takeaway_section
from segdemo.ui.segment.results import RESULTS
from segdemo.ui.source import picture

PALACE = {"example": "palace"}
NAMES = ["fcn32s", "fcn8s"]


def taken(kind, classes=("building",), opacity=55):
    value, notice = takeaway_section.on_take(
        PALACE, NAMES, "fcn8s", list(classes), opacity, kind=kind
    )
    return value, notice


def content(kind):
    return base64.b64decode(taken(kind)[0]["content"])


@pytest.fixture(scope="module")
def mask():
    return RESULTS.of(picture(PALACE)[0], NAMES).masks["fcn8s"]


@pytest.mark.parametrize("kind", takeaway_section.FORMATS)
def test_each_button_gives_a_file_with_its_ending(kind):
    value, notice = taken(kind)
    assert value["name"].startswith("palace")
    assert value["name"].endswith(takeaway_section.FORMATS[kind].ending)
    assert value["name"] in notice
    assert value["content"]


def test_the_pictures_are_of_the_mask_chosen(mask):
    with Image.open(BytesIO(content("index"))) as image:
        assert (np.array(image) == mask).all()
    with Image.open(BytesIO(content("cutout"))) as image:
        assert ((np.array(image)[..., 3] > 0) == (mask == PHOTOS.index("building"))).all()
    with Image.open(BytesIO(content("overlay"))) as image:
        assert image.size == mask.shape[::-1]


def test_the_json_files_say_their_size():
    coco = json.loads(content("coco"))
    assert (coco["images"][0]["width"], coco["images"][0]["file_name"]) == (640, "palace.jpg")
    assert json.loads(content("geojson"))["width"] == 640


def test_the_svg_holds_titles_legend_and_credit_as_text():
    root = ElementTree.fromstring(content("svg"))
    texts = {"".join(node.itertext()).strip() for node in root.iter() if node.tag.endswith("text")}
    assert {"Photo", "FCN-32s", "FCN-8s", "building", "sky"} <= texts
    assert any(EXAMPLES["palace"].credit in text for text in texts)


def test_the_pdf_holds_its_text_as_text():
    data = content("pdf")
    assert data.startswith(b"%PDF-")
    assert data.rstrip().endswith(b"%%EOF")
    assert re.search(rb"/Type\s*/Font", data)
    assert b"/FontFile2" in data  # TrueType letters, not outlines


def test_it_opens_with_a_thing_to_cut_out():
    names, classes, view, notice = takeaway_section.on_open(PALACE, NAMES, "", [], 55)
    assert names.value == "fcn32s"
    assert classes.value == ["building"]
    assert [shot["title"] for shot in view["pictures"]] == ["Overlay", "Cut-out"]
    assert notice == "<p></p>"


@pytest.mark.parametrize(
    ("classes", "opacity", "words"),
    [
        ([], 55, "no pixel"),
        (["dragon"], 55, "not in"),
        (["building"], 200, "must be from 0 to 100"),
        (["building"], "x", "must be from 0 to 100"),
    ],
)
def test_what_no_control_gives_changes_only_the_notice(classes, opacity, words):
    value, notice = taken("cutout", classes, opacity)
    assert value == {"__type__": "update"}
    assert words in notice
