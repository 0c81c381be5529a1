"""Heat maps over a photo, drawn in the browser: opacity, unit, blocks or smooth, the cell's number.

The browser gets the photo and each map's numbers once; nothing that is changed there asks again.
"""

import base64
from collections.abc import Iterable, Sequence
from io import BytesIO
from typing import Any

import gradio as gr
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from segdemo.figures.heatmap import colours, limits
from segdemo.heatmap.scores import ScoreMaps
from segdemo.heatmap.strides import Inside
from segdemo.models.imagenet_classifier import NATIVE_SIZE
from segdemo.ui import tables
from segdemo.ui.classifier.scene import Scene
from segdemo.ui.scripts import script

SCRIPTS = ("elements.js", "canvas.js", "classifier_maps.js", "classifier_view.js")
JPEG_QUALITY = 85
COLOURS = 64
UNITS = ("probability", "logit")


WORKING = "This is being worked out."


def table(
    headers: Sequence[str], rows: Iterable[Sequence[str]], *, caption: str, words: int = 1
) -> str:
    """A table no wider than reads well."""
    made = tables.table(headers, rows, caption=caption, words=words)
    return f'<div class="heat-table">{made}</div>'


def component(*, empty: str, elem_id: str) -> gr.HTML:
    """The view, saying `empty` until it gets its first value."""
    return gr.HTML(
        None,
        html_template='<div class="heat"></div>',
        js_on_load=script(*SCRIPTS),
        elem_id=elem_id,
        apply_default_css=False,
        empty=empty,
    )


def pane(
    scene: Scene, maps: ScoreMaps, title: str, note: str, *, marks: Inside | None = None
) -> dict[str, Any]:
    """One map of the scene's class over the photo, with the cells that `marks` places."""
    probability, logit = maps.probabilities(scene.index), maps.of(scene.index)
    row, column = np.unravel_index(probability.argmax(), probability.shape)
    h, w = probability.shape
    return {
        "title": title,
        "note": note,
        "alt": f"{title}: {scene.name}, {h} × {w} cells; highest, {probability.max():.1%}, in row "
        f"{row + 1}, column {column + 1}. Arrow keys move the cell that is read.",
        "top": maps.grid.top,
        "left": maps.grid.left,
        "stride": maps.stride,
        "window": NATIVE_SIZE if maps.windows else None,
        "probability": [[float(f"{value:.4g}") for value in line] for line in probability],
        "logit": [[round(float(value), 3) for value in line] for line in logit],
        "marks": {"first": marks.first, "step": marks.step} if marks else None,
    }


def value(
    scene: Scene, size: tuple[int, int], maps: Sequence[ScoreMaps], panes: Sequence[dict[str, Any]]
) -> dict[str, Any]:
    """The component's value: the photo, read at `size`, and the panes of `maps`.

    All panes share the colours' limits, so that equal colours mean equal numbers.
    """
    index = scene.index
    both = {
        "probability": [m.probabilities(index).ravel() for m in maps],
        "logit": [m.of(index).ravel() for m in maps],
    }
    return {
        "photo": photo_uri(scene.pixels),
        "height": size[0],
        "width": size[1],
        "name": scene.name,
        "colours": colours(COLOURS),
        "limits": {
            unit: limits(np.concatenate(both[unit]), probability=unit == "probability")
            for unit in UNITS
        },
        "panes": list(panes),
    }


def photo_uri(pixels: NDArray[np.uint8]) -> str:
    """RGB uint8 (H, W, 3) as a JPEG data URI."""
    buffer = BytesIO()
    Image.fromarray(pixels).save(buffer, "JPEG", quality=JPEG_QUALITY)
    return f"data:image/jpeg;base64,{base64.b64encode(buffer.getvalue()).decode()}"


def extent(maps: ScoreMaps, shown: tuple[int, int]) -> tuple[float, float, float, float]:
    """(top, left, bottom, right) of a map on the photo drawn at `shown` (height, width) pixels."""
    y, x = (drawn / side for drawn, side in zip(shown, maps.size, strict=True))
    (h, w), grid = maps.logits.shape[1:], maps.grid
    bottom, right = grid.top + h * grid.stride, grid.left + w * grid.stride
    return grid.top * y, grid.left * x, bottom * y, right * x
