"""Beta: rate against distortion over the trained betas, and what a loss weighs the KL by."""

from html import escape
from typing import Any

import gradio as gr
import numpy as np
from gradio.components import Component

from segdemo.figures import latent as figures
from segdemo.generation.coding import pixels
from segdemo.generation.reconstruct import SAMPLES, Reconstruction, side_by_side
from segdemo.generation.shelf import SHELF, Entry, Model
from segdemo.generation.tradeoff import Point, rate_distortion
from segdemo.models.vae import ACTIVE_VARIANCE
from segdemo.ui import plot, tables
from segdemo.ui.generative import beta_calculator
from segdemo.ui.generative.part import Hands, Part
from segdemo.ui.generative.pictures import picture_uri
from segdemo.ui.generative.scene import Scene

NAME, TITLE = "beta", "Beta"
TEXT = r"""
**A point for each trained $\beta$: what its codes cost against what is lost.** A larger $\beta$
buys a lower rate with a higher distortion. Training minimises, in nats an image,

$$\underbrace{\mathbb{E}_{q(z|x)}[-\log p(x|z)]}_{\text{distortion } D} \;+\; \beta\,
\underbrace{\mathrm{KL}(q(z|x)\,\|\,p(z))}_{\text{rate } R},$$

while $-\mathrm{ELBO} = D + R$. **Only at $\beta = 1$ are the two the same.** With another $\beta$
the number that training prints is not the ELBO, so models are compared by $D + R$ and by the
importance-weighted bound. The rate bounds what the code tells about the image, $I(x; z)$, from
above: on the average over images,

$$\mathbb{E}_x\,\mathrm{KL}(q(z|x)\,\|\,p(z)) = I(x; z) + \mathrm{KL}(q(z)\,\|\,p(z))$$
"""
EMPTY = "Rate and distortion appear here."
BLUE = figures.CLASS_COLOURS[0]
BEYOND = 0.06  # of the rates' span, that the line of equal ELBO goes beyond them
LABEL = 0.2  # of it, that the last point's label takes


def build(hands: Hands) -> Part:
    """The plot, the table, image A by every beta, and the calculator."""
    sentence = gr.HTML(apply_default_css=False)
    curve = plot.component(
        empty=EMPTY, label="Distortion against rate", elem_id="generate-beta-plot", height=380
    )
    images = gr.HTML(elem_id="generate-beta-images", apply_default_css=False)
    table = gr.HTML(elem_id="generate-beta-table", apply_default_css=False)
    beta_calculator.build()
    outputs: list[Component] = [sentence, curve, images, table]
    return Part(outputs)


def shown(scene: Scene) -> list[Any]:
    """The data set's betas, at the latent size that has most of them."""
    data = scene.setting.data
    size = size_with_most(data)
    points = rate_distortion(SHELF, data, size)
    entries = SHELF.source.entries()
    models = [SHELF.of(point.name) for point in points]
    return [
        f'<p class="gb-sentence">{escape(summary(points, size))}</p>',
        gr.update(value=plotted(points), visible=True)
        if len(points) > 1
        else gr.update(visible=False),
        cards(scene, models),
        numbers(points, entries) if points else "",
    ]


def size_with_most(data: str) -> int:
    """The latent size at which most betas are trained, the larger of equals."""
    return max(SHELF.sizes(data), key=lambda size: (len(rate_distortion(SHELF, data, size)), size))


def summary(points: list[Point], size: int) -> str:
    """What the points say, in a sentence or two."""
    if not points:
        return "No VAE of this data set is shipped, so nothing has a rate; choose another data set."
    if len(points) == 1:
        return (
            f"Only one VAE of this data set is shipped at latent size {size}, β = "
            f"{points[0].beta:g}: a curve needs two. Choose a data set with more."
        )
    first, last = points[0], points[-1]
    best = min(points, key=lambda point: -point.elbo)
    return (
        f"{len(points)} VAEs of latent size {size}, measured on {first.split}. From β = "
        f"{first.beta:g} to β = {last.beta:g} the rate goes from {first.rate:.1f} to "
        f"{last.rate:.1f} nats and the distortion from {first.distortion:.1f} to "
        f"{last.distortion:.1f}. Their sum, −ELBO, is lowest at β = {best.beta:g}."
    )


def plotted(points: list[Point]) -> dict[str, Any]:
    """Distortion against rate, and the line on which −ELBO is the lowest point's."""
    figure = figures.rate_distortion(
        [(f"β = {p.beta:g}", p.rate, p.distortion, p.active_units) for p in points]
    )
    (trace,) = figure["data"]
    trace |= {
        "line": {"color": BLUE},
        "name": "trained β",
        "showlegend": False,
        "text": [f"β = {point.beta:g}" for point in points],
        "customdata": [[round(-p.elbo, 2), p.active_units, p.latent_dim] for p in points],
        "hovertemplate": "%{text}<br>rate %{x:.1f} + distortion %{y:.1f}"
        "<br>= −ELBO %{customdata[0]:.1f} nats"
        "<br>%{customdata[1]} of %{customdata[2]} dimensions active<extra></extra>",
    }
    total = min(-point.elbo for point in points)
    rates = np.array([point.rate for point in points])
    span = float(np.ptp(rates))
    ends = [float(rates.min()) - BEYOND * span, float(rates.max()) + BEYOND * span]
    line = {
        "type": "scatter",
        "mode": "lines",
        "x": [round(rate, 2) for rate in ends],
        "y": [round(total - rate, 2) for rate in ends],
        "name": f"rate + distortion = {total:.1f}",
        "line": {"color": "#7c8798", "dash": "dot", "width": 1.5},
        "hoverinfo": "skip",
    }
    layout = figures.axes("rate R, nats an image", "distortion D, nats an image") | {
        "showlegend": True,
        "legend": {"x": 1, "xanchor": "right", "y": 1, "yanchor": "top"},
        "margin": {"l": 56, "r": 24, "t": 28, "b": 44},
    }
    layout["xaxis"]["range"] = [ends[0], ends[1] + LABEL * span]
    return figure | {"data": [line, trace], "layout": layout}


def numbers(points: list[Point], entries: dict[str, Entry] | Any) -> str:
    """The points as a table, from the manifest alone."""
    rows = []
    for point in points:
        scores = entries[point.name]["metrics"]
        error = scores.get("iw_standard_error")
        bound = f"{point.iw_bound:.1f}" + ("" if error is None else f" ± {error:.1f}")
        rows.append(
            [
                point.name,
                f"{point.beta:g}",
                f"{point.rate:.1f}",
                f"{point.distortion:.1f}",
                f"{-point.elbo:.1f}",
                bound,
                f"{point.active_units} of {point.latent_dim}",
            ]
        )
    return tables.table(
        [
            "Model",
            "Effective β",
            "Rate R: KL",
            "Distortion D",
            "−ELBO = D + R",
            bound_title(points[0], entries[points[0].name]["metrics"]),
            "Active units",
        ],
        rows,
        caption=f"Nats an image, means over {points[0].split}; ± is the standard error. The mean "
        "code of an active unit varies over images with a variance of "
        f"more than {ACTIVE_VARIANCE} over images",
    )


def bound_title(point: Point, scores: Entry) -> str:
    """The bound's name with its K, and how many images it was taken on."""
    images = scores.get("iw_images")
    on = "" if images is None else f", {tables.count(images)} images"
    return f"IW bound, K = {point.iw_samples}{on}"


def cards(scene: Scene, models: list[Model]) -> str:
    """Image A, then as each beta reconstructs it, with its own rate and distortion."""
    if not models:
        return ""
    made = side_by_side(models, scene.start.image)
    first = card(picture_uri(pixels(scene.start.image)), "Image A", ["what the models see"])
    others = "".join(card_of(one) for one in made)
    return (
        '<p class="table-caption">Image A by each β, decoded from the mean of its code; its own '
        f"rate and distortion in nats, ± the standard error over {SAMPLES} posterior samples</p>"
        f'<div class="gen-grid">{first}{others}</div>'
    )


def card_of(made: Reconstruction) -> str:
    """A beta's reconstruction of the image."""
    account = made.account
    if account is None:
        raise ValueError(f"{made.model.name} has no posterior; choose a VAE.")
    lines = [
        f"rate {float(account.kl.sum()):.1f}",
        f"distortion {account.reconstruction:.1f} ± {account.standard_error:.1f}",
        f"squared error {made.mse:.4f} a pixel",
    ]
    return card(picture_uri(pixels(made.image)), f"β = {account.beta:g}", lines)


def card(uri: str, title: str, lines: list[str]) -> str:
    """A picture with its title and remarks."""
    said = "".join(f'<br><span class="gen-quiet">{escape(line)}</span>' for line in lines)
    name = escape(title)
    return (
        f'<figure class="gen-card"><img class="gen-frame" src="{uri}" alt="{name}">'
        f"<figcaption><strong>{name}</strong>{said}</figcaption></figure>"
    )
