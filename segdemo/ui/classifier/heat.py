"""Step 3: the heat map of any class, and its files."""

from io import BytesIO
from typing import Any

import gradio as gr
from gradio.components import Component
from PIL import Image

from segdemo.figures import heatmap, vector
from segdemo.heatmap.scores import OUTPUT_STRIDES
from segdemo.ui.classifier import view
from segdemo.ui.classifier.scene import Scene
from segdemo.ui.classifier.setting import SCORED

NAME = "heat"
TITLE = "3 · Heat map"
BLANK = [None]
TEXT = r"""
## Where in the photo is the class?

Shown is one class's **probability: the softmax over all 1000 classes, taken in each cell by
itself**, so the colours of different cells don't add up to anything. The logit before the softmax
is a press away. Choose any class on the left: one that isn't there at all should stay cold.
"""
WHY = {
    "windows": "One cell every {stride} pixels, and each is the average over a window of 224: so "
    "the map is coarse and also blurred, and it ends 112 pixels before the border, where no whole "
    "window is centred.",
    "cells": "One cell every {stride} pixels{halvings}. Without the average each cell speaks for "
    "itself: the class activation map of Zhou et al. 2016. The mean of its logits over 7 × 7 cells "
    "is the logit of the window that they make up. The cells stand where they look: on an even "
    "side all the padding is at the end, which shifts them to the right and down.",
}
HALVINGS = (
    ": five layers of stride 2 halve the photo to a 32nd, and what lies inside one cell can't be "
    "told apart"
)


def choices() -> tuple[gr.Radio, gr.Radio]:
    """What a cell scores, and the map's stride."""
    with gr.Row(elem_classes="heat-choices"):
        scored = gr.Radio(
            [(words, key) for key, words in SCORED.items()],
            value="cells",
            label="A cell scores",
            min_width=300,
        )
        stride = gr.Radio(
            list(OUTPUT_STRIDES),
            value=OUTPUT_STRIDES[0],
            label="Stride, pixels",
            info="16 and 8: see step 5.",
            min_width=200,
        )
    return scored, stride


def build() -> list[Component]:
    """The map."""
    return [view.component(empty=view.WORKING, elem_id="classifier-heat")]


def shown(scene: Scene) -> list[Any]:
    """The heat map of the scene's class."""
    setting = scene.setting
    maps = scene.maps(setting.stride, windows=setting.scored == "windows")
    halvings = HALVINGS if setting.stride == 32 else ""
    note = WHY[setting.scored].format(stride=setting.stride, halvings=halvings)
    title = f"{scene.name}: {' × '.join(map(str, maps.logits.shape[1:]))} cells"
    pane = view.pane(scene, maps, title, note)
    return [view.value(scene, scene.size, [maps], [pane])]


def file(scene: Scene, kind: str) -> bytes:
    """The heat map as "png" (the photo with the map over it), or the figure as "pdf" or "svg"."""
    setting = scene.setting
    maps = scene.maps(setting.stride, windows=setting.scored == "windows")
    values = maps.probabilities(scene.index)
    extent = view.extent(maps, scene.pixels.shape[:2])
    between = heatmap.limits(values, probability=True)
    if kind == "png":
        buffer = BytesIO()
        picture = heatmap.overlaid(scene.pixels, values, extent, between)
        Image.fromarray(picture).save(buffer, "PNG", optimize=True)
        return buffer.getvalue()
    height, width = maps.size
    figure = heatmap.figure(
        scene.pixels,
        values,
        extent,
        between,
        title=f"{scene.name} ({scene.index})",
        label="probability (softmax in each cell)",
        credit=f"EfficientNet-Lite0 at {height} × {width} pixels, stride {setting.stride}, a cell "
        f"scores {SCORED[setting.scored]}. {scene.credit}".strip(),
    )
    return vector.write(figure, kind)


def file_name(scene: Scene, kind: str) -> str:
    """A name for the file, from the class."""
    word = "".join(letter if letter.isalnum() else "-" for letter in scene.name.lower())
    return f"heatmap-{word}-stride{scene.setting.stride}.{kind}"
