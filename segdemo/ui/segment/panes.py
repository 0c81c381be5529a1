"""The panes: one canvas component that shows a photo and each architecture's mask of it.

The browser gets the photo and, for each architecture, one index mask and what its score map
holds, once; all that the view offers is drawn there (`static/*.js`) and asks the server nothing.
"""

import base64
from collections.abc import Mapping, Sequence
from io import BytesIO
from typing import Any

import gradio as gr
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from segdemo.labels import LabelSet
from segdemo.ui.scripts import script
from segdemo.ui.segment.regions import areas, named_regions

SCRIPTS = (  # one scope for all of them, so each may use the ones before it
    "elements.js",
    "canvas.js",
    "masks.js",
    "scores.js",
    "ramps.js",
    "zoom.js",
    "gestures.js",
    "drawing.js",
    "reading.js",
    "legend.js",
    "pane.js",
    "layers.js",
    "slider.js",
    "classroom.js",
    "viewlink.js",
    "tools.js",
    "panes.js",
)
JPEG_QUALITY = 88


def component(*, empty: str) -> gr.HTML:
    """The canvas component, saying `empty` until it gets its first value."""
    return gr.HTML(
        None,
        html_template='<div class="panes"></div>',
        js_on_load=script(*SCRIPTS),
        elem_id="panes",
        apply_default_css=False,
        empty=empty,
    )


def photo(pixels: NDArray[np.uint8], label_set: LabelSet) -> dict[str, Any]:
    """What the panes of one photo share, from RGB uint8 (H, W, 3) and the masks' label set.

    `photo` is a JPEG data URI, `height` and `width` are its size and the masks', `classes` and
    `colours` the label set's, by index.
    """
    return {
        "photo": _data_uri(pixels, "JPEG", quality=JPEG_QUALITY),
        "height": pixels.shape[0],
        "width": pixels.shape[1],
        "classes": list(label_set.classes),
        "colours": [label_set.hex(index) for index in range(len(label_set))],
    }


def pane(
    name: str,
    title: str,
    mask: NDArray[np.uint8],
    scores: NDArray[np.uint8],
    numbers: Mapping[str, float | None],
) -> dict[str, Any]:
    """One architecture's pane, from its (H, W) uint8 mask and its `score_details.packed` scores.

    `mask` is a grey PNG of class indices and `scores` one of the packed maps; `areas` lists
    [index, fraction], largest first, and `labels` where to write names, in fractions of width and
    height. `numbers` is shown below the pane, what is None left out: `milliseconds`, `parameters`
    (a count), `miou` (a fraction).
    """
    return {
        "name": name,
        "title": title,
        "mask": _data_uri(mask, "PNG"),
        "scores": _data_uri(scores, "PNG"),
        "areas": [[index, round(share, 5)] for index, share in areas(mask).items()],
        "labels": [
            {"index": r.index, "x": round(r.x, 4), "y": round(r.y, 4), "radius": round(r.radius, 4)}
            for r in named_regions(mask)
        ],
        "numbers": {key: number for key, number in numbers.items() if number is not None},
    }


def indices(pane: Mapping[str, Any]) -> NDArray[np.uint8]:
    """The (H, W) uint8 mask that a pane was made from."""
    with Image.open(BytesIO(base64.b64decode(pane["mask"].partition(",")[2]))) as image:
        return np.array(image)


def value(
    shared: Mapping[str, Any],
    panes: Sequence[Mapping[str, Any]],
    sentence: str,
    *,
    example: str | None = None,
    measured_on: str = "",
) -> dict[str, Any]:
    """The component's value: what `photo` made, what `pane` made, and what to look at.

    `example` names the photo in the page's address; None keeps an upload out of it. `measured_on`
    says in words which photos `miou` comes from.
    """
    return {
        **shared,
        "panes": list(panes),
        "sentence": sentence,
        "example": example,
        "measuredOn": measured_on,
    }


def _data_uri(pixels: NDArray[np.uint8], kind: str, **options: int) -> str:
    """A picture of the given kind as a data URI."""
    buffer = BytesIO()
    Image.fromarray(pixels).save(buffer, kind, **options)
    return f"data:image/{kind.lower()};base64,{base64.b64encode(buffer.getvalue()).decode()}"
