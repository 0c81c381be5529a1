"""Which ground truth is in use: an example's own, an uploaded one, or one drawn on the page.

It is kept between events as plain data: {"of": the photo's key, "origin": words, "png": base64}.
"""

import base64
import binascii
import json
from functools import lru_cache
from io import BytesIO

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from segdemo import ground_truth
from segdemo.images import ImageError, Limits, opened
from segdemo.labels import IGNORE_INDEX, LABEL_SETS, PHOTOS, check_mask
from segdemo.ui.examples import EXAMPLES, FOLDER
from segdemo.ui.source import Source

Truth = dict[str, str]
PREFIX = "data:image/png;base64,"
LARGEST_DRAWING = 700_000  # characters of a data URI
DRAWING = Limits(max_bytes=LARGEST_DRAWING, max_pixels=1024 * 1024, min_side=1)
SETS = {"photos": "this page's classes", "camvid11": "CamVid's classes", "voc": "VOC's classes"}


def key(source: Source) -> str:
    """What tells one photo on the screen from another."""
    return json.dumps(source, sort_keys=True)


def pack(mask: NDArray[np.uint8], source: Source, origin: str) -> Truth:
    """A (H, W) uint8 mask of the photo in `source` as plain data; `origin` says whence."""
    buffer = BytesIO()
    Image.fromarray(mask).save(buffer, "PNG")
    png = base64.b64encode(buffer.getvalue()).decode()
    return {"of": key(source), "origin": origin, "png": png}


def unpack(truth: Truth) -> NDArray[np.uint8]:
    """The mask that `pack` packed."""
    with Image.open(BytesIO(base64.b64decode(truth["png"]))) as image:
        return np.array(image)


@lru_cache(maxsize=len(EXAMPLES))
def of_example(name: str) -> NDArray[np.uint8] | None:
    """The ground truth drawn for an example, (H, W) uint8; None where it has none."""
    path = FOLDER / f"{name}.outlines.json"
    return ground_truth.read_outlines(path) if name in EXAMPLES and path.exists() else None


def current(source: Source, truth: Truth | None) -> Truth | None:
    """The ground truth to use for a photo: the one in use if it is this photo's, else its own."""
    if truth and truth.get("of") == key(source):
        return truth
    name = source.get("example")
    mask = of_example(name) if name else None
    if mask is None:
        return None
    return pack(mask, source, "drawn for this example, a band along every outline left unlabelled")


def uploaded(path: str, label_set: str, source: Source, size: tuple[int, int]) -> Truth:
    """The ground truth in an uploaded file, for the photo of (height, width) `size`.

    `label_set` is a name or "auto". ImageError says why a file can't be used.
    """
    found = ground_truth.read(path, size, None if label_set == "auto" else label_set)
    return pack(found.mask, source, f"uploaded, read as {SETS[found.label_set]}")


def drawn(data: object, source: Source, size: tuple[int, int]) -> Truth:
    """The ground truth that the page's canvas sent, {"key": of the photo, "mask": PNG data URI}."""
    sent = data if isinstance(data, dict) else {}
    if sent.get("key") != key(source):
        raise ValueError("this drawing belongs to another photo; draw on the one shown now.")
    mask = decoded(sent.get("mask"), size)
    if (mask == IGNORE_INDEX).all():
        raise ValueError("the drawing labels no pixel, but needs one; draw a region first.")
    return pack(mask, source, "drawn by you")


def decoded(uri: object, size: tuple[int, int]) -> NDArray[np.uint8]:
    """The (H, W) uint8 mask in a canvas's PNG, whose three channels all hold the index."""
    if not isinstance(uri, str) or not uri.startswith(PREFIX) or len(uri) > LARGEST_DRAWING:
        raise ValueError(
            f"the drawing must come as a PNG of at most {LARGEST_DRAWING // 1000} kB; draw again."
        )
    try:
        data = base64.b64decode(uri.removeprefix(PREFIX), validate=True)
    except (binascii.Error, ValueError):
        raise ValueError("the drawing's data is damaged; draw again.") from None
    with opened(data, DRAWING) as image:
        if image.size != (size[1], size[0]):
            raise ImageError(
                f"the drawing is {image.size[0]} x {image.size[1]} pixels, but must have the "
                f"photo's {size[1]} x {size[0]}; draw on the photo shown now."
            )
        pixels = np.array(image.convert("RGB"))
    if (pixels != pixels[..., :1]).any():
        raise ValueError("the drawing must hold class indices in grey; draw again.")
    mask = pixels[..., 0].copy()
    check_mask(mask, PHOTOS)
    return mask


def checked_set(name: object) -> str:
    """A label set's name or "auto"; ValueError for anything else."""
    if name == "auto" or (isinstance(name, str) and name in LABEL_SETS):
        return str(name)
    raise ValueError(f"label set {str(name)[:40]!r} is not known; choose one of the list.")
