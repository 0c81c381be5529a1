"""The section GAN: beside the VAE in interpolation and in finding an image's code; its training."""

from collections.abc import Iterator
from typing import Any

import gradio as gr

from segdemo.generation.inversion import MOST_RESTARTS, MOST_STEPS, RESTARTS, STEPS
from segdemo.generation.shelf import SHELF, Model
from segdemo.ui import photo_input, plot
from segdemo.ui.generative import sample_seed
from segdemo.ui.generative.gan_inversion import encoding, panel, searches
from segdemo.ui.generative.gan_view import curve_words, losses_plot, outputs_plot, ways_value
from segdemo.ui.generative.part import Hands, Part
from segdemo.ui.generative.scene import Scene, preferred, scene_of
from segdemo.ui.generative.setting import Setting
from segdemo.ui.models_tab import LATEX
from segdemo.ui.scripts import script
from segdemo.ui.theme import COMPUTE

NAME, TITLE = "gan", "GAN"
TEXT = r"""
A **GAN** has a decoder, here called the generator $G$, and no encoder: nobody ever told it which
$z$ belongs to an image. It learns from a second network $D$ that tries to tell its images from real
ones. So its images are sharp, for no pixel-wise likelihood averages over what could be; but an
image's code can only be **searched for**.
"""
WAYS_TEXT = """
## From draw to draw

Both ends are drawn from $\\mathcal{N}(0, I)$ with the same seed, a row for each model. Move the
slider: all rows are at the same $t$.
"""
INVERSION_TEXT = r"""
## Image A: inversion by optimisation against encoding

A VAE's encoder answers in one forward pass. For the GAN, gradient descent (Adam) looks for the most
probable $z$ if the image were $G(z)$ plus Gaussian noise of standard deviation 0.1, from several
random starts at once; the best by this objective is shown:

$$z^\ast = \arg\min_z \frac{\lVert G(z) - x \rVert^2}{2 \cdot 0.1^2} + \frac{\lVert z
\rVert^2}{2}$$
"""
CURVES_TEXT = r"""
## How it was trained

$D$ gives the probability that an image is real. The two losses, as trained with:

$$L_D = -\log D(x) - \log\!\big(1 - D(G(z))\big)$$

$$L_G = -\log D(G(z))$$

$L_G$ is the **non-saturating** loss: it has the same fixed point as minimising $\log(1 - D(G(z)))$,
but a gradient where $D$ is sure that an image is generated. If $G$ matched the data, the best $D$
could do is to answer $\tfrac12$ everywhere: then $L_D = 2 \ln 2 = \ln 4 \approx 1.386$ and $L_G =
\ln 2 \approx 0.693$. **Loss is no quality**: either number says how the two stand against each
other now, not how good the images are; a $D$ that learnt nothing gives the same losses as a perfect
$G$. What to look at instead stands in *Sample*.
"""
DONE, STOPPED = "Done.", "Stopped; the best so far stays."
NO_GAN = "No GAN is shipped for {data}, so there is nothing to compare; choose {others}."
SHOW_IF_SAID = """
const line = () => element.querySelector("p");
const update = () => line() && (line().hidden = !props.value);
watch("value", update);
update();
"""


def build(hands: Hands) -> Part:
    """The rows, the search, the curves; hidden where there is no GAN."""
    missing = gr.HTML(
        "", html_template='<p class="gen-map-empty" hidden>${value}</p>', js_on_load=SHOW_IF_SAID,
        elem_id="generate-no-gan", apply_default_css=False,
    )  # fmt: skip
    with gr.Column() as body:
        seed, changes = sample_seed.build("generate-gan-seed")
        gr.Markdown(WAYS_TEXT, latex_delimiters=LATEX)
        ways = drawn("gen-ways", "generate-ways", "generative_sprite.js", "generative_gan.js")
        gr.Markdown(INVERSION_TEXT, latex_delimiters=LATEX)
        found, line, running = build_search(hands)
        gr.Markdown(CURVES_TEXT, latex_delimiters=LATEX)
        with gr.Row(elem_classes="halves"):
            losses = plot.component(empty="", label="Losses by epoch", height=360)
            outputs = plot.component(empty="", label="D's mean output by epoch", height=360)
        words = gr.Markdown()
    return Part([ways, missing, body, seed, found, line, losses, outputs, words], changes, running)


def build_search(hands: Hands) -> tuple[gr.HTML, gr.HTML, list[Any]]:
    """Controls of the search, what it has found; the events that run it."""
    with gr.Row(elem_classes="gen-search"):
        steps = gr.Slider(
            20, MOST_STEPS, value=STEPS, step=20, label="Steps", info="Of gradient descent."
        )
        restarts = gr.Slider(
            1, MOST_RESTARTS, value=RESTARTS, step=1, label="Starts", info="Random, at once."
        )
        start = gr.Button("Search z of image A", variant="primary", scale=0, min_width=190)
        stop = gr.Button("Stop", scale=0, min_width=90)
    line = gr.HTML("", html_template='<p class="progress-line" aria-live="polite">${value}</p>')
    scripts = ("generative_inversion_curve.js", "generative_inversion.js")
    found = drawn("gen-found", "generate-found", *scripts)
    event = start.click(
        on_search,
        [hands.setting, steps, restarts],
        [found, line, hands.notice],
        show_progress="hidden",
        api_visibility="private",
        **COMPUTE,
    )
    # Said once the search has ended, finished or cancelled: what it still sends would come after.
    event.then(ended, line, line, show_progress="hidden", api_visibility="private")
    stop.click(None, cancels=[event])
    return found, line, [event]


def drawn(name: str, elem_id: str, *scripts: str) -> gr.HTML:
    """A component that the scripts draw, in an element of class `name`."""
    return gr.HTML(
        None,
        html_template=f'<div class="{name}"></div>',
        js_on_load=script("elements.js", "canvas.js", *scripts),
        elem_id=elem_id,
        apply_default_css=False,
    )


def gan_of(data: str) -> Model:
    """The data set's GAN; ValueError that says where there is one."""
    found = SHELF.choose(data, kinds=["gan"])
    if not found:
        others = [other for other in SHELF.datasets() if SHELF.choose(other, kinds=["gan"])]
        choice = " or ".join(others) if others else "another section"
        raise ValueError(NO_GAN.format(data=data, others=choice))
    return found[0]


def shown(scene: Scene) -> list[Any]:
    """The rows, what is missing, the seed, the search not yet begun, the recorded training."""
    setting = scene.setting
    try:
        gan = gan_of(setting.data)
    except ValueError as error:
        return [None, str(error), gr.Column(visible=False), setting.seed, None, "", None, None, ""]
    return [
        ways_value([gan, preferred(scene.models)], setting.seed),
        "",
        gr.Column(visible=True),
        setting.seed,
        panel(gan, encoding(scene), None),
        "",
        losses_plot(gan),
        outputs_plot(gan),
        curve_words(gan),
    ]


def on_search(setting: Setting, steps: object, restarts: object) -> Iterator[tuple[Any, ...]]:
    """Search image A's z: pictures with the curve, progress line and notice at each report."""
    try:
        scene, gan = scene_of(setting), gan_of(setting.data)
        encoded = encoding(scene)
        bounds = {"steps": whole("steps", steps), "restarts": whole("restarts", restarts)}
        for search in searches(gan, scene, **bounds):
            last = search.last
            line = DONE if last.done else f"Step {last.step} of {last.steps}"
            yield panel(gan, encoded, search), line, ""
    except ValueError as error:
        yield gr.skip(), "", photo_input.failed(error)


def ended(line: object) -> str:
    """The progress line once a search has ended: where a step is still said, it was stopped."""
    if isinstance(line, str) and line.startswith("Step"):
        return STOPPED
    return DONE if line == DONE else ""


def whole(name: str, given: object) -> int:
    """A whole number out of a payload; ValueError for anything else."""
    if isinstance(given, bool) or not isinstance(given, int | float) or given != given // 1:
        raise ValueError(f"{name}={str(given)[:20]!r} must be a whole number; try 4.")
    return int(given)
