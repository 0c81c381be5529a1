"""The Generate tab's controls: data set, latent size, image A."""

from dataclasses import dataclass
from typing import Any

import gradio as gr
from gradio.components import Component

from segdemo.generation.shelf import SHELF
from segdemo.ui import photo_input
from segdemo.ui.generative import picture_input
from segdemo.ui.generative.picture_input import PictureInput
from segdemo.ui.generative.scene import Scene
from segdemo.ui.generative.setting import OPENING, Setting

INTRODUCTION = """
A **decoder** makes an image of a few numbers, its **code** $z$. Autoencoders, VAEs, PCA and a GAN
differ in how it is trained and where its codes come from. The autoencoders and VAEs of a data set
have the same layers, so only the idea differs; PCA is the linear one.
"""
DATA_TITLES = {
    "digits": "Digits (MNIST)",
    "fashion": "Garments (Fashion-MNIST)",
    "faces": "Faces (ORL)",
}


SETTABLE = 2 + picture_input.SETTABLE


@dataclass(frozen=True)
class Controls:
    """What the person sets beside the sections."""

    data: gr.Radio
    latent_dim: gr.Radio
    image: PictureInput
    notice: gr.HTML

    @property
    def settable(self) -> list[Component]:
        """Those that `values` gives values to, in its order."""
        return [self.data, self.latent_dim, *self.image.settable]


def build() -> Controls:
    """Lay the controls out, as the tab opens."""
    setting = Setting()
    return Controls(
        data=gr.Radio(
            [(DATA_TITLES[name], name) for name in OPENING if name in SHELF.datasets()],
            value=setting.data,
            label="Data set",
            info="What the models were trained on. Any picture may be given to any of them.",
        ),
        latent_dim=gr.Radio(
            SHELF.sizes(setting.data),
            value=setting.latent_dim,
            label="Latent size",
            info="How many numbers a code has.",
        ),
        image=picture_input.build("generate-a", "Image A"),
        notice=photo_input.notice("generate-notice"),
    )


def values(scene: Scene) -> list[Any]:
    """What `Controls.settable` shows for a scene."""
    setting = scene.setting
    return [
        setting.data,
        gr.Radio(choices=SHELF.sizes(setting.data), value=setting.latent_dim),
        *picture_input.values(setting.source, setting.data, scene.start, scene.notes),
    ]


def refused(before: Setting) -> list[Any]:
    """The same after a change that failed: as before, but what was drawn or uploaded stays."""
    sizes = gr.Radio(choices=SHELF.sizes(before.data), value=before.latent_dim)
    return [before.data, sizes, *[gr.skip()] * picture_input.SETTABLE]
