"""What the browser gets of a photo and its masks."""

import base64
import json
import re
from io import BytesIO

import numpy as np
from matplotlib import colormaps
from PIL import Image

from segdemo.labels import PHOTOS
from segdemo.ui.scripts import STATIC
from segdemo.ui.segment import panes

SCORES = np.arange(7 * 3 * 4, dtype=np.uint8).reshape(21, 4)
MASK = np.repeat(np.arange(21, -1, -1, dtype=np.uint8), 30).reshape(22, 30)


def picture(uri: str) -> Image.Image:
    return Image.open(BytesIO(base64.b64decode(uri.partition(",")[2])))


def test_mask_png_holds_the_indices_exactly():
    made = panes.pane("fcn8s", "FCN-8s", MASK, SCORES, {})
    image = picture(made["mask"])
    assert image.mode == "L"
    np.testing.assert_array_equal(np.array(image), MASK)
    np.testing.assert_array_equal(panes.indices(made), MASK)


def test_score_maps_arrive_exactly():
    made = panes.pane("fcn8s", "FCN-8s", MASK, SCORES, {})
    image = picture(made["scores"])
    assert image.mode == "L"
    np.testing.assert_array_equal(np.array(image), SCORES)


def test_photo_keeps_its_size_and_nearly_its_colours():
    pixels = np.full((40, 60, 3), (200, 30, 90), np.uint8)
    made = panes.photo(pixels, PHOTOS)
    assert (made["height"], made["width"]) == (40, 60)
    assert abs(np.array(picture(made["photo"])).astype(int) - pixels).max() <= 4
    assert made["colours"][PHOTOS.index("sky")] == PHOTOS.hex(PHOTOS.index("sky"))


def test_numbers_not_known_are_left_out():
    made = panes.pane("unet", "U-Net", MASK, SCORES, {"milliseconds": 4.5, "miou": None})
    assert made["numbers"] == {"milliseconds": 4.5}


def test_the_value_is_json_and_small():
    shared = panes.photo(np.zeros((480, 640, 3), np.uint8), PHOTOS)
    mask = np.zeros((480, 640), np.uint8)
    scores = np.random.default_rng(0).integers(0, 256, (7 * 72, 112), np.uint8)  # incompressible
    one = panes.pane("a", "A", mask, scores, {"miou": 0.5})
    assert len(json.dumps(panes.value(shared, [one] * 10, "Look."))) < 1_000_000


def test_an_upload_has_no_name_in_the_value():
    shared = panes.photo(np.zeros((48, 64, 3), np.uint8), PHOTOS)
    assert panes.value(shared, [], "Look.")["example"] is None
    assert panes.value(shared, [], "Look.", example="cat")["example"] == "cat"


def test_the_scripts_exist_and_each_name_is_declared_once():
    declared = []
    for name in panes.SCRIPTS:
        text = (STATIC / name).read_text()
        declared += re.findall(r"^(?:async )?function (\w+)|^(?:const|let) (\w+)", text, re.M)
    names = [first or second for first, second in declared]
    assert len(names) == len(set(names)) > 50


def test_the_colour_map_is_viridis():
    text = (STATIC / "ramps.js").read_text()
    anchors = re.search(r"VIRIDIS = \[(.+?)\]", text, re.S)[1]
    colours = [tuple(bytes.fromhex(code)) for code in re.findall(r"#(\w{6})", anchors)]
    places = np.linspace(0, 1, len(colours))
    wanted = colormaps["viridis"](places)[:, :3] * 255
    assert abs(np.array(colours) - wanted).max() <= 1
