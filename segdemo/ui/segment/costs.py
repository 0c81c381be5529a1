"""Time, parameters and multiply-adds against accuracy: three scatters, and a table of the same."""

from collections.abc import Iterable
from typing import Any

import gradio as gr

from segdemo.figures.costs import Point, scatter
from segdemo.models.catalog import ARCHITECTURES
from segdemo.ui import plot, tables
from segdemo.ui.model_facts import CAMERA, measured, measured_on
from segdemo.ui.segment.results import Photo

EXPLANATION = """
Up and to the left is better. Times were measured on this server for this photo, when it was first
asked for, and only for the architectures in a pane; each counts the trunk as if it ran alone.
Multiply-adds are for a photo of {width} × {height} pixels. Accuracy was measured once, on {split}:
a small set, so a point or two of difference says little.
"""
# A cost's key -> its axis, its unit, and the factor from what is stored.
COSTS = {
    "milliseconds": ("Time here, ms", "ms", 1.0),
    "parameters": ("Parameters, millions", "M", 1e-6),
    "multiply_adds": ("Multiply-adds, billions", "G", 1e-9),
}
MARGIN = 0.01  # of mIoU, above the best and below the worst architecture


def figures(photo: Photo, names: Iterable[str]) -> list[dict[str, Any]]:
    """A scatter for each of COSTS, with the architectures `names` marked."""
    chosen = set(names)
    known = facts(photo, chosen)
    accuracies = [one["miou"] for one in known.values() if "miou" in one]
    between = (min(accuracies, default=0.0) - MARGIN, max(accuracies, default=1.0) + MARGIN)
    made = []
    for key, (axis, unit, factor) in COSTS.items():
        points = [
            Point(ARCHITECTURES[name].title, one[key] * factor, one["miou"], name in chosen)
            for name, one in known.items()
            if key in one and "miou" in one
        ]
        made.append(
            scatter(points, axis=axis, unit=unit, measured_on=measured_on(), between=between)
        )
    return made


def facts(photo: Photo, chosen: set[str]) -> dict[str, dict[str, Any]]:
    """What is measured of every architecture; `milliseconds` only of those in a pane."""
    known = {name: dict(measured(name)) for name in ARCHITECTURES}
    for name in chosen:
        known[name]["milliseconds"] = photo.panes[name]["numbers"]["milliseconds"]
    return known


def numbers(photo: Photo, names: Iterable[str]) -> str:
    """The same as an HTML table."""
    rows = []
    for name, known in facts(photo, set(names)).items():
        time = known.get("milliseconds")
        rows.append(
            [
                ARCHITECTURES[name].title,
                tables.MISSING if time is None else f"{time:.1f} ms",
                tables.scaled(known.get("parameters")),
                tables.scaled(known.get("multiply_adds")),
                tables.percent(known.get("pixel_accuracy")),
                tables.percent(known.get("miou")),
            ]
        )
    headers = ["Architecture", "Time here", "Parameters", "Multiply-adds", "Pixels right", "mIoU"]
    return tables.table(headers, rows, caption=f"Pixels right and mIoU on {measured_on()}.")


def build() -> list[gr.HTML]:
    """Lay the scatters and the table out; their values are `figures`, then `numbers`."""
    gr.Markdown("## What it costs")
    with gr.Row(elem_classes="costs"):
        plots = [
            plot.component(
                empty="Appears with the first result.",
                label=f"{axis} against mIoU",
                elem_id=f"cost-{key}",
                height=300,
            )
            for key, (axis, _, _) in COSTS.items()
        ]
    height, width = CAMERA
    gr.Markdown(EXPLANATION.format(height=height, width=width, split=measured_on()))
    with gr.Accordion("The numbers", open=False):
        table = gr.HTML(apply_default_css=False)
    return [*plots, table]
