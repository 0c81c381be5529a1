"""The Classifier tab's controls: the photo, the class, the size."""

from dataclasses import dataclass
from typing import Any

import gradio as gr
from gradio.components import Component

from segdemo.heatmap.network import class_names
from segdemo.heatmap.photo import LARGEST, SMALLEST, STEP
from segdemo.ui import photo_input, tables
from segdemo.ui.classifier.scene import Scene
from segdemo.ui.classifier.setting import DEFAULT_PHOTO, DEFAULT_SHORTER, Setting
from segdemo.ui.examples import picker

INTRODUCTION = """
A network trained to **name** a photo can be turned into one that says **where**: its linear layer
becomes a convolution, with the same numbers (Long, Shelhamer & Darrell 2015). Six steps, on a real
ImageNet classifier and any photo.
"""
SETTABLE = ("photo", "picker", "top", "search", "shorter")


@dataclass(frozen=True)
class Controls:
    """What the person sets beside the steps."""

    picker: gr.HTML
    photo: gr.Image
    notice: gr.HTML
    top: gr.Radio
    search: gr.Dropdown
    shorter: gr.Slider

    @property
    def settable(self) -> list[Component]:
        """Those that `values` gives values to, in its order."""
        return [getattr(self, name) for name in SETTABLE]


def build() -> Controls:
    """Lay the controls out, as the tab opens."""
    gr.Markdown(INTRODUCTION)
    return Controls(
        picker=picker(DEFAULT_PHOTO, elem_id="classifier-picker"),
        photo=photo_input.box("classifier-photo", height=150),
        notice=photo_input.notice("classifier-notice"),
        top=gr.Radio([], label="Class", info="The five most probable for this photo."),
        search=gr.Dropdown(
            [(name, index) for index, name in enumerate(class_names())],
            value=None,
            label="Any of the 1000 classes",
            info="Overwrite the name to search.",
            elem_id="classifier-search",
        ),
        shorter=gr.Slider(
            SMALLEST,
            LARGEST,
            value=DEFAULT_SHORTER,
            step=STEP,
            label="Shorter side, pixels",
            info="The size at which the photo is scored; step 1 always squeezes it to 224 × 224.",
        ),
    )


def values(setting: Setting, scene: Scene) -> list[Any]:
    """What `Controls.settable` shows for a setting; the upload box keeps what it holds."""
    five = scene.linear.top()
    choices = [
        (f"{name}, {tables.percent(probability)}", index) for index, name, probability in five
    ]
    chosen = scene.index if scene.index in [index for index, _, _ in five] else None
    return [
        gr.skip() if "upload" in setting.source else None,
        setting.source.get("example"),
        gr.Radio(choices=choices, value=chosen),
        scene.index,
        setting.shorter,
    ]


def refused(before: Setting) -> list[Any]:
    """The same after a change that failed: as it was before."""
    return [
        before.source.get("upload"),
        before.source.get("example"),
        gr.skip(),
        gr.skip() if before.index is None else before.index,
        before.shorter,
    ]
