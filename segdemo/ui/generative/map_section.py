"""The section Map: a two-dimensional latent space, decoded wherever one presses."""

from dataclasses import replace
from typing import Any

import gradio as gr
import numpy as np

from segdemo.figures.latent import CLASS_COLOURS, CLASS_SYMBOLS
from segdemo.generation import plane
from segdemo.generation.shelf import ENCODING, SHELF, Floats, Model
from segdemo.ui import photo_input
from segdemo.ui.generative.map_view import spot_value, value
from segdemo.ui.generative.part import Change, Hands, Part
from segdemo.ui.generative.scene import Scene, preferred
from segdemo.ui.generative.setting import Setting, with_plane
from segdemo.ui.models_tab import LATEX
from segdemo.ui.scripts import script
from segdemo.ui.theme import COMPUTE

NAME, TITLE = "map", "Map"
FARTHEST = 1000.0  # from the origin that a point may lie, along each axis
SPOT_SCRIPTS = ("elements.js", "canvas.js", "generative_spot.js")
SCRIPTS = (  # one scope for all of them, later ones use earlier ones
    "elements.js",
    "canvas.js",
    "ramps.js",
    "generative_sprite.js",
    "generative_map_axes.js",
    "generative_map_marks.js",
    "generative_map_tools.js",
    "generative_map_drawing.js",
    "generative_map.js",
)
TEXT = r"""
With **two** latent numbers the whole space fits on a page. Each mark is the mean code of a training
image, its shape and colour the class. **Press anywhere**, or move by the arrow keys, to see what
that point decodes to. Far from all codes the decoder was never trained: the distance to the nearest
code, $d(z) = \min_i \lVert z - \mu_i \rVert$, is the evidence for a hole.
"""
MORE = r"""
- **Density.** A VAE spreads each image over a posterior; over all $N$ images that is the *aggregate
  posterior* $q(z) = \tfrac{1}{N} \sum_i \mathcal{N}\big(z;\, \mu_i, \operatorname{diag}
  \sigma_i^2\big)$. Training pulls it towards the **prior** $\mathcal{N}(0, I)$; where they differ,
  samples from the prior go wrong. An autoencoder and PCA have neither: shown is a mixture of
  normals fitted to their codes.
- **Ellipses** hold what $q(z \mid x)$ leaves open, $(z_0 - \mu_0)^2 / \sigma_0^2 + (z_1 -
  \mu_1)^2 / \sigma_1^2 = k^2$: in two dimensions the inner, $k = 1$, holds $1 - e^{-1/2} = 39\,\%$
  of it and the outer, $k = 2$, $1 - e^{-2} = 86\,\%$.
- **Manifold grid.** $n \times n$ decoded codes at *quantiles*, not at equal steps: $z_0 =
  \Phi^{-1}\!\big(\tfrac{j + 1/2}{n}\big)$ in column $j$, so that each picture stands for equal mass
  of the prior (of the codes, where a model has no prior). On an axis in quantiles the pictures are
  equally wide; on a linear one they crowd where the mass is.
- The axes have no units, and nothing says that they should mean anything by themselves.
"""
NO_PLANE = (
    "None of the models of {data} has two latent dimensions, so there is no plane to draw; choose "
    "{others} as the data set."
)


def build(hands: Hands) -> Part:
    """The choice of model, the map, what the pressed point decodes to."""
    chosen = gr.Radio(
        [],
        label="Model",
        info="Those with two latent numbers, whatever latent size is set beside.",
        elem_id="generate-plane",
    )
    with gr.Row(elem_classes="gen-map-row"):
        view = drawn("gen-map", "generate-map", SCRIPTS)
        spot = drawn("gen-spot", "generate-spot", SPOT_SCRIPTS)
    with gr.Accordion("What is drawn, exactly", open=False):
        gr.Markdown(MORE, latex_delimiters=LATEX)
    view.input(
        on_point,
        hands.setting,
        [spot, hands.notice],
        show_progress="hidden",
        api_visibility="private",
        **COMPUTE,
    )
    changes = [Change(chosen.input, chosen, with_plane), Change(spot.input, spot, with_code)]
    return Part([view, chosen, spot], changes)


def drawn(name: str, elem_id: str, scripts: tuple[str, ...]) -> gr.HTML:
    """A component that the scripts draw, in an element of class `name`."""
    return gr.HTML(
        None,
        html_template=f'<div class="{name}"></div>',
        js_on_load=script(*scripts),
        elem_id=elem_id,
        apply_default_css=False,
        colours=CLASS_COLOURS,
        symbols=CLASS_SYMBOLS,
    )


def flat_models(data: str) -> list[Model]:
    """The models of a data set with two latent dimensions; [] where there is none."""
    return [model for model in SHELF.choose(data, kinds=ENCODING) if model.latent_dim == 2]


def plane_of(setting: Setting) -> Model:
    """The model that the map shows; ValueError where the data set has none in two dimensions."""
    models = flat_models(setting.data)
    if not models:
        flat = [data for data in SHELF.datasets() if flat_models(data)]
        raise ValueError(NO_PLANE.format(data=setting.data, others=" or ".join(flat)))
    chosen = [model for model in models if model.name == setting.plane]
    return chosen[0] if chosen else preferred(models)


def shown(scene: Scene) -> list[Any]:
    """The map, the models to choose from, and the spot at image A's code."""
    setting = scene.setting
    try:
        model = plane_of(setting)
    except ValueError as error:
        return [
            {"empty": str(error)},
            gr.Radio(choices=[], value=None, visible=False),
            {"empty": ""},
        ]
    choices = [(one.title, one.name) for one in flat_models(setting.data)]
    spot = spot_value(model, scene.code(model))
    return [value(scene, model), gr.Radio(choices=choices, value=model.name, visible=True), spot]


def on_point(setting: Setting, event: gr.EventData) -> tuple[Any, Any]:
    """What a pressed point decodes to, and the notice; the map sends {"z": [z0, z1]}."""
    data = event._data if isinstance(event._data, dict) else {}
    try:
        return spot_value(plane_of(setting), checked_point(data.get("z"))), photo_input.said("")
    except ValueError as error:
        return gr.skip(), photo_input.failed(error)


def checked_point(given: object) -> Floats:
    """A code (2,) out of a payload; ValueError for anything but two numbers within reach."""
    numbers = given if isinstance(given, list) and len(given) == 2 else [None, None]
    if not all(
        isinstance(n, int | float) and not isinstance(n, bool) and abs(n) <= FARTHEST
        for n in numbers
    ):
        raise ValueError(
            f"a point of the map is two numbers from -{FARTHEST:g} to {FARTHEST:g}, got "
            f"{str(given)[:40]!r}; press inside the map."
        )
    return np.array(numbers, np.float64)


def with_code(given: object, setting: Setting) -> Setting:
    """The training image nearest to the spot becomes image A; the panel sends its own value."""
    index = given.get("index") if isinstance(given, dict) else None
    count = len(plane_of(setting).known_codes.mu)
    if not isinstance(index, int) or isinstance(index, bool) or not 0 <= index < count:
        raise ValueError(
            f"training image {str(index)[:20]!r} is not among the {count} whose codes are stored; "
            "press a mark of the map."
        )
    return replace(setting, source={"code": index})


def warm_up() -> None:
    """Work out the map that the section opens with: its density takes a second."""
    model = plane_of(Setting())
    plane.field(model)
    plane.manifold(model)
