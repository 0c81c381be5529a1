"""What an architecture costs against how accurate it is: one scatter for each cost."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Point:
    """An architecture's place: its name, its cost, its mIoU (a fraction), and if it's in a pane."""

    title: str
    cost: float
    miou: float
    chosen: bool


def scatter(
    points: Sequence[Point],
    *,
    axis: str,
    unit: str,
    measured_on: str,
    between: tuple[float, float],
) -> dict[str, Any]:
    """A plotly figure of mIoU against one cost: `axis` names it, `unit` stands behind its numbers.

    Architectures in a pane are filled and named, the others hollow; "alt" says all of it in words.
    `between` are the ends of the axis of mIoU, so that several figures can share them.
    """
    order = sorted(points, key=lambda point: point.cost)
    least, most = (order[0].cost, order[-1].cost) if order else (0.0, 1.0)
    room = max(0.3 * (most - least), 0.05 * most)
    middle = (least + most) / 2
    return {
        "data": [_trace(order, unit, middle, chosen=chosen) for chosen in (False, True)],
        "layout": {
            "xaxis": {"title": {"text": axis}, "range": [max(0.0, least - room), most + room]},
            "yaxis": {
                "title": {"text": f"mIoU, {measured_on}"},
                "tickformat": ".0%",
                "range": list(between),
            },
            "showlegend": False,
            "margin": {"l": 60, "r": 16, "t": 16, "b": 48},
        },
        "alt": _in_words(order, axis, unit, measured_on),
    }


def _trace(points: Sequence[Point], unit: str, middle: float, *, chosen: bool) -> dict[str, Any]:
    """The architectures in a pane, or the others; a name stands on the side that has room."""
    kept = [point for point in points if point.chosen == chosen]
    return {
        "type": "scatter",
        "mode": "markers+text" if chosen else "markers",
        "name": "in a pane" if chosen else "not chosen",
        "x": [point.cost for point in kept],
        "y": [point.miou for point in kept],
        "text": [point.title for point in kept],
        "textposition": [f"middle {'left' if p.cost > middle else 'right'}" for p in kept],
        "cliponaxis": False,
        "marker": {
            "size": 10,
            "symbol": "circle" if chosen else "circle-open",
            "color": "#0f766e" if chosen else "#7c8798",
        },
        "hovertemplate": f"%{{text}}: %{{x:.3~g}} {unit}, mIoU %{{y:.1%}}<extra></extra>",
    }


def _in_words(points: Sequence[Point], axis: str, unit: str, measured_on: str) -> str:
    """The figure as a sentence."""
    places = [f"{point.title} {point.cost:.3g} {unit}, {point.miou:.1%}" for point in points]
    return f"{axis} and mIoU on {measured_on}: {'; '.join(places)}."
