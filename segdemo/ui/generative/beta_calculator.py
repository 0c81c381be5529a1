"""The beta that a loss amounts to, where means and sums are mixed up: live, from three numbers."""

from typing import Any

import gradio as gr

from segdemo.generation.tradeoff import Mistake, loss_mistakes
from segdemo.ui import photo_input, tables
from segdemo.ui.models_tab import LATEX
from segdemo.ui.theme import COMPUTE

TEXT = r"""
## Which β is your loss?

A loss $\text{reconstruction} + w \cdot \mathrm{KL}$ is $\beta$'s objective only where both terms
are sums, over $P$ pixels and over $d$ latent dimensions. A mean over the pixels makes the KL count
$P$ times as much, a mean over the dimensions $d$ times less:

$$\beta = w \cdot \frac{P \text{ if the reconstruction is a mean, else } 1}
{d \text{ if the KL is a mean, else } 1}$$
"""
WEIGHT, PIXELS, LATENT_DIM = 1.0, 784, 16  # what it opens with: 28 x 28 pixels, the digits' VAE
MOST = 10_000_000  # of each number
RECONSTRUCTION = {
    "sum over pixels": "bce.sum((1, 2, 3))",
    "mean over pixels": "bce.mean((1, 2, 3))",
}
KL = {"sum over dimensions": "kl.sum(1)", "mean over dimensions": "kl.mean(1)"}
CAPTION = "bce is (N, 1, H, W) and kl is (N, d), both elementwise; the batch's mean follows"


def build() -> None:
    """Three numbers and the table, live."""
    gr.Markdown(TEXT, latex_delimiters=LATEX)
    with gr.Row(elem_classes="gb-numbers"):
        weight = gr.Number(WEIGHT, label="Weight w of the KL", info="As the loss writes it.")
        pixels = gr.Number(PIXELS, label="Pixels P", info="784 for 28 × 28, 4096 for 64 × 64.")
        size = gr.Number(LATENT_DIM, label="Latent size d", info="How many numbers a code has.")
    notice = photo_input.notice("generate-beta-notice")
    table = gr.HTML(
        made(WEIGHT, PIXELS, LATENT_DIM), elem_id="generate-beta-mistakes", apply_default_css=False
    )
    given = [weight, pixels, size]
    gr.on(
        [number.input for number in given],
        on_numbers,
        given,
        [table, notice],
        api_visibility="private",
        show_progress="hidden",
        trigger_mode="always_last",
        **COMPUTE,
    )


def on_numbers(weight: object, pixels: object, latent_dim: object) -> tuple[Any, str]:
    """The table for what was typed; what can't be is explained, and the table stays."""
    try:
        return made(weight, pixels, latent_dim), photo_input.said("")
    except ValueError as error:
        return gr.skip(), photo_input.failed(error)


def made(weight: object, pixels: object, latent_dim: object) -> str:
    """The four ways to write the loss, as a table. ValueError for numbers that can't be."""
    w = number(weight, "the KL's weight")
    sizes = whole(pixels, "the number of pixels"), whole(latent_dim, "the latent size")
    mistakes = loss_mistakes(w, pixels=sizes[0], latent_dim=sizes[1])
    headers = ["Reconstruction", "KL", "In torch", "Effective β", "Is it the ELBO?", "w for β = 1"]
    rows = [row(mistake, w) for mistake in mistakes]
    return tables.table(headers, rows, caption=CAPTION, words=3)


def row(mistake: Mistake, weight: float) -> list[str]:
    """A way to write the loss, its beta, and the weight that would make it the ELBO."""
    return [
        mistake.reconstruction,
        mistake.kl,
        code(mistake, weight),
        f"{mistake.effective:.4g}",
        "yes, negated" if mistake.is_elbo else "no",
        f"{weight / mistake.effective:.4g}",
    ]


def code(mistake: Mistake, weight: float) -> str:
    """The loss of each image (N,), in torch."""
    return f"{RECONSTRUCTION[mistake.reconstruction]} + {weight:.4g} * {KL[mistake.kl]}"


def number(given: object, name: str) -> float:
    """A number above 0 and not beyond MOST; ValueError for anything else."""
    usable = isinstance(given, int | float) and not isinstance(given, bool)
    if not usable or not 0 < float(given) <= MOST:  # type: ignore[arg-type]
        shown = "nothing" if given is None else str(given)[:20]
        raise ValueError(f"{name} is {shown}, but must be above 0 and at most {MOST}; try 1.")
    return float(given)  # type: ignore[arg-type]


def whole(given: object, name: str) -> int:
    """A whole number from 1 to MOST; ValueError for anything else."""
    value = number(given, name)
    if value != int(value):
        raise ValueError(f"{name} is {value:g}, but must be whole; try {max(1, round(value))}.")
    return int(value)
