"""Step 1: the classifier's linear layer is a 1x1 convolution."""

from html import escape
from typing import Any

import gradio as gr
import numpy as np
from gradio.components import Component

from segdemo.heatmap.network import classifier
from segdemo.ui import tables
from segdemo.ui.classifier.scene import Scene
from segdemo.ui.classifier.view import WORKING, table
from segdemo.ui.scripts import script

NAME = "linear"
TITLE = "1 · Linear is 1×1"
BLANK = [None, ""]
SCRIPTS = ("elements.js", "canvas.js", "classifier_strip.js")
TEXT = r"""
## The last layer of a classifier is already a convolution

EfficientNet-Lite0 turns the photo, squeezed to 224 × 224 pixels, into a map of 7 × 7 cells with
1280 channels, averages the cells to **one vector** $f$, and multiplies it by a matrix:
`nn.Linear(1280, 1000)`. A vector is a map of one cell, so the same numbers, reshaped, are the
kernel of a 1 × 1 convolution: `nn.Conv2d(1280, 1000, kernel_size=1)`. Class $c$ gets in both

$$s_c = b_c + \sum_{i=1}^{1280} w_{c,i}\, f_i$$
"""


def build() -> list[Component]:
    """The two strips, the two results side by side."""
    strips = gr.HTML(
        None,
        html_template='<div class="strips"></div>',
        js_on_load=script(*SCRIPTS),
        elem_id="classifier-strips",
        apply_default_css=False,
        empty=WORKING,
    )
    return [strips, gr.HTML(elem_id="classifier-linear", apply_default_css=False)]


def shown(scene: Scene) -> list[Any]:
    """The strips' value and the results as HTML."""
    both, index = scene.linear, scene.index
    features = both.features
    products = classifier().classifier.weight[index].numpy() * features
    bias = float(classifier().classifier.bias[index])
    total = float(products.sum())
    strips = [
        strip(
            "The photo's features f, 1280 numbers",
            f"1280 features from {features.min():.2f} to {features.max():.2f}, "
            f"{np.mean(features < 0.01):.0%} of them below 0.01.",
            features,
        ),
        strip(
            f"Each feature times its weight for {scene.name}",
            f"1280 products from {products.min():.2f} to {products.max():.2f}.",
            products,
        ),
    ]
    sums = (
        f"The {len(products)} products add up to {total:.3f}; with the bias {bias:.3f} that makes "
        f"the logit {total + bias:.3f} of {scene.name}."
    )
    return [{"strips": strips}, f"<p class='heat-fact'>{escape(sums)}</p>{results(scene)}"]


def strip(title: str, alt: str, numbers: Any) -> dict[str, Any]:
    """One strip: `numbers` (n,) as bars."""
    spoken = f"{alt} Arrow keys read single entries."
    return {"title": title, "alt": spoken, "numbers": [round(float(n), 4) for n in numbers]}


def results(scene: Scene) -> str:
    """Linear and convolution for the five most probable classes, and how far they differ."""
    both = scene.linear
    rows = [
        [
            name,
            f"{both.linear[index]:.6f}",
            f"{both.convolution[index]:.6f}",
            tables.percent(probability),
        ]
        for index, name, probability in both.top()
    ]
    logits = table(
        [
            "Class",
            "Linear",
            "1 × 1 conv.",
            "Probability",
        ],
        rows,
        caption="Logits of the five most probable classes by both layers, whose weights are "
        f"{tables.size(both.linear_shape)} and {tables.size(both.convolution_shape)}",
    )
    count = both.linear.size
    return (
        f"{logits}<p class='heat-fact'>Largest difference over all {count} classes, measured now: "
        f"<strong>{both.difference:.1e}</strong>, float32's rounding: the sums are taken in "
        "another order.</p>"
    )
