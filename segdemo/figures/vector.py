"""Matplotlib figures as vector files for a report: SVG and PDF, text as text."""

from io import BytesIO
from typing import Any

import matplotlib
from matplotlib.figure import Figure

# Text stays text (TrueType in PDF, <text> in SVG), and an SVG's ids are the same every time.
SETTINGS: dict[Any, Any] = {"pdf.fonttype": 42, "svg.fonttype": "none", "svg.hashsalt": "segdemo"}
# Without dates, the same figure gives the same bytes.
METADATA: dict[str, dict[str, None]] = {
    "pdf": {"CreationDate": None, "ModDate": None},
    "svg": {"Date": None},
}


def write(figure: Figure, kind: str) -> bytes:
    """The figure as "pdf" or "svg"; ValueError for another kind."""
    if kind not in METADATA:
        raise ValueError(f"kind {kind!r} is not known; choose from {', '.join(METADATA)}.")
    buffer = BytesIO()
    with matplotlib.rc_context(SETTINGS):
        figure.savefig(buffer, format=kind, metadata=METADATA[kind], bbox_inches="tight")
    return buffer.getvalue()
