"""The section Sample: four places to draw z from, side by side."""

from functools import partial
from typing import Any

import gradio as gr
import numpy as np

from segdemo.figures import latent as figures
from segdemo.figures import vector
from segdemo.generation.shelf import SHELF
from segdemo.ui import downloads, photo_input
from segdemo.ui.generative import sample_seed
from segdemo.ui.generative.part import Hands, Part
from segdemo.ui.generative.sample_view import drawn, measured_table, value
from segdemo.ui.generative.scene import Scene
from segdemo.ui.generative.setting import Setting
from segdemo.ui.models_tab import LATEX
from segdemo.ui.scripts import script
from segdemo.ui.theme import COMPUTE

NAME, TITLE = "sample", "Sample"
FILES = {"png": "Samples, PNG", "pdf": "Strip, PDF", "svg": "Strip, SVG"}
ROW = 12  # images in a row of the PNG
ENLARGED = 2
STRIP = 10  # images of a strip's row
TEXT = r"""
A decoder makes an image of any $z$; what differs is **where $z$ is drawn from**. Shown are decoder
means, of the same seed. **Press a sample** to see the training code nearest to it: what looks new
may be close to something known.
"""
MORE = r"""
- **Prior**, $z \sim \mathcal{N}(0, I)$: a VAE's training pulls its posteriors towards it, a GAN
  knows nothing else.
- **Aggregate posterior**, $z \sim q(z) = \tfrac{1}{N} \sum_i q(z \mid x_i)$: where it differs from
  the prior, the prior has holes that the decoder was never trained on.
- **Mixture**, $z \sim \sum_k \pi_k\, \mathcal{N}(m_k, \Sigma_k)$, fitted to the codes of an
  autoencoder. Nothing in its training says where codes should lie, so $\mathcal{N}(0, I)$ put into
  its decoder **means nothing**: what comes out shows only how far the codes happen to lie from
  there.
- **Fréchet distance** between normals fitted to the features of real images and of samples,
  $\lVert m_r - m_s \rVert^2 + \operatorname{tr}\!\big(C_r + C_s - 2\,(C_r C_s)^{1/2}\big)$, lower
  is better. The features are those of this project's own classifier, so it compares with nothing
  measured elsewhere. *Real against real*, two halves of the held-out images, is the floor: what a
  perfect generator would get.
- **Precision**: the share of samples that lie among real images; **recall**: the share of real
  images that lie among samples. *Among* means within the reach of some image's third nearest
  neighbour, in the same features (Kynkäänniemi et al. 2019).
"""


def build(hands: Hands) -> Part:
    """Seed, the sources side by side, what was measured, files."""
    seed, changes = sample_seed.build("generate-sample-seed")
    view = gr.HTML(
        None,
        html_template='<div class="gen-samples"></div>',
        js_on_load=script(
            "elements.js", "canvas.js", "generative_sprite.js", "generative_sample_column.js",
            "generative_sample.js",
        ),
        elem_id="generate-samples",
        apply_default_css=False,
    )  # fmt: skip
    measured = gr.HTML(elem_id="generate-sample-measures", apply_default_css=False)
    with gr.Accordion("Sources and measures, exactly", open=False):
        gr.Markdown(MORE, latex_delimiters=LATEX)
    with gr.Row(elem_classes="gen-files"):
        for kind, words in FILES.items():
            gr.Button(words, size="sm", scale=0, min_width=130).click(
                partial(on_file, kind),
                hands.setting,
                [hands.saver, hands.notice],
                show_progress="hidden",
                api_visibility="private",
                **COMPUTE,
            )
    return Part([view, seed, measured], changes)


def shown(scene: Scene) -> list[Any]:
    """The sources, the seed, the manifest's measures."""
    setting = scene.setting
    what = (SHELF, setting.data, setting.latent_dim)
    return [value(*what, setting.seed), setting.seed, measured_table(*what)]


def on_file(kind: str, setting: Setting) -> tuple[Any, Any]:
    """The samples' file for the browser to save, and the notice."""
    try:
        name = f"samples-{setting.data}-{setting.latent_dim}-seed{setting.seed}.{kind}"
        return downloads.file(name, file(kind, setting)), photo_input.said("")
    except ValueError as error:
        return gr.skip(), photo_input.failed(error)


def file(kind: str, setting: Setting) -> bytes:
    """All samples as a PNG, sources from top to bottom, or a titled strip as "pdf" or "svg"."""
    samples = drawn(SHELF, setting.data, setting.latent_dim, setting.seed)
    if not samples:
        raise ValueError(f"nothing of {setting.data} samples; choose another data set.")
    if kind == "png":
        rows = [one.images.reshape(-1, ROW, *one.images.shape[1:]) for one in samples]
        picture = figures.tiled(np.concatenate(rows))
        return figures.png(picture.repeat(ENLARGED, 0).repeat(ENLARGED, 1))
    strip = figures.strip([(one.title, one.images) for one in samples], shown=STRIP)
    return vector.write(strip, kind)
