"""Figures about masks: the comparison for a report, curves and matrices for the page."""

from collections.abc import Mapping, Sequence
from math import ceil, isnan
from typing import Any

import numpy as np
from matplotlib.figure import Figure
from matplotlib.patches import Patch
from numpy.typing import NDArray

from segdemo.labels import LabelSet, paint

COLUMNS = 3
LEGEND_COLUMNS = 6
SMALLEST_SHARE = 0.002  # of any mask: what covers less gets no entry in the legend
# Okabe and Ito's colours, safe for colour-blind eyes; dashes tell the lines apart without them.
LINES = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#8c6d31", "#7c8798")
DASHES = ("solid", "dash", "dot", "dashdot", "longdash", "longdashdot")


def comparison(
    pixels: NDArray[np.uint8],
    masks: Mapping[str, NDArray[np.uint8]],
    label_set: LabelSet,
    credit: str,
) -> Figure:
    """The photo and each mask over it, titled, with a legend and the photo's credit.

    `pixels` RGB uint8 (H, W, 3); `masks`, title -> uint8 (H, W). Write it with `vector.write`.
    """
    count = len(masks) + 1
    columns = min(COLUMNS, count)
    rows = ceil(count / columns)
    height = 2.6 * pixels.shape[0] / pixels.shape[1]
    figure = Figure(figsize=(2.7 * columns, (height + 0.3) * rows + 0.9))
    panels = figure.subplots(rows, columns, squeeze=False).ravel()
    for panel in panels:
        panel.set_axis_off()
    panels[0].imshow(pixels)
    panels[0].set_title("Photo", fontsize=10)
    for panel, (title, mask) in zip(panels[1:], masks.items(), strict=False):
        panel.imshow(pixels)
        panel.imshow(paint(mask, label_set), alpha=0.7, interpolation="nearest")
        panel.set_title(title, fontsize=10)
    figure.legend(
        handles=_patches(list(masks.values()), label_set),
        loc="upper center",
        bbox_to_anchor=(0.5, 0.11),
        ncols=LEGEND_COLUMNS,
        frameon=False,
        fontsize=9,
    )
    figure.subplots_adjust(left=0.01, right=0.99, top=0.93, bottom=0.13, wspace=0.04, hspace=0.16)
    figure.text(0.99, -0.02, credit, ha="right", va="top", fontsize=8)
    return figure


def _patches(masks: Sequence[NDArray[np.uint8]], label_set: LabelSet) -> list[Patch]:
    """The legend's entries: the classes that some mask shows, in index order."""
    shares = [np.bincount(mask.ravel(), minlength=256) / mask.size for mask in masks]
    largest = np.max(shares, axis=0)[: len(label_set)]
    return [
        Patch(
            facecolor=label_set.hex(int(index)),
            edgecolor="#555555",
            linewidth=0.5,
            label=label_set.classes[int(index)],
        )
        for index in np.flatnonzero(largest >= SMALLEST_SHARE)
    ]


def curves(
    lines: Mapping[str, Sequence[float]],
    places: Sequence[float],
    *,
    across: str,
    upwards: str,
    log: bool = False,
    level: Mapping[str, float] | None = None,
) -> dict[str, Any]:
    """Shares (0..1) over `places` as a plotly figure; nan leaves a gap.

    A line shorter than `places` is drawn as far as it goes. `level` draws a flat line for each
    name at its height. `log` spaces the places as powers, each with its own tick.
    """
    data = [
        {
            "type": "scatter",
            "mode": "lines+markers",
            "name": name,
            "x": list(places[: len(values)]),
            "y": [None if isnan(value) else round(value, 4) for value in values],
            "line": {"color": LINES[i % len(LINES)], "dash": DASHES[i % len(DASHES)], "width": 2},
            "marker": {"size": 5},
            "hovertemplate": f"{name}, %{{x:g}}: %{{y:.1%}}<extra></extra>",
        }
        for i, (name, values) in enumerate(lines.items())
    ]
    data += _levels(level or {}, (places[0], places[-1]), first=len(lines))
    xaxis: dict[str, Any] = {"title": {"text": across}}
    if log:
        xaxis |= {"type": "log", "tickvals": list(places), "ticktext": [f"{n:g}" for n in places]}
    else:
        xaxis["range"] = [places[0], places[-1]]
    layout = {
        "xaxis": xaxis,
        "yaxis": {"title": {"text": upwards}, "tickformat": ".1~%", "maxallowed": 1.02},
        "legend": {"orientation": "h", "y": -0.28, "yanchor": "top"},
        "margin": {"l": 60, "r": 16, "t": 12, "b": 48},
    }
    ends = [
        f"{name} {values[0]:.1%} at {places[0]:g}, {values[-1]:.1%} at {places[len(values) - 1]:g}"
        for name, values in lines.items()
        if values
    ]
    ends += [f"{name} itself {height:.1%}" for name, height in (level or {}).items()]
    return {"data": data, "layout": layout, "alt": f"{upwards} by {across}: {'; '.join(ends)}."}


def _levels(
    heights: Mapping[str, float], ends: tuple[float, float], *, first: int
) -> list[dict[str, Any]]:
    """A flat line for each name at its height, from end to end, in the styles from `first` on."""
    return [
        {
            "type": "scatter",
            "mode": "lines",
            "name": f"{name} itself",
            "x": list(ends),
            "y": [round(height, 4)] * 2,
            "line": {
                "color": LINES[style % len(LINES)],
                "dash": DASHES[style % len(DASHES)],
                "width": 1.5,
            },
            "hovertemplate": f"{name}: %{{y:.1%}}<extra></extra>",
        }
        for style, (name, height) in enumerate(heights.items(), start=first)
    ]


def confusion_matrix(matrix: NDArray[np.int64], label_set: LabelSet, title: str) -> dict[str, Any]:
    """Shares of each true class's pixels by predicted class as a plotly heat map.

    `matrix` as `metrics.confusion` counts it. Rows are the classes in the truth, columns those and
    whatever was predicted on at least half a per cent of a true class; rows add up to 1 with what
    was left out.
    """
    true = np.flatnonzero(matrix.sum(axis=1))
    shares = matrix[true] / matrix[true].sum(axis=1, keepdims=True)
    columns = [i for i in range(len(label_set)) if i in true or (shares[:, i] >= 0.005).any()]
    shown = shares[:, columns]
    names = [label_set.classes[i] for i in true]
    others = [label_set.classes[i] for i in columns]
    text = [[f"{value:.0%}" if value >= 0.005 else "" for value in row] for row in shown]
    worst = [
        f"{name} {share:.1%}"
        for name, share in zip(names, np.diag(matrix)[true] / matrix[true].sum(axis=1), strict=True)
    ]
    return {
        "data": [
            {
                "type": "heatmap",
                "z": [[round(float(value), 4) for value in row] for row in shown],
                "x": others,
                "y": names,
                "text": text,
                "texttemplate": "%{text}",
                "colorscale": [[0, "#f1f5f9"], [1, "#0f766e"]],
                "zmin": 0,
                "zmax": 1,
                "showscale": False,
                "xgap": 1,
                "ygap": 1,
                "hovertemplate": "true %{y}, predicted %{x}: %{z:.1%}<extra></extra>",
            }
        ],
        "layout": {
            "xaxis": {"title": {"text": f"predicted by {title}"}, "type": "category"},
            "yaxis": {"title": {"text": "true"}, "autorange": "reversed", "type": "category"},
            "margin": {"l": 80, "r": 16, "t": 12, "b": 60},
        },
        "alt": f"Pixels of each true class that {title} got right: {', '.join(worst)}.",
    }
