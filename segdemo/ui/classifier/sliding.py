"""Step 4: the sliding window done naively against one convolutional pass."""

from collections.abc import Iterator
from html import escape
from typing import Any

import gradio as gr
from gradio.components import Component

from segdemo.heatmap.sliding import Comparison, Exact, Progress, compared, papers_ratio
from segdemo.ui import tables
from segdemo.ui.classifier import view as classifier_view
from segdemo.ui.classifier.scene import Scene

NAME = "sliding"
TITLE = "4 · Sliding window"
TEXT = r"""
## Hundreds of windows in one pass

The naive way cuts out a window of 224 × 224 every 32 pixels and classifies each by itself. The
convolutional pass computes what overlapping windows share only once: the **trunk** over the whole
photo, then a **7 × 7 average at stride 1** in place of each window's global average, then the **1 ×
1 convolution** in place of each window's linear layer. The window of cell $j$ starts at pixel $32 j
+ \varphi - 31$, where $\varphi$ is the pixel that the trunk's first cell looks at; on sides that
are multiples of 32, as here, $\varphi = 31$.
"""
BLANK = ["", None, ""]
UNDER_WAY = "Window"  # what the progress line begins with until the end
EMPTY = "Press the button: the two maps appear here, with the time that each took."


def buttons() -> tuple[gr.Button, gr.Button, gr.HTML]:
    """Start and stop, and the line that says how far it is."""
    with gr.Row(elem_classes="heat-buttons"):
        start = gr.Button("Slide the window", variant="primary", scale=0, min_width=180)
        stop = gr.Button("Stop", scale=0, min_width=90)
        progress = gr.HTML(
            "", html_template='<p class="progress-line" aria-live="polite">${value}</p>'
        )
    return start, stop, progress


def build() -> list[Component]:
    """The numbers, the two maps, the network without padding."""
    numbers = gr.HTML(elem_id="classifier-sliding-numbers", apply_default_css=False)
    view = classifier_view.component(empty=EMPTY, elem_id="classifier-sliding")
    exact = gr.HTML(elem_id="classifier-exact", apply_default_css=False)
    return [numbers, view, exact]


def shown(scene: Scene) -> list[Any]:
    """What is known without sliding: a comparison done before, the network without padding."""
    return [*compared_values(scene), exact_words(scene.exact)]


def compared_values(scene: Scene) -> list[Any]:
    """Numbers and view of the comparison, where one was done."""
    comparison = scene.sliding
    if comparison is None:
        return ["", None]
    titles = ("Naive: each window by itself", "One convolutional pass")
    panes = []
    for maps, title in zip(comparison.both, titles, strict=True):
        note = f"{maps.milliseconds:.0f} ms for {windows_of(comparison)} windows"
        panes.append(classifier_view.pane(scene, maps, title, note))
    view = classifier_view.value(scene, comparison.naive.size, comparison.both, panes)
    return [numbers_of(scene, comparison), view]


def windows_of(comparison: Comparison) -> int:
    """How many windows were scored."""
    h, w = comparison.naive.logits.shape[1:]
    return h * w


def numbers_of(scene: Scene, comparison: Comparison) -> str:
    """Times, ratio, correlations, and why the two differ, as HTML."""
    naive, one = (maps.milliseconds for maps in comparison.both)
    height, width = comparison.naive.size
    rows = [
        ["Naive, one window after the other", f"{naive:.0f} ms"],
        ["One convolutional pass", f"{one:.0f} ms"],
        ["Ratio", f"{comparison.ratio:.1f}"],
        ["Correlation of the logits over all 1000 classes", said(comparison.correlation())],
        ["The same, each class's mean taken off", said(comparison.correlation_within())],
        [f"Correlation for {scene.name} alone", said(comparison.correlation(scene.index))],
        ["Largest difference of a logit", f"{comparison.difference:.2f}"],
    ]
    table = classifier_view.table(
        ["Measured now", "Result"],
        rows,
        caption=f"{windows_of(comparison)} windows of this photo at {height} × {width} pixels",
    )
    return (
        f"{table}<p class='heat-fact'>The paper reports more than 5: 100 windows × 1.2 ms against "
        f"22 ms, {papers_ratio():.1f}. The more windows overlap, the larger the ratio. The two "
        "maps are alike, not equal: the trunk pads every layer with zeros, and a crop has its "
        "zeros at the window's border, where the full pass sees the photo go on. Over all classes "
        "much of what correlates is that some score higher than others everywhere; with each "
        "class's mean taken off, less is left, and one class's map can lose it altogether.</p>"
    )


def said(correlation: float | None) -> str:
    """A correlation as text; one cell, or a constant map, has none."""
    return "none: too few cells" if correlation is None else f"{correlation:.3f}"


def exact_words(exact: Exact) -> str:
    """The network without padding, in a sentence with its numbers, as HTML."""
    h, w = exact.windows
    equal = "equal to the last bit" if exact.difference == 0 else "not equal"
    text = (
        f"On a small network without padding the theory holds exactly. It reads 18 × 18 windows "
        f"4 pixels apart; on this photo at {tables.size(exact.size)} pixels it gives {h} × {w} "
        f"windows × 5 scores, {exact.distinct} of them different. Sliding window and one pass, "
        f"both computed now, are {equal}: largest difference {exact.difference:g}."
    )
    return f"<p class='heat-fact'>{escape(text)}</p>"


def slid(scene: Scene) -> Iterator[list[Any]]:
    """Do both ways; yields [numbers, view, progress line], the last with the result."""
    if scene.sliding is None:
        for step in compared(scene.pixels, scene.window_size):
            if isinstance(step, Progress):
                line = f"{UNDER_WAY} {step.done} of {step.windows}"
                yield [gr.skip(), gr.skip(), line]
            else:
                scene.keep_sliding(step)
    yield [*compared_values(scene), "Done."]


def ended(line: object) -> Any:
    """The progress line once sliding has ended: where a window is still named, it was stopped."""
    return "Stopped." if isinstance(line, str) and line.startswith(UNDER_WAY) else gr.skip()
