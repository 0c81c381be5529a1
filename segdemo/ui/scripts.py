"""The JavaScript of the page's own components, which lies in files of its own."""

from pathlib import Path

STATIC = Path(__file__).parent / "static"


def script(*names: str) -> str:
    """Files of `static/`, one after the other: what gr.HTML's `js_on_load` runs."""
    return "\n".join((STATIC / name).read_text() for name in names)
