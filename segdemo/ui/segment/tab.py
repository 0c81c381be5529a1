"""The Segment tab: one photo, several architectures, and what can be learnt from both."""

from collections.abc import Callable
from typing import Any

import gradio as gr

from segdemo.models.catalog import ARCHITECTURES
from segdemo.ui import link, photo_input
from segdemo.ui.examples import DEFAULT_EXAMPLE, EXAMPLES, picker
from segdemo.ui.model_facts import measured_on
from segdemo.ui.segment import (
    break_section,
    costs,
    inside_section,
    measure_section,
    panes,
    sections,
    takeaway_section,
)
from segdemo.ui.segment.results import RESULTS, checked_architectures
from segdemo.ui.source import Source, picture
from segdemo.ui.tab import Opening
from segdemo.ui.theme import COMPUTE

TITLE = "Segment"
DEFAULT_ARCHITECTURES = ["fcn32s", "fcn8s", "unet", "dilated"]  # in the catalog's order
EMPTY = "Choose an example or a photo of your own, and the architectures: the masks appear here."
INTRODUCTION = """
Every architecture here is a small head on **one trained trunk**, trained together on the same
photos. What differs between the panes is each paper's idea of getting from coarse features back
to the pixels.
"""
Section = Callable[[gr.State, gr.CheckboxGroup], Opening]
# The sections beside Compare: name in the address -> title and what lays it out.
SECTIONS: dict[str, tuple[str, Section]] = {
    "inside": ("Look inside", inside_section.build),
    "measure": ("Measure", measure_section.build),
    "break": ("Try to break it", break_section.build),
    "takeaway": ("Take away", takeaway_section.build),
}
VIEWS = 2 + len(costs.COSTS)  # what Compare shows: the panes, a plot for each cost, their table
KEPT = (gr.skip(),) * VIEWS


def compared(source: Source, names: list[str]) -> tuple[tuple[Any, ...], str]:
    """Compare's values for a photo and architectures, and the remark about the photo.

    ValueError where the photo or an architecture can't be used.
    """
    names = checked_architectures(names)
    data, sentence = picture(source)
    photo = RESULTS.of(data, names)
    size = f"{photo.shared['width']} × {photo.shared['height']} pixels"
    fixed = "".join(f"; {note}" for note in photo.notes)
    remark = f"Your photo as segmented: {size}{fixed}." if "upload" in source else ""
    shown = panes.value(
        photo.shared,
        [photo.panes[name] for name in names],
        sentence,
        example=source.get("example"),
        measured_on=measured_on(),
    )
    return (shown, *costs.figures(photo, names), costs.numbers(photo, names)), remark


def on_open(names: list[str], source: Source, request: gr.Request | None = None) -> tuple[Any, ...]:
    """Compare's views, notice, source, choice, picker and section, as the address wants them.

    What the address doesn't name, or names wrongly, stays as it is.
    """
    linked = link.read(request, TITLE.lower())
    if linked.get("example") in EXAMPLES:
        source = {"example": linked["example"]}
    named = linked.get("architectures", "").split(",")
    names = [name for name in ARCHITECTURES if name in named] or names
    section = linked.get("section")
    place = gr.Tabs(selected=section) if section in SECTIONS else gr.skip()
    *views, notice = on_architectures(names, source)
    return (*views, notice, source, names, source.get("example"), place)


def on_architectures(names: list[str], source: Source) -> tuple[Any, ...]:
    """Compare's views and the notice after another choice of architectures."""
    try:
        views, remark = compared(source, names)
    except ValueError as error:
        return (*KEPT, photo_input.failed(error))
    return (*views, photo_input.said(remark))


def on_example(name: str, names: list[str], source: Source) -> tuple[Any, ...]:
    """Compare's views, notice, source and upload box after an example was pressed."""
    chosen = {"example": name}
    try:
        views, remark = compared(chosen, names)
    except ValueError as error:
        return (*KEPT, photo_input.failed(error), source, gr.skip())
    return (*views, photo_input.said(remark), chosen, None)


def on_upload(path: str | None, names: list[str], source: Source) -> tuple[Any, ...]:
    """Compare's views, notice, source, upload box and picker after a photo came in.

    A photo that can't be used changes nothing but the notice: the box shows what it showed.
    """
    if path is None:
        return (*KEPT, gr.skip(), source, gr.skip(), gr.skip())
    chosen = {"upload": path}
    try:
        views, remark = compared(chosen, names)
    except ValueError as error:
        return (*KEPT, photo_input.failed(error), source, source.get("upload"), gr.skip())
    return (*views, photo_input.said(remark), chosen, gr.skip(), None)


def warm_up() -> None:
    """Work the default example out, so that the first page to open finds it done."""
    compared({"example": DEFAULT_EXAMPLE}, DEFAULT_ARCHITECTURES)


def build() -> Opening:
    """Lay the tab out and wire it; it opens with the default example and architectures."""
    source = gr.State({"example": DEFAULT_EXAMPLE})
    with gr.Row(elem_classes="split"):
        with gr.Column(scale=0, min_width=320, elem_classes="controls"):
            examples, photo, notice, choice = _controls()
        with gr.Column(scale=1, min_width=320), gr.Tabs(elem_classes="sections") as places:
            with gr.Tab("Compare", id=sections.COMPARE) as compare:
                shown = panes.component(empty=EMPTY)
                views = [shown, *costs.build()]
            openings = {}
            for name, (title, lay_out) in SECTIONS.items():
                with gr.Tab(title, id=name) as place:
                    openings[name] = (place, lay_out(source, choice))
    sections.wire(openings, compare, source, choice)
    shared = {
        "api_visibility": "private",
        "show_progress": "minimal",
        "show_progress_on": shown,
        **COMPUTE,
    }
    choice.input(
        on_architectures, [choice, source], [*views, notice], trigger_mode="always_last", **shared
    )
    examples.input(
        on_example, [examples, choice, source], [*views, notice, source, photo], **shared
    )
    photo.input(
        on_upload, [photo, choice, source], [*views, notice, source, photo, examples], **shared
    )
    return Opening(on_open, [choice, source], [*views, notice, source, choice, examples, places])


def _controls() -> tuple[gr.HTML, photo_input.PhotoInput, gr.HTML, gr.CheckboxGroup]:
    """The picker of examples, the box for one's own photo, its notice, the architectures."""
    gr.Markdown(INTRODUCTION)
    examples = picker(DEFAULT_EXAMPLE)
    photo = photo_input.box("photo", height=180)
    notice = photo_input.notice()
    choice = gr.CheckboxGroup(
        [(architecture.title, name) for name, architecture in ARCHITECTURES.items()],
        value=DEFAULT_ARCHITECTURES,
        label="Architectures",
        info="Each one chosen gets a pane; shared stages run once.",
    )
    return examples, photo, notice, choice
