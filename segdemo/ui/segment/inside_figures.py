"""The figures of Look inside, as the browser gets them: small PNGs of numbers and how to read them.

A map is sent as a grey PNG of one byte a cell, with the numbers that 0 and 255 stand for; colours,
legend and the number under the pointer are made in the browser (`static/inside*.js`).
"""

import base64
from collections.abc import Sequence
from io import BytesIO
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from segdemo.inside.features import Features
from segdemo.inside.fields import Box

Figure = dict[str, Any]
JPEG_QUALITY = 85


def data_uri(pixels: NDArray[np.uint8], kind: str = "png") -> str:
    """A picture as a data URI."""
    buffer = BytesIO()
    options = {"quality": JPEG_QUALITY} if kind == "jpeg" else {}
    Image.fromarray(pixels).save(buffer, kind.upper(), **options)
    return f"data:image/{kind};base64,{base64.b64encode(buffer.getvalue()).decode()}"


def photo(features: Features) -> dict[str, Any]:
    """The photo as the networks see it: a JPEG and its size."""
    height, width = features.size
    return {"photo": data_uri(features.pixels, "jpeg"), "height": height, "width": width}


def limits(*maps: NDArray[np.float32]) -> tuple[float, float]:
    """A range for all of `maps` together.

    Around 0 where a number is negative, so that 0 stands in the middle of a signed scale.
    """
    low = min(float(values.min()) for values in maps)
    high = max(float(values.max()) for values in maps)
    if low < 0:
        low, high = -max(-low, high), max(-low, high)
    else:
        low = 0.0
    return low, high if high > low else low + 1.0


def number_map(
    title: str, note: str, values: NDArray[np.float32], span: tuple[float, float] | None = None
) -> Figure:
    """A map of numbers (h, w), on the scale `span`, by default its own `limits`."""
    low, high = limits(values) if span is None else span
    steps = np.round((values - low) / (high - low) * 255).clip(0, 255).astype(np.uint8)
    return {
        "kind": "map",
        "title": title,
        "note": note,
        "png": data_uri(steps),
        "height": values.shape[0],
        "width": values.shape[1],
        "low": low,
        "high": high,
        "signed": low < 0,
    }


def thumbnail(title: str, values: NDArray[np.float32]) -> Figure:
    """A small map among many, on its own scale; the keyboard passes it by."""
    return {**number_map(title, "", values), "small": True}


def switch_map(
    title: str, note: str, values: NDArray[np.float32], corners: NDArray[np.int64]
) -> Figure:
    """A map (2h, 2w) with the largest cell of every 2x2 window marked; `corners` (h, w), 0 to 3."""
    marked = number_map(title, note, values)
    return {**marked, "kind": "switches", "corners": data_uri(corners.astype(np.uint8))}


def grid(title: str, note: str, values: NDArray[np.float32], span: tuple[float, float]) -> Figure:
    """A small matrix that isn't part of the photo.

    Up to 6x6 its numbers are written into the cells; a larger one is of classes by classes.
    """
    shown = number_map(title, note, values, span)
    written = [[round(float(v), 2) for v in row] for row in values] if len(values) <= 6 else None
    return {**shown, "kind": "grid", "numbers": written}


def mask(title: str, note: str, indices: NDArray[np.uint8]) -> Figure:
    """A mask (H, W) of class indices over the photo."""
    height, width = indices.shape
    png = data_uri(indices)
    shape = {"height": height, "width": width}
    return {"kind": "mask", "title": title, "note": note, "png": png, **shape}


DECADES = 3  # the gradient is shown from its largest value down to a thousandth of it


def field(
    title: str, note: str, gradient: NDArray[np.float32], boxes: Sequence[Box], pixel: Sequence[int]
) -> Figure:
    """A gradient (H, W) over the photo, as powers of ten below its largest value, to a tenth.

    `boxes` are the theoretical field and the effective square; `pixel` is (y, x).
    """
    largest = float(gradient.max()) or 1.0
    powers = np.log10(np.maximum(gradient / largest, 10.0**-DECADES)).round(1).astype(np.float32)
    shown = number_map(title, note, powers, (-float(DECADES), 0.0))
    places = [[box.top, box.bottom, box.left, box.right] for box in boxes]
    return {**shown, "kind": "field", "signed": False, "boxes": places, "pixel": list(pixel)}


def pair(
    titles: tuple[str, str, str], before: NDArray[np.float32], after: NDArray[np.float32]
) -> list[Figure]:
    """Two maps on one scale, and what the second has more than the first, on its own."""
    span, difference = limits(before, after), after - before
    return [
        number_map(titles[0], cells(before), before, span),
        number_map(titles[1], cells(after), after, span),
        number_map(titles[2], "on its own scale", difference),
    ]


def cells(values: NDArray[np.float32]) -> str:
    """A score map's size in words."""
    return f"{size(*values.shape)} cells (height × width), score"


def row(title: str, sentence: str, figures: list[Figure]) -> dict[str, Any]:
    """Figures side by side, with a heading and a sentence that says what they hold."""
    return {"title": title, "sentence": sentence, "figures": figures}


def size(*numbers: int) -> str:
    """Numbers joined by a cross."""
    return " × ".join(str(number) for number in numbers)


def percent(part: float) -> str:
    """A share as a percentage with one decimal."""
    return f"{100 * part:.1f} %"


def changed(a: NDArray[np.uint8], b: NDArray[np.uint8]) -> str:
    """Which share of two masks' pixels have different classes."""
    return percent(float((a != b).mean()))
