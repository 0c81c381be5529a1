"""Step 5: stride turned into dilation, the phase, and what FCN does instead."""

from typing import Any
from urllib.parse import urlencode

import gradio as gr
from gradio.components import Component

from segdemo.heatmap.scores import COARSE, OUTPUT_STRIDES
from segdemo.heatmap.strides import Inside, inside, phases
from segdemo.ui import tables
from segdemo.ui.classifier import view as classifier_view
from segdemo.ui.classifier.scene import Scene

NAME = "strides"
TITLE = "5 · Stride or dilation"
BESIDE = "fcn32s,fcn16s,fcn8s,dilated"  # what to compare in Segment
BLANK = [None, "", ""]
SIDES = (224, 232, 240, 256, 296, 304, 320, 328)  # pixels: phases of every kind
TEXT = r"""
## A denser map from the same parameters

A layer of stride 2 computes every second position. Compute **all** of them (stride 1), and let
every later layer reach twice as far (dilation 2, *à trous*), so that it still meets the positions
it was trained on: the map gets twice as dense, and no parameter changes (Yu & Koltun 2016). A
cell scores what is chosen in step 3; for windows, the 7 × 7 average is dilated too. Neighbours in
the dense map share few inputs of the dilated layers and may disagree: the chequer at stride 8 is
that, called gridding.

The coarse map then **stands inside the dense one** at stride $s$: coarse cell $j$ is dense cell
$\tfrac{32}{s} j + \varphi$. The phase $\varphi$ is set by the padding of the layers whose stride
was taken away. 'Same' padding puts $p$ zeros before a side of $n$ cells, for a kernel of $k$ cells
at stride 2:

$$p = \left\lfloor \tfrac12 \max(2 \lceil \tfrac n2 \rceil - 2 + k - n,\ 0) \right\rfloor$$

$$\varphi = \sum_m 2^m \left( \tfrac{k_m - 1}{2} - p_m \right)$$

over the layers $m = 0, 1, \dots$ whose stride was taken away, in their order. So the size alone
decides the phase, and cell $\tfrac{32}{s} j$ is the wrong one for most sizes.
"""
INSTEAD = """
## What FCN does instead

Dilation makes the map denser and the work heavier: every later layer runs on 4 or 16 times as many
cells. FCN keeps the coarse map, **enlarges it by a transposed convolution**, and adds scores made
from finer, earlier layers (**skips**) to sharpen the outlines. Compare them on {photo}:
[FCN-32s, 16s and 8s beside a dilated network in Segment]({link}).
"""


def build() -> list[Component]:
    """The three maps, the measured phases, the link to Segment."""
    view = classifier_view.component(empty=classifier_view.WORKING, elem_id="classifier-strides")
    found = gr.HTML(elem_id="classifier-phases", apply_default_css=False)
    return [view, found, gr.Markdown()]


def shown(scene: Scene) -> list[Any]:
    """Maps at stride 32, 16 and 8, where the coarse one stands in the others, and what then."""
    windows = scene.setting.scored == "windows"
    maps = [scene.maps(stride, windows=windows) for stride in OUTPUT_STRIDES]
    coarse, *dense = maps
    measured = [inside(coarse, finer) for finer in dense]
    panes = [
        classifier_view.pane(
            scene,
            m,
            f"Stride {m.stride}: {tables.size(m.logits.shape[1:])} cells",
            f"{m.milliseconds:.0f} ms"
            + (f"; dots: the coarse map's cells, {where(i)}" if i else ""),
            marks=i,
        )
        for m, i in zip(maps, [None, *measured], strict=True)
    ]
    example = scene.setting.source.get("example")
    link = "?" + urlencode(
        {"tab": "segment", "architectures": BESIDE} | ({"example": example} if example else {}),
        safe=",",
    )
    photo = "this photo" if example else "an example"
    return [
        classifier_view.value(scene, scene.size, maps, panes),
        differences(scene, measured) + other_sides(),
        INSTEAD.format(link=link, photo=photo),
    ]


def where(found: Inside) -> str:
    """Which dense cells those are."""
    return f"rows {found.step}i + {found.first[0]}, columns {found.step}j + {found.first[1]}"


def differences(scene: Scene, measured: list[Inside]) -> str:
    """Measured differences at the phase and beside it, as HTML."""
    rows = [
        [
            str(found.stride),
            f"{found.step}i + {found.first[0]}",
            f"{found.step}j + {found.first[1]}",
            f"{found.difference:.1e}" if found.difference else "0",
            f"{found.naive:.2f}" if any(found.first) else "the same cells",
        ]
        for found in measured
    ]
    return classifier_view.table(
        ["Stride", "Row of coarse i", "Column of coarse j", "Difference there", "At phase 0, 0"],
        rows,
        caption=f"The coarse map inside the dense ones at {tables.size(scene.size)} pixels: "
        "largest difference of a logit over all 1000 classes and cells, measured now",
        words=0,
    )


def other_sides() -> str:
    """The phase of other sides, by the formula, as HTML."""
    rows = [
        [str(side), *(str(phases((side, side), stride)[0]) for stride in OUTPUT_STRIDES[1:])]
        for side in SIDES
    ]
    return classifier_view.table(
        ["Side, pixels", *(f"Phase at stride {stride}" for stride in OUTPUT_STRIDES[1:])],
        rows,
        caption=f"The phase of other sides by the formula, from stride {COARSE}",
        words=0,
    )
