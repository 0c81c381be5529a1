"""Reconstruct: one image through every model of a latent size, side by side, with its ledger."""

from typing import Any

import gradio as gr
import numpy as np
from numpy.typing import NDArray

from segdemo.generation.coding import pixels
from segdemo.generation.reconstruct import Reconstruction, error_scale, side_by_side
from segdemo.ui.generative import reconstruct_ledger, reconstruct_unusual
from segdemo.ui.generative.part import Hands, Part
from segdemo.ui.generative.pictures import picture_uri, signed_uri, sprite_uri
from segdemo.ui.generative.scene import Scene
from segdemo.ui.scripts import script

NAME = "reconstruct"
TITLE = "Reconstruct"
SCRIPTS = ("elements.js", "generative_sprite.js", "generative_reconstruct.js")
LEGEND = 65  # colours of the error maps' key
TEXT = r"""
## The same image through every model of this latent size

An **encoder** turns the image $x$ into a code $z$, a **decoder** turns the code into an image
again. Look at what each model loses, then give it something that it has never seen: a shoe to the
digits, a cat to the faces. A VAE's encoder gives a normal distribution $q(z|x)$ with a mean $\mu$
and a standard deviation $\sigma$ in each dimension; what is decoded here is its **mean**, or one
**sample** of it. The pixels shown are the decoder's means too, never samples of pixels.
"""


def build(hands: Hands) -> Part:
    """The pictures, the ledger, how unusual the image is."""
    view = gr.HTML(
        None,
        html_template='<div class="gen-made"><p class="gen-empty">Being worked out.</p></div>',
        js_on_load=script(*SCRIPTS),
        elem_id="generate-reconstruct",
        apply_default_css=False,
    )
    unusual = gr.HTML(elem_id="generate-unusual", apply_default_css=False)
    return Part([view, unusual, *reconstruct_ledger.build()])


def shown(scene: Scene) -> list[Any]:
    """The pictures' value, how unusual the image is, the ledger's values."""
    made = side_by_side(scene.models, scene.start.image)
    return [
        value(scene.start.image, made),
        reconstruct_unusual.html(made),
        *reconstruct_ledger.shown(made),
    ]


def value(image: NDArray[np.float32], made: list[Reconstruction]) -> dict[str, Any]:
    """The image and each model's reconstructions, all errors on one scale from -`scale` to it."""
    scale = max([error_scale(made), *(float(np.abs(errors(one, image)).max()) for one in made)])
    return {
        "input": picture_uri(pixels(image)),
        "scale": f"{scale:.2f}",
        "legend": signed_uri(np.linspace(-1, 1, LEGEND)[None], 1),
        "cards": [card(one, image, scale) for one in made],
    }


def card(one: Reconstruction, image: NDArray[np.float32], scale: float) -> dict[str, Any]:
    """One model's: a sprite of what it decodes, of the errors, the squared errors a pixel.

    The first frame decodes the mean code, the second, a VAE's alone, one posterior sample.
    """
    frames = [one.image] if one.sample is None else [one.image, one.sample]
    wrong = errors(one, image)
    return {
        "title": one.model.title,
        "name": one.model.name,
        "images": sprite_uri(np.stack([pixels(frame) for frame in frames])),
        "errors": signed_uri(np.concatenate(list(wrong), axis=1), scale),
        "mse": [f"{np.square(each, dtype=np.float64).mean():.4f}" for each in wrong],
    }


def errors(one: Reconstruction, image: NDArray[np.float32]) -> NDArray[np.float32]:
    """What the mean code and, for a VAE, the sample decode to, less the image: (1 or 2, S, S)."""
    return np.stack([one.error] if one.sample is None else [one.error, one.sample - image])
