"""Latent space in figures: sprites, strips for a report, plots for the screen.

Images are uint8 (..., S, S), black 0. Plots are plotly figures as dicts, with "alt" in words.
"""

from collections.abc import Sequence
from io import BytesIO
from typing import Any

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray
from PIL import Image

Pixels = NDArray[np.uint8]
Floats = NDArray[np.float64]

# Okabe & Ito's colours and two more, each with a shape: a class is never told by colour alone.
CLASS_COLOURS = (
    "#0072b2", "#e69f00", "#009e73", "#cc79a7", "#56b4e9", "#d55e00", "#b8a800", "#7c8798",
    "#8c510a", "#6a51a3",
)  # fmt: skip
CLASS_SYMBOLS = (
    "circle", "square", "diamond", "cross", "x", "triangle-up", "triangle-down", "star", "hexagon",
    "pentagon",
)  # fmt: skip
DASHES = ("solid", "dash", "dot", "dashdot", "longdash", "longdashdot")


def tiled(grid: Pixels) -> Pixels:
    """Images (R, C, S, S) as one picture (R S, C S), row 0 on top."""
    rows, columns, height, width = grid.shape
    return grid.transpose(0, 2, 1, 3).reshape(rows * height, columns * width)


def sprite(frames: Pixels) -> bytes:
    """Frames (T, S, S) side by side in one grey PNG file."""
    return png(tiled(frames[None]))


def png(picture: Pixels) -> bytes:
    """A grey picture (H, W) as a PNG file."""
    buffer = BytesIO()
    Image.fromarray(picture).save(buffer, "PNG")
    return buffer.getvalue()


def strip(rows: Sequence[tuple[str, Pixels]], *, shown: int = 9) -> Figure:
    """A strip for a report: a titled row each of `shown` frames out of (T, S, S), first to last."""
    if not rows:
        raise ValueError("a strip needs at least one row; choose a model.")
    figure = Figure(figsize=(shown * 0.62 + 1.9, len(rows) * 0.66))
    grid = figure.subplots(
        len(rows), 1, squeeze=False, gridspec_kw={"hspace": 0.08, "left": 0.24, "right": 1}
    )
    for (title, frames), axes in zip(rows, grid[:, 0], strict=True):
        chosen = np.linspace(0, len(frames) - 1, min(shown, len(frames))).round().astype(int)
        axes.imshow(tiled(frames[None, chosen]), cmap="gray", vmin=0, vmax=255, aspect="equal")
        axes.set_xticks([])
        axes.set_yticks([])
        axes.set_ylabel(title, rotation=0, ha="right", va="center", fontsize=8)
        for side in axes.spines.values():
            side.set_visible(False)
    return figure


def scatter(mu: Floats, labels: NDArray[np.int64], classes: Sequence[str]) -> dict[str, Any]:
    """Codes (N, 2) by class: a colour and a shape each. `customdata` is the code's index."""
    traces = []
    for label in np.unique(labels):
        chosen = np.flatnonzero(labels == label)
        one_class = len(classes) == 1
        traces.append(
            {
                "type": "scattergl",
                "mode": "markers",
                "name": f"person {label}" if one_class else classes[label],
                "x": np.round(mu[chosen, 0], 3).tolist(),
                "y": np.round(mu[chosen, 1], 3).tolist(),
                "customdata": chosen.tolist(),
                "marker": {
                    "size": 5,
                    "opacity": 0.75,
                    "color": CLASS_COLOURS[label % len(CLASS_COLOURS)],
                    "symbol": CLASS_SYMBOLS[label % len(CLASS_SYMBOLS)],
                },
                "hovertemplate": "%{x:.2f}, %{y:.2f}<extra>%{fullData.name}</extra>",
            }
        )
    return {
        "data": traces,
        "layout": axes("z0", "z1") | {"legend": {"itemsizing": "constant"}},
        "alt": f"{len(mu)} codes of training images in the plane of z0 and z1, by class.",
    }


def heat(x: Floats, y: Floats, values: Floats, title: str) -> dict[str, Any]:
    """Numbers (F, F) over the plane, row i at y[i]."""
    low, high = float(values.min()), float(values.max())
    return {
        "data": [
            {
                "type": "heatmap",
                "x": np.round(x, 3).tolist(),
                "y": np.round(y, 3).tolist(),
                "z": np.round(values, 2).tolist(),
                "colorscale": "Cividis",
                "colorbar": {"title": {"text": title, "side": "right"}},
                "hovertemplate": "%{x:.2f}, %{y:.2f}: %{z:.2f}<extra></extra>",
            }
        ],
        "layout": axes("z0", "z1"),
        "alt": f"{title}, from {low:.1f} to {high:.1f} over the plane of z0 and z1.",
    }


def lines(
    x: Floats, series: Sequence[tuple[str, Floats]], *, across: str, up: str
) -> dict[str, Any]:
    """Curves over one axis, told apart by colour and dash; axes named `across` and `up`."""
    traces = [
        {
            "type": "scatter",
            "mode": "lines",
            "name": name,
            "x": np.round(x, 4).tolist(),
            "y": np.round(values, 4).tolist(),
            "line": {
                "color": CLASS_COLOURS[i % len(CLASS_COLOURS)],
                "dash": DASHES[i % len(DASHES)],
            },
        }
        for i, (name, values) in enumerate(series)
    ]
    ends = "; ".join(f"{n} from {v[0]:.3g} to {v[-1]:.3g}" for n, v in series if len(v))
    return {"data": traces, "layout": axes(across, up), "alt": f"{up} against {across}: {ends}."}


def rate_distortion(points: Sequence[tuple[str, float, float, int]]) -> dict[str, Any]:
    """Points (title, rate, distortion, active units), joined in their order."""
    names = [f"{title}, {active} active" for title, _, _, active in points]
    trace = {
        "type": "scatter",
        "mode": "lines+markers+text",
        "x": [round(rate, 2) for _, rate, _, _ in points],
        "y": [round(distortion, 2) for _, _, distortion, _ in points],
        "text": names,
        "textposition": "top right",
        "cliponaxis": False,
        "marker": {"size": 9},
        "hovertemplate": "%{text}<br>rate %{x:.1f}, distortion %{y:.1f} nats<extra></extra>",
    }
    said = "; ".join(
        f"{n}: {r:.1f} and {d:.1f}" for n, (_, r, d, _) in zip(names, points, strict=True)
    )
    layout = axes("rate: KL, nats an image", "distortion: reconstruction term, nats an image")
    return {"data": [trace], "layout": layout, "alt": f"Rate and distortion. {said}."}


def axes(across: str, up: str) -> dict[str, Any]:
    """A layout with both axes named."""
    return {"xaxis": {"title": {"text": across}}, "yaxis": {"title": {"text": up}}}
