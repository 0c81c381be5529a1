"""Step 6: what one cell sees, in theory and by gradient."""

import base64
from io import BytesIO
from typing import Any

import gradio as gr
import numpy as np
from gradio.components import Component
from PIL import Image

from segdemo.heatmap.receptive import MASS, Seen
from segdemo.heatmap.scores import OUTPUT_STRIDES, cell_centre
from segdemo.ui import tables
from segdemo.ui.classifier.scene import Scene
from segdemo.ui.classifier.view import WORKING, photo_uri, table
from segdemo.ui.scripts import script

NAME = "field"
TITLE = "6 · What a cell sees"
BLANK = [None, ""]
HALF = 0.5
SHADES = (215, 130, 0)  # alpha of black: what hardly counts, within 95 %, within half
SCRIPTS = (
    "elements.js",
    "canvas.js",
    "classifier_maps.js",
    "classifier_field.js",
)
TEXT = r"""
## A cell could see more than the photo, and hardly uses it

The dashed box is the **theoretical receptive field**: the pixels that could matter to one cell of
the trunk's map, padding included. It has the same size at stride 32, 16 and 8: dilation sets the
cells closer together and leaves alone what each of them sees. Lit is the **effective** one (Luo et
al. 2016): the size of the derivative of the class's logit by each pixel, $\left|\partial s_c /
\partial x\right|$ summed over the colours. Brightest are the pixels that hold half of it, dimmed
those that complete 95 %, dark all others. **Press on the photo**, or move by the arrow keys, to
choose another cell.
"""


def build() -> list[Component]:
    """The drawing and the numbers."""
    drawing = gr.HTML(
        None,
        html_template='<div class="field"></div>',
        js_on_load=script(*SCRIPTS),
        elem_id="classifier-field",
        apply_default_css=False,
        empty=WORKING,
    )
    return [drawing, gr.HTML(elem_id="classifier-field-numbers", apply_default_css=False)]


def shown(scene: Scene) -> list[Any]:
    """The drawing's value and the numbers of the three strides."""
    fields = [scene.seen(stride) for stride in OUTPUT_STRIDES]
    finest = OUTPUT_STRIDES[-1]
    side = fields[0].box[2] - fields[0].box[0] + 1
    # From the first cell's box to the last one's, so that the drawing keeps its size.
    first = [cell_centre(pixels, finest, 0) - side / 2 for pixels in scene.size]
    last = [cell_centre(n, finest, -(-n // finest) - 1) + side / 2 for n in scene.size]
    value = {
        "photo": photo_uri(scene.pixels),
        "height": scene.size[0],
        "width": scene.size[1],
        "field": side,
        "reach": [*first, *last],
        "panes": [pane(scene, field) for field in fields],
    }
    return [value, numbers(scene, fields)]


def pane(scene: Scene, field: Seen) -> dict[str, Any]:
    """One stride: its cells' middles, the cell chosen, the shade over the photo."""
    stride, (row, column) = field.stride, field.cell
    cells = [-(-side // stride) for side in scene.size]
    note = (
        f"Stride {stride}, cell in row {row + 1} of {cells[0]}, column {column + 1} of {cells[1]}: "
        f"half of the gradient for {scene.name} lies in {tables.percent(field.share(HALF))} of the "
        f"box's pixels, {100 * MASS:.0f} % in {tables.percent(field.share())}. The photo itself "
        f"fills {tables.percent(field.gradient.size / field.box_pixels)} of a box."
    )
    return {
        "stride": stride,
        "first": [cell_centre(side, stride, 0) for side in scene.size],
        "cells": cells,
        "cell": [row, column],
        "shade": shade_uri(field),
        "note": note,
        "alt": f"{note} Press or use the arrow keys to choose another cell.",
    }


def shade_uri(field: Seen) -> str:
    """A black PNG whose alpha says how little each pixel counts, as a data URI."""
    level = field.holding().astype(int) + field.holding(HALF)
    alpha = np.array(SHADES, np.uint8)[level]
    buffer = BytesIO()
    Image.fromarray(np.dstack([np.zeros_like(alpha), alpha]), "LA").save(buffer, "PNG")
    return f"data:image/png;base64,{base64.b64encode(buffer.getvalue()).decode()}"


def numbers(scene: Scene, fields: list[Seen]) -> str:
    """The three boxes and shares as an HTML table."""
    height, width = scene.size
    rows = []
    for field in fields:
        top, left, bottom, right = field.box
        rows.append(
            [
                str(field.stride),
                f"{field.cell[0] + 1}, {field.cell[1] + 1}",
                tables.size((bottom - top + 1, right - left + 1)),
                f"{top} … {bottom}",
                f"{left} … {right}",
                tables.percent(field.share(HALF)),
                tables.percent(field.share()),
            ]
        )
    return table(
        ["Stride", "Row, column", "Box", "Rows", "Columns", "Half in", f"{100 * MASS:.0f} % in"],
        rows,
        caption=f"Pixels of the box (the photo has rows 0 to {height - 1}, columns 0 to "
        f"{width - 1}), and the share of the box that holds half and 95 % of the gradient",
        words=0,
    )
