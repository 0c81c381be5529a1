"""Pictures with a title and a number each, in a grid that the browser lays out."""

import base64
from html import escape
from io import BytesIO
from typing import Any

import gradio as gr
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from segdemo.ui.scripts import script

SCRIPTS = ("elements.js", "measure-grid.js")
JPEG_QUALITY = 85


def component(*, empty: str, elem_id: str) -> gr.HTML:
    """The grid, saying `empty` until it has a value: {"pictures": [...], "sentence": text}."""
    return gr.HTML(
        None,
        html_template=f'<div class="shots"><p class="shots-empty">{escape(empty)}</p></div>',
        js_on_load=script(*SCRIPTS),
        elem_id=elem_id,
        apply_default_css=False,
    )


def picture(pixels: NDArray[np.uint8], title: str, note: str = "", alt: str = "") -> dict[str, Any]:
    """One picture of the grid, from RGB uint8 (H, W, 3); `alt` says what it shows."""
    buffer = BytesIO()
    Image.fromarray(pixels).save(buffer, "JPEG", quality=JPEG_QUALITY)
    source = f"data:image/jpeg;base64,{base64.b64encode(buffer.getvalue()).decode()}"
    return {"source": source, "title": title, "note": note, "alt": alt or title}
