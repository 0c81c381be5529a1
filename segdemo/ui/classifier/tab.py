"""The Classifier tab: from image classification to dense prediction, told in six steps."""

from dataclasses import dataclass
from functools import partial
from typing import Any

import gradio as gr

from segdemo.heatmap.network import class_index
from segdemo.ui import downloads, link
from segdemo.ui.classifier import controls as classifier_controls
from segdemo.ui.classifier import field as classifier_field
from segdemo.ui.classifier import heat, sliding
from segdemo.ui.classifier.changes import (
    STEPS,
    answer,
    on_example,
    on_file,
    on_open,
    on_point,
    on_slide,
    on_step,
    on_upload,
    on_value,
)
from segdemo.ui.classifier.controls import Controls
from segdemo.ui.classifier.setting import (
    checked_scored,
    checked_shorter,
    checked_stride,
    opening_setting,
)
from segdemo.ui.models_tab import LATEX
from segdemo.ui.tab import Opening
from segdemo.ui.theme import COMPUTE

TITLE = "Classifier"
FILES = {"png": "Heat map, PNG", "pdf": "Figure, PDF", "svg": "Figure, SVG"}
PRIVATE: dict[str, Any] = {"api_visibility": "private", **COMPUTE}


@dataclass(frozen=True)
class Steps:
    """The steps as laid out: each one's tab and outputs by name, and what is set inside them."""

    tabs: gr.Tabs
    places: dict[str, gr.Tab]
    parts: dict[str, list[Any]]
    scored: gr.Radio
    stride: gr.Radio
    start: gr.Button
    stop: gr.Button
    progress: gr.HTML
    files: dict[str, gr.Button]

    @property
    def outputs(self) -> list[Any]:
        """The outputs of all steps, in order."""
        return [component for part in self.parts.values() for component in part]


def warm_up() -> None:
    """Work out what the tab opens with."""
    answer(opening_setting(), opening_setting())


def build() -> Opening:
    """Lay the tab out and wire it."""
    setting, address, saver = gr.State(opening_setting()), link.address(), downloads.saver()
    with gr.Row(elem_classes="split"):
        with gr.Column(scale=0, min_width=320, elem_classes="controls"):
            controls = classifier_controls.build()
        with gr.Column(scale=1, min_width=320):
            steps = lay_out_steps()
    answered = [setting, controls.notice, address, *controls.settable]
    answered += [steps.scored, steps.stride, steps.progress, *steps.outputs]
    slide = wire_sliding(steps, setting)
    wire_changes(controls, steps, setting, answered, slide)
    for kind, button in steps.files.items():
        button.click(
            partial(on_file, kind),
            setting,
            [saver, controls.notice],
            show_progress="hidden",
            **PRIVATE,
        )
    opened: list[Any] = [steps.tabs, *answered]
    return Opening(on_open, [setting], opened)


def lay_out_steps() -> Steps:
    """A tab for each step: its text, what is set in it, what it shows."""
    places: dict[str, gr.Tab] = {}
    parts: dict[str, list[Any]] = {}
    with gr.Tabs() as tabs:
        for name, step in STEPS.items():
            with gr.Tab(step.TITLE, id=name) as places[name]:
                gr.Markdown(step.TEXT, latex_delimiters=LATEX)
                if step is heat:
                    scored, stride = heat.choices()
                if step is sliding:
                    start, stop, progress = sliding.buttons()
                parts[name] = step.build()
                if step is heat:
                    files = file_buttons()
    return Steps(tabs, places, parts, scored, stride, start, stop, progress, files)


def file_buttons() -> dict[str, gr.Button]:
    """A button for each kind of file."""
    with gr.Row(elem_classes="heat-buttons"):
        return {
            kind: gr.Button(words, size="sm", scale=0, min_width=130)
            for kind, words in FILES.items()
        }


def wire_sliding(steps: Steps, setting: gr.State) -> Any:
    """Start and stop of the sliding window; returns the event, which others cancel."""
    shown = [*steps.parts[sliding.NAME][:2], steps.progress]
    slide = steps.start.click(on_slide, setting, shown, show_progress="hidden", **PRIVATE)
    # Said once it has ended, finished or cancelled: what it still sends would come after.
    slide.then(
        sliding.ended, steps.progress, steps.progress, show_progress="hidden",
        api_visibility="private",
    )  # fmt: skip
    steps.stop.click(None, cancels=[slide])
    return slide


def wire_changes(
    controls: Controls, steps: Steps, setting: gr.State, answered: list[Any], slide: Any
) -> None:
    """Everything that changes the setting; it ends a sliding window that is under way."""
    shared: dict[str, Any] = {
        "outputs": answered,
        "cancels": [slide],
        "show_progress": "minimal",
        "show_progress_on": [part[0] for part in steps.parts.values()],
        **PRIVATE,
    }
    controls.picker.input(on_example, [controls.picker, setting], **shared)
    controls.photo.input(on_upload, [controls.photo, setting], **shared)
    for event, component, field, check in (
        (controls.top.input, controls.top, "index", class_index),
        (controls.search.input, controls.search, "index", class_index),
        (controls.shorter.release, controls.shorter, "shorter", checked_shorter),
        (steps.scored.input, steps.scored, "scored", checked_scored),
        (steps.stride.input, steps.stride, "stride", checked_stride),
    ):
        event(partial(on_value, field, check), [component, setting], **shared)
    for name, place in steps.places.items():
        place.select(partial(on_step, name), setting, **shared)
    steps.parts[classifier_field.NAME][0].input(on_point, setting, **shared)
