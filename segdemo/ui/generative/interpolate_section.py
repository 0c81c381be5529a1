"""Interpolate: from image A to image B through every model, in step with the pixels' cross-fade."""

from dataclasses import replace
from functools import partial
from typing import Any

import gradio as gr

from segdemo.generation.interpolate import Row, draws_row, interpolate
from segdemo.generation.shelf import SHELF
from segdemo.ui import downloads, photo_input
from segdemo.ui.generative import interpolate_view, picture_input
from segdemo.ui.generative.interpolate_files import FILES, file
from segdemo.ui.generative.part import Change, Hands, Part
from segdemo.ui.generative.scene import Scene, preferred, scene_of
from segdemo.ui.generative.setting import LARGEST_SEED, Setting
from segdemo.ui.models_tab import LATEX
from segdemo.ui.theme import COMPUTE

NAME, TITLE = "interpolate", "Interpolate"
TEXT = r"""
**Play the way from A to B and compare halfway**: the cross-fade shows both pictures at once, a
latent space one picture between them. Both ends are the codes $a$, $b$ that the encoder gives
(posterior means, so they stand still), and every frame is the decoder's mean image of

$$\text{linear: } z_t = (1-t)\,a + t\,b$$

$$\text{spherical: } z_t = \frac{\sin((1-t)\,\Omega)}{\sin \Omega}\,a
+ \frac{\sin(t\,\Omega)}{\sin \Omega}\,b$$

where $\Omega$ is the angle between both ends, $\cos \Omega = a \cdot b \,/\, (|a|\,|b|)$.
"""
CURVES_TEXT = r"""
**Is the way inside what the decoder knows?** Draws from $\mathcal{N}(0, I)$ in $d$ dimensions have
norms near $\sqrt{d}$. The middle of a line between two of them lies inside that shell, near
$\sqrt{d/2}$: nearly always with a *higher* density
$\log p(z) = -\tfrac12 |z|^2 - \tfrac d2 \log 2\pi$, yet few draws lie so far inside, one in
twenty at $d = 16$. So density alone says little; the distance to the nearest code of a training
image says where the decoder has been. Encoded means are shorter than draws, as the posterior's
spread makes up the rest:
$\mathbb{E}_{q(z|x)} |z|^2 = |\mu|^2 + \sum_j \sigma_j^2$.
"""
SEEDS = LARGEST_SEED + 1
# A button hands the address's view on in place of what is still unset on the page.
VIEW = """(setting) => [setting, new URLSearchParams(location.search).get("way")]"""


def build(hands: Hands) -> Part:
    """Image B, the view, and what to take away."""
    with gr.Row(elem_classes="gi-top"):
        with gr.Column(scale=0, min_width=300, elem_classes="gi-end"):
            swap = gr.Button("Swap A and B", size="sm")
            other = picture_input.build("generate-b", "Image B")
            again = gr.Button("Two other draws for the GAN", size="sm")
        with gr.Column(scale=1, min_width=320):
            view = interpolate_view.component()
            gr.Markdown(CURVES_TEXT, latex_delimiters=LATEX)
            with gr.Row(elem_classes="gi-files"):
                buttons = {
                    kind: gr.Button(words, size="sm", scale=0, min_width=130)
                    for kind, (words, _) in FILES.items()
                }
    way = gr.JSON(visible=False)
    for kind, button in buttons.items():
        button.click(
            partial(on_file, kind),
            [hands.setting, way],
            [hands.saver, hands.notice],
            js=VIEW,
            api_visibility="private",
            show_progress="hidden",
            **COMPUTE,
        )
    changes = [
        *picture_input.changes(other, "other"),
        Change(swap.click, swap, swapped),
        Change(again.click, again, drawn_again),
    ]
    return Part([view, again, *other.settable], changes)


def shown(scene: Scene) -> list[Any]:
    """The way from A to B, and image B."""
    setting = scene.setting
    end, notes = scene.end()
    made = interpolate(scene.models, scene.start, end)
    draws = draws_of(setting)
    return [
        interpolate_view.value(made, draws, preferred(scene.models).name),
        gr.Button(visible=draws is not None),
        *picture_input.values(setting.other, setting.data, end, notes),
    ]


def draws_of(setting: Setting) -> Row | None:
    """The way between two draws of the GAN of the data set, whatever its size; None without."""
    gans = SHELF.choose(setting.data, kinds=["gan"])
    return draws_row(gans[0], setting.seed) if gans else None


def swapped(given: Any, setting: Setting) -> Setting:
    """A becomes B and B becomes A."""
    return replace(setting, source=setting.other, other=setting.source)


def drawn_again(given: Any, setting: Setting) -> Setting:
    """The next seed: two other draws."""
    return replace(setting, seed=(setting.seed + 1) % SEEDS)


def on_file(kind: str, setting: Setting, way: object) -> tuple[Any, Any]:
    """The file for the browser to save, and the notice."""
    try:
        scene = scene_of(setting)
        end, _ = scene.end()
        made = interpolate(scene.models, scene.start, end)
        name, content = file(kind, made, draws_of(setting), way)
        return downloads.file(f"{setting.data}-{name}", content), photo_input.said("")
    except ValueError as error:
        return gr.skip(), photo_input.failed(error)
