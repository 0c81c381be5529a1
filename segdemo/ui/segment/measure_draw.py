"""The canvas to draw a ground truth on: polygons and brush, kept in the browser until measured."""

from typing import Any

import gradio as gr

from segdemo.ui.scripts import script
from segdemo.ui.segment.measure_truth import key
from segdemo.ui.segment.results import Photo
from segdemo.ui.source import Source

SCRIPTS = (
    "elements.js",
    "canvas.js",
    "masks.js",
    "measure-shapes.js",
    "measure-tools.js",
    "measure-draw.js",
)


def component() -> gr.HTML:
    """The canvas, folded away; its input event carries {"key", "mask": PNG data URI}."""
    return gr.HTML(
        None,
        html_template=(
            '<details class="draw-fold"><summary>Draw a ground truth yourself</summary>'
            '<div class="draw"></div></details>'
        ),
        js_on_load=script(*SCRIPTS),
        elem_id="measure-draw",
        apply_default_css=False,
    )


def value(photo: Photo, source: Source) -> dict[str, Any]:
    """The component's value: the photo, the classes to draw, and the photo's key."""
    names = ("photo", "height", "width", "classes", "colours")
    return {name: photo.shared[name] for name in names} | {"key": key(source)}
