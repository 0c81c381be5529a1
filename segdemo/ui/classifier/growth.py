"""Step 2: on a larger photo the same layers give a map of scores."""

from typing import Any

import gradio as gr
from gradio.components import Component

from segdemo.heatmap.photo import LARGEST, SMALLEST
from segdemo.heatmap.scores import COARSE, map_side
from segdemo.ui import tables
from segdemo.ui.classifier import view as classifier_view
from segdemo.ui.classifier.scene import Scene

NAME = "growth"
TITLE = "2 · A map of scores"
BLANK = [None, ""]
SIZES = (200, 224, 256, 320, 384, 448)
TEXT = r"""
## A larger photo gives not one vector of scores but a map of them

Nothing in a convolution fixes the size of its input. The global average becomes a **7 × 7 average
at stride 1**, the linear layer the **1 × 1 convolution**, and a photo of $H \times W$ pixels gives

$$h = \left\lceil \tfrac{H}{32} \right\rceil - 6 \qquad
w = \left\lceil \tfrac{W}{32} \right\rceil - 6$$

cells, each with 1000 scores: 32 is the network's stride, and $6 = 7 - 1$ cells are lost to the
average. Drag **Shorter side** and let go: photo and map grow together, drawn to scale. Point at a
cell to see the 224 × 224 window that it stands for.
"""


def build() -> list[Component]:
    """The map and the table of sizes."""
    view = classifier_view.component(empty=classifier_view.WORKING, elem_id="classifier-growth")
    return [view, gr.HTML(apply_default_css=False)]


def shown(scene: Scene) -> list[Any]:
    """The map at the chosen size, and the sizes of maps around it."""
    maps, (height, width) = scene.maps(COARSE), scene.size
    h, w = maps.logits.shape[1:]
    note = (
        f"{height} × {width} pixels: ⌈{height} / 32⌉ − 6 = {h} by ⌈{width} / 32⌉ − 6 = {w} cells, "
        f"{h * w} window{'s' if h * w > 1 else ''} of 224 × 224 in one pass of "
        f"{maps.milliseconds:.0f} ms."
    )
    pane = classifier_view.pane(scene, maps, f"{scene.name}, {h} × {w} cells", note)
    largest = scene.resized_to(LARGEST)
    pane["scale"] = width / largest[1]
    rows = []
    for shorter in sorted({*SIZES, scene.setting.shorter}):
        size = scene.resized_to(shorter)
        cells = [map_side(side) for side in size]
        rows.append([str(shorter), tables.size(size), tables.size(cells), str(cells[0] * cells[1])])
    table = classifier_view.table(
        ["Shorter side", "Photo, pixels", "Map, cells", "Windows scored"],
        rows,
        caption=f"This photo at other sizes, height × width; below {SMALLEST} no window fits",
        words=0,
    )
    return [classifier_view.value(scene, scene.size, [maps], [pane]), table]
