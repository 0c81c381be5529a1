"""The Generate tab: reconstruct, interpolate, walk, sample, and see why."""

from functools import partial
from typing import Any

import gradio as gr

from segdemo.ui import downloads, link
from segdemo.ui.generative import (
    beta_section,
    controls,
    gan_section,
    interpolate_section,
    map_section,
    picture_input,
    reconstruct_section,
    sample_section,
    walk_section,
)
from segdemo.ui.generative.changes import Sections, answer, on_change, on_section
from segdemo.ui.generative.controls import Controls
from segdemo.ui.generative.part import Change, Hands, Section
from segdemo.ui.generative.scene import scene_of
from segdemo.ui.generative.setting import TAB, Setting, linked, with_data, with_latent_dim
from segdemo.ui.models_tab import LATEX
from segdemo.ui.tab import Opening
from segdemo.ui.theme import COMPUTE

TITLE = "Generate"
SECTIONS: list[Section] = [
    reconstruct_section,
    interpolate_section,
    walk_section,
    map_section,
    sample_section,
    gan_section,
    beta_section,
]
PRIVATE: dict[str, Any] = {"api_visibility": "private", **COMPUTE}


def warm_up() -> None:
    """Work out what each section opens with: what is worked out once per model comes first."""
    for section in SECTIONS:
        section.shown(scene_of(Setting(section=section.NAME)))


def build() -> Opening:
    """Lay the tab out and wire it."""
    setting, address, saver = gr.State(Setting()), link.address(), downloads.saver()
    with gr.Row(elem_classes="split"):
        with gr.Column(scale=0, min_width=320, elem_classes="controls"):
            gr.Markdown(controls.INTRODUCTION, latex_delimiters=LATEX)
            beside = controls.build()
        with gr.Column(scale=1, min_width=320):
            tabs, places, sections = lay_out(Hands(setting, beside.notice, saver))
    answered = [setting, beside.notice, address, *beside.settable]
    answered += [component for _, part in sections for component in part.outputs]
    wire(beside, places, sections, answered)
    names = [section.NAME for section in SECTIONS]

    def on_open(setting: Setting, request: gr.Request = None) -> list[Any]:  # type: ignore[assignment]
        """The section to turn to and everything else, when the tab is shown or linked to."""
        wanted = linked(link.read(request, TAB), setting, names)
        return [gr.Tabs(selected=wanted.section), *answer(sections, wanted, setting)]

    opened: list[Any] = [tabs, *answered]
    return Opening(on_open, [setting], opened)


def lay_out(hands: Hands) -> tuple[gr.Tabs, dict[str, gr.Tab], Sections]:
    """A tab for each section: its text, then itself."""
    places: dict[str, gr.Tab] = {}
    sections: Sections = []
    with gr.Tabs() as tabs:
        for section in SECTIONS:
            with gr.Tab(section.TITLE, id=section.NAME) as places[section.NAME]:
                gr.Markdown(section.TEXT, latex_delimiters=LATEX)
                sections.append((section, section.build(hands)))
    return tabs, places, sections


def wire(
    beside: Controls, places: dict[str, gr.Tab], sections: Sections, answered: list[Any]
) -> None:
    """Everything that changes the setting; it ends long work that is under way."""
    setting = answered[0]
    shared: dict[str, Any] = {
        "outputs": answered,
        "cancels": [event for _, part in sections for event in part.running],
        "show_progress": "minimal",
        "trigger_mode": "always_last",  # no stroke of a drawing is lost
        "show_progress_on": [part.outputs[0] for _, part in sections],
        **PRIVATE,
    }
    changes = [
        Change(beside.data.input, beside.data, with_data),
        Change(beside.latent_dim.input, beside.latent_dim, with_latent_dim),
        *(change for _, part in sections for change in part.changes),
        *picture_input.changes(beside.image, "source"),
    ]
    for change in changes:
        change.event(
            partial(on_change, sections, change.changed), [change.component, setting], **shared
        )
    for name, place in places.items():
        place.select(partial(on_section, sections, name), setting, **shared)
