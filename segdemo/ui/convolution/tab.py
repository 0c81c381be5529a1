"""The Convolution tab: one layer step by step, stacks of layers, on a picture, and a quiz."""

from typing import Any, Protocol

import gradio as gr

from segdemo.ui import link
from segdemo.ui.convolution import picture, quiz, stack, step, takeaway
from segdemo.ui.tab import Opening
from segdemo.ui.theme import COMPUTE

TITLE = "Convolution"
STEP = "step"
INTRODUCTION = """
Set any convolution, transposed or dilated convolution, pooling or unpooling, and watch every number
come about. Sizes, sums and refusals are torch's own.
"""
# The section's name goes into the link (null takes it out), but only once the stage is there:
# before that the page is opening, and its address is still to be read.
REMEMBER = """(...values) => {
    const here = window.segdemo.current() === "convolution";
    const opened = document.querySelector(".cv-stage[data-state=ready]");
    if (here && opened) window.segdemo.link("convolution", {section: SECTION});
    return values;
}"""


class Section(Protocol):
    """A module that fills one section of the tab."""

    def build(self) -> Opening:
        """Make the components inside the section that is open, and wire them."""


SECTIONS: dict[str, tuple[str, Section]] = {  # beside Step by step: name in a link -> title, module
    "dilation": ("Dilation", stack),
    "picture": ("On a picture", picture),
    "quiz": ("Quiz", quiz),
}


def on_open(state: object, request: gr.Request | None = None) -> tuple[Any, ...]:
    """The section that the link names, and what Step by step opens with."""
    named = link.read(request, step.NAME).get("section")
    turned = gr.Tabs(selected=named) if named in SECTIONS else gr.skip()
    return turned, *step.on_open(state, request)


def warm_up() -> None:
    """Work out what the tab opens with."""
    step.warm_up()


def build() -> Opening:
    """Lay the tab out and wire it; it opens with the setting of the link, or the default preset."""
    state = gr.State({})  # of the setting on the screen, a plain mapping
    address = link.address()
    gr.Markdown(INTRODUCTION)
    with gr.Tabs() as places:
        with gr.Tab("Step by step", id=STEP) as first:
            opening = step.build(state, address)
            takeaway.build(state)
        for name, (title, section) in SECTIONS.items():
            with gr.Tab(title, id=name) as place:
                filled = section.build()
            place.select(
                filled.handler,
                filled.inputs,
                filled.outputs,
                js=REMEMBER.replace("SECTION", repr(name)),
                api_visibility="private",
                show_progress="minimal",
                **COMPUTE,
            )
    first.select(None, js=REMEMBER.replace("SECTION", "null"))
    return Opening(on_open, opening.inputs, [places, *opening.outputs])
