"""The Segment tab: one photo, several architectures, their masks side by side."""

from typing import Any

import gradio as gr
import numpy as np

from segdemo import inference
from segdemo.models.catalog import ARCHITECTURES
from segdemo.ui import panes, photo_input
from segdemo.ui.examples import DEFAULT_EXAMPLE, example, picker
from segdemo.ui.model_facts import CAMERA
from segdemo.ui.results import RESULTS, checked_architectures
from segdemo.ui.tab import Opening
from segdemo.ui.theme import COMPUTE

TITLE = "Segment"
DEFAULT_ARCHITECTURES = ["fcn32s", "fcn8s", "unet", "dilated"]  # in the catalog's order
OWN_PHOTO = (
    "Compare the outlines, and the thin parts: what does an architecture lose that another keeps? "
    "Where nothing fits, other should win."
)
EMPTY = "Choose an example or a photo of your own, and the architectures: the masks appear here."
INTRODUCTION = """
Every architecture here is a small head on **one trained trunk**, trained together on the same
photos. What differs between the panes is each paper's idea of getting from coarse features back
to the pixels.
"""

Source = dict[str, str]  # what is on the screen: {"example": name} or {"upload": path}


def picture(source: Source) -> tuple[bytes, str]:
    """The photo's file and the sentence that says what to look at in it."""
    if "upload" in source:
        return photo_input.read_upload(source["upload"]), OWN_PHOTO
    shown = example(source.get("example"))
    return shown.data(), shown.sentence


def segmented(source: Source, names: list[str]) -> tuple[dict[str, Any], str]:
    """The panes' value for a photo and architectures, and the remark about the photo.

    ValueError where the photo or an architecture can't be used.
    """
    names = checked_architectures(names)
    data, sentence = picture(source)
    photo = RESULTS.of(data, names)
    size = f"{photo.shared['width']} × {photo.shared['height']} pixels"
    fixed = "".join(f"; {note}" for note in photo.notes)
    remark = f"Your photo as segmented: {size}{fixed}." if "upload" in source else ""
    return panes.value(photo.shared, [photo.panes[name] for name in names], sentence), remark


def on_architectures(names: list[str], source: Source) -> tuple[Any, Any]:
    """Panes and notice after another choice of architectures, or when the page opens."""
    try:
        value, remark = segmented(source, names)
    except ValueError as error:
        return gr.skip(), photo_input.failed(error)
    return value, photo_input.said(remark)


def on_example(name: str, names: list[str], source: Source) -> tuple[Any, Any, Any, Any]:
    """Panes, notice, source and upload box after an example was pressed."""
    chosen = {"example": name}
    try:
        value, remark = segmented(chosen, names)
    except ValueError as error:
        return gr.skip(), photo_input.failed(error), source, gr.skip()
    return value, photo_input.said(remark), chosen, None


def on_upload(path: str | None, names: list[str], source: Source) -> tuple[Any, Any, Any, Any, Any]:
    """Panes, notice, source, upload box and picker after a photo came in.

    A photo that can't be used changes nothing but the notice: the box shows what it showed.
    """
    if path is None:
        return gr.skip(), gr.skip(), source, gr.skip(), gr.skip()
    chosen = {"upload": path}
    try:
        value, remark = segmented(chosen, names)
    except ValueError as error:
        return gr.skip(), photo_input.failed(error), source, source.get("upload"), gr.skip()
    return value, photo_input.said(remark), chosen, gr.skip(), None


def warm_up() -> None:
    """Work the default example out, so that the first page to open finds it done.

    The network runs once before, unseen: a first pass is several times slower than all others, and
    the times on the page are to be those of the architectures.
    """
    blank = np.zeros((*CAMERA, 3), np.uint8)
    inference.segment(blank, DEFAULT_ARCHITECTURES)
    segmented({"example": DEFAULT_EXAMPLE}, DEFAULT_ARCHITECTURES)


def build() -> Opening:
    """Lay the tab out and wire it; it opens with the default example and architectures."""
    source = gr.State({"example": DEFAULT_EXAMPLE})
    with gr.Row(elem_classes="split"):
        with gr.Column(scale=0, min_width=320, elem_classes="controls"):
            gr.Markdown(INTRODUCTION)
            examples = picker(DEFAULT_EXAMPLE)
            photo = photo_input.PhotoInput(
                type="filepath",
                label="Your own photo",
                elem_id="photo",
                placeholder="Drop a photo here, or press to choose one",
                sources=["upload", "webcam", "clipboard"],
                height=180,
                buttons=[],
            )
            notice = photo_input.notice()
            choice = gr.CheckboxGroup(
                [(architecture.title, name) for name, architecture in ARCHITECTURES.items()],
                value=DEFAULT_ARCHITECTURES,
                label="Architectures",
                info="Each one chosen gets a pane; shared stages run once.",
            )
        with gr.Column(scale=1, min_width=320):
            shown = panes.component(empty=EMPTY)
    shared = {
        "api_visibility": "private",
        "show_progress": "minimal",
        "show_progress_on": shown,
        **COMPUTE,
    }
    choice.input(
        on_architectures, [choice, source], [shown, notice], trigger_mode="always_last", **shared
    )
    examples.input(on_example, [examples, choice, source], [shown, notice, source, photo], **shared)
    photo.input(
        on_upload, [photo, choice, source], [shown, notice, source, photo, examples], **shared
    )
    return Opening(on_architectures, [choice, source], [shown, notice])
