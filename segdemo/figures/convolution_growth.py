"""How a stack's receptive field grows with depth, beside linear and exponential growth."""

from collections.abc import Sequence
from typing import Any


def plain_field(depth: int) -> int:
    """The field of `depth` 3 x 3 layers without dilation, in input cells across: 1 + 2n."""
    return 1 + 2 * depth


def doubling_field(depth: int) -> int:
    """That of 3 x 3 layers with dilations 1, 2, 4, 8, ...: 2^(n+1) - 1 (Yu & Koltun 2016)."""
    return 2 ** (depth + 1) - 1


def growth(sizes: Sequence[int]) -> dict[str, Any]:
    """A plotly figure of the field's size after each layer (sizes[0] after the first), log scale.

    Input cells across; on this scale a straight line is exponential growth.
    """
    depths = list(range(len(sizes) + 1))
    lines = [
        ("this stack", [1, *sizes], {"width": 3, "color": "#0d9488"}, "circle"),
        (
            "3 × 3, dilations 1, 2, 4, …",
            [doubling_field(n) for n in depths],
            {"dash": "dash", "color": "#b45309"},
            "x",
        ),
        (
            "3 × 3, not dilated",
            [plain_field(n) for n in depths],
            {"dash": "dot", "color": "#64748b"},
            "square",
        ),
    ]
    return {
        "data": [
            {
                "type": "scatter",
                "mode": "lines+markers",
                "name": name,
                "x": depths,
                "y": values,
                "line": line,
                "marker": {"symbol": symbol, "size": 7},
                "hovertemplate": f"after %{{x}} layers: %{{y}}<extra>{name}</extra>",
            }
            for name, values, line, symbol in lines
        ],
        "layout": {
            "xaxis": {"title": {"text": "layers"}, "dtick": 1},
            "yaxis": {
                "title": {"text": "field (input cells across)"},
                "type": "log",
                "tickvals": [2**power for power in range(14)],
            },
            "legend": {"orientation": "h", "y": 1.2},
        },
        "alt": (
            f"The field grows from 1 to {sizes[-1] if sizes else 1} input cells across in "
            f"{len(sizes)} layers; 3 × 3 layers without dilation reach {plain_field(len(sizes))}, "
            f"with doubling dilations {doubling_field(len(sizes))}."
        ),
    }
