"""What the section GAN shows of interpolation and of the recorded training, as plain values."""

from typing import Any

import numpy as np

from segdemo.figures import latent as figures
from segdemo.generation.interpolate import Row, Way, draws_row
from segdemo.generation.shelf import Floats, Model
from segdemo.generation.tradeoff import EQUILIBRIUM, curves
from segdemo.latent import prior_norm
from segdemo.ui.generative.pictures import sprite_uri

FRAMES = 24
LOSSES = {"discriminator": "D's loss", "generator": "G's loss"}
OUTPUTS = {"d_real": "real images", "d_fake": "generated images"}
LEVELS = {"discriminator": "ln 4", "generator": "ln 2"}


def ways_value(models: list[Model], seed: int) -> dict[str, Any]:
    """Between two seeded draws from N(0, I), a row for each model, both ways."""
    rows = [draws_row(model, seed, FRAMES) for model in models]
    return {"rows": [way_row(row) for row in rows], "frames": FRAMES}


def way_row(row: Row) -> dict[str, Any]:
    """One model's frames and |z| along the line and the arc."""
    model = row.model
    usual = prior_norm(model.latent_dim)
    return {
        "title": f"{model.title}, {model.latent_dim} latent numbers",
        "ways": {"linear": way(row.linear), "spherical": way(row.spherical)},
        "usual": round(usual, 2),
        "note": f"Draws from N(0, I) in {model.latent_dim} dimensions have |z| near {usual:.1f}."
        if row.justified
        else row.note,
    }


def way(given: Way) -> dict[str, Any]:
    """Its frames in one picture, and |z| at each."""
    return {"sprite": sprite_uri(given.frames), "norm": np.round(given.norm, 2).tolist()}


def losses_plot(model: Model) -> dict[str, Any] | None:
    """Both losses by epoch with their values at the equilibrium; None where none were recorded."""
    recorded = curves(model)
    series = []
    for key, title in LOSSES.items():
        if key in recorded:
            level = EQUILIBRIUM[key]
            series.append((title, recorded[key]))
            name = f"its equilibrium, {LEVELS[key]} = {level:.3f}"
            series.append((name, np.full(len(recorded[key]), level)))
    return by_epoch(series, "loss, nats")


def outputs_plot(model: Model) -> dict[str, Any] | None:
    """D's mean output by epoch, and the equilibrium's 1/2; None where none was recorded."""
    recorded = curves(model)
    series = [(f"on {title}", recorded[key]) for key, title in OUTPUTS.items() if key in recorded]
    if series:
        level = np.full(len(series[0][1]), EQUILIBRIUM["d_real"])
        series.append((f"equilibrium, {EQUILIBRIUM['d_real']:g}", level))
    return by_epoch(series, "mean of D's output, a probability")


def by_epoch(series: list[tuple[str, Floats]], up: str) -> dict[str, Any] | None:
    """Curves over the epochs, a shared colour for each curve and its level, which is dashed."""
    if not series:
        return None
    epochs = np.arange(1, len(series[0][1]) + 1, dtype=np.float64)
    plot = figures.lines(epochs, series, across="epoch", up=up)
    plotted = 0
    for trace in plot["data"]:
        level = "equilibrium" in trace["name"]
        own = plotted - 1 if level else plotted
        plotted += 0 if level else 1
        trace["line"] = {
            "color": figures.CLASS_COLOURS[own],
            "dash": "dot" if level else "solid",
            "width": 1.5 if level else 2.5,
        }
        trace["mode"] = "lines" if level else "lines+markers"
        trace["marker"] = {"symbol": figures.CLASS_SYMBOLS[own], "size": 7}
    legend = {"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0}
    plot["layout"] |= {"legend": legend, "margin": {"l": 56, "r": 12, "t": 70, "b": 44}}
    plot["layout"]["yaxis"]["rangemode"] = "tozero"
    return plot


def curve_words(model: Model) -> str:
    """What the last epoch says, in a sentence or two."""
    recorded = curves(model)
    if not set(EQUILIBRIUM) <= set(recorded):
        return "The manifest records no training curves of this model."
    last = {key: float(values[-1]) for key, values in recorded.items()}
    ahead = last["discriminator"] < EQUILIBRIUM["discriminator"]
    side = "below" if ahead else "not below"
    verdict = "so it still tells them apart" if ahead else "no better than always saying 1/2"
    return (
        f"After {len(recorded['discriminator'])} epochs D's loss is {last['discriminator']:.2f}, "
        f"{side} ln 4 = {EQUILIBRIUM['discriminator']:.2f}: D gives real images "
        f"{last['d_real']:.2f} on average and generated ones {last['d_fake']:.2f}, {verdict}."
    )
