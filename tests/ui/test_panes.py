"""What the browser gets of a photo and its masks."""

import base64
import json
from io import BytesIO

import numpy as np
from PIL import Image

from segdemo.labels import PHOTOS
from segdemo.ui import panes

MASK = np.repeat(np.arange(21, -1, -1, dtype=np.uint8), 30).reshape(22, 30)


def picture(uri: str) -> Image.Image:
    return Image.open(BytesIO(base64.b64decode(uri.partition(",")[2])))


def test_mask_png_holds_the_indices_exactly():
    made = panes.pane("fcn8s", "FCN-8s", MASK, {})
    image = picture(made["mask"])
    assert image.mode == "L"
    np.testing.assert_array_equal(np.array(image), MASK)


def test_photo_keeps_its_size_and_nearly_its_colours():
    pixels = np.full((40, 60, 3), (200, 30, 90), np.uint8)
    made = panes.photo(pixels, PHOTOS)
    assert (made["height"], made["width"]) == (40, 60)
    assert abs(np.array(picture(made["photo"])).astype(int) - pixels).max() <= 4
    assert made["colours"][PHOTOS.index("sky")] == PHOTOS.hex(PHOTOS.index("sky"))


def test_numbers_not_known_are_left_out():
    made = panes.pane("unet", "U-Net", MASK, {"milliseconds": 4.5, "miou": None})
    assert made["numbers"] == {"milliseconds": 4.5}


def test_the_value_is_json_and_small():
    shared = panes.photo(np.zeros((480, 640, 3), np.uint8), PHOTOS)
    mask = np.zeros((480, 640), np.uint8)
    value = panes.value(shared, [panes.pane("a", "A", mask, {"miou": 0.5})] * 10, "Look.")
    assert len(json.dumps(value)) < 100_000
