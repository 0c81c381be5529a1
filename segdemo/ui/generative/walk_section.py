"""Walk: one slider a latent dimension, and directions that mean something, from an image's code."""

from typing import Any

import gradio as gr

from segdemo.generation.shelf import SHELF, Model
from segdemo.ui.generative import walk_steps, walk_view
from segdemo.ui.generative.part import Change, Hands, Part
from segdemo.ui.generative.scene import Scene
from segdemo.ui.generative.setting import with_model
from segdemo.ui.scripts import script
from segdemo.ui.theme import COMPUTE

NAME = "walk"
TITLE = "Walk"
SCRIPTS = (
    "elements.js",
    "generative_sprite.js",
    "generative_walk_code.js",
    "generative_walk_rows.js",
    "generative_walk_directions.js",
    "generative_walk.js",
)
TEXT = r"""
## One number of the code at a time

A slider moves one number $z_j$ through the **quantiles** of the prior $\mathcal N(0,1)$, for an
autoencoder and PCA through those of the codes of training images: equal steps pass equal shares of
them. A VAE's dimensions are ordered by $\mathbb E_x[\mathrm{KL}_j]$, what they tell about an image;
one whose mean code hardly varies, $\mathrm{Var}_x(\mu_j)\le 0.01$, is **inactive**: moving it
changes next to nothing, and that is no fault. Look for a dimension that means something to you, and
for ones that change many things at once.
"""


def build(hands: Hands) -> Part:
    """The choice of model, the sliders, and the messenger that answers them."""
    model = gr.Radio([], label="Model", info="Every model of this latent size, and GANs.")
    view = gr.HTML(
        None,
        html_template='<div class="gen-walk"><p class="gen-empty">Being worked out.</p></div>',
        js_on_load=script(*SCRIPTS),
        elem_id="generate-walk",
        apply_default_css=False,
    )
    answer = gr.HTML(
        None,
        html_template="<span hidden></span>",
        js_on_load=script("generative_walk_answer.js"),
        elem_classes="unseen",
        apply_default_css=False,
    )
    view.input(
        on_ask,
        None,
        answer,
        trigger_mode="multiple",
        show_progress="hidden",
        api_visibility="private",
        **COMPUTE,
    )
    return Part([model, view], [Change(model.input, model, with_model)])


def shown(scene: Scene) -> list[Any]:
    """The choice of model and the view's value."""
    model = scene.walked()
    choices = [(name_of(one, scene), one.name) for one in offered(scene)]
    return [gr.Radio(choices=choices, value=model.name), walk_view.value(scene, model)]


def offered(scene: Scene) -> list[Model]:
    """The models that encode, of the setting's size, the data set's GANs, and the one walked."""
    found = [*scene.models, *SHELF.choose(scene.setting.data, kinds=["gan"])]
    model = scene.walked()
    return found if model in found else [*found, model]


def name_of(model: Model, scene: Scene) -> str:
    """Its title, with its latent size where that isn't the setting's."""
    other = model.latent_dim != scene.setting.latent_dim
    return f"{model.title}, {model.latent_dim} numbers" if other else model.title


def on_ask(event: gr.EventData) -> dict[str, Any]:
    """What the sliders ask for: {"kind": a key of walk_steps.ANSWERS, "serial", ...}.

    The answer carries the serial, so that the browser tells old answers from new ones; what can't
    be done is answered with {"error": sentence}.
    """
    asked = event._data if isinstance(event._data, dict) else {}
    serial = asked.get("serial")
    told = {"serial": serial if isinstance(serial, int) else 0}
    try:
        return told | walk_steps.answered(asked, SHELF)
    except ValueError as error:
        return told | {"error": str(error)}
