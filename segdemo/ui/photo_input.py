"""Where a person's own photo comes in, and the line that answers it."""

from html import escape
from pathlib import Path
from typing import Any

import gradio as gr


class PhotoInput(gr.Image):
    """gr.Image that hands on the uploaded file untouched, as a path.

    Gradio's own preprocessing opens the picture first, so a file that Pillow can't read never
    reaches a handler, and some are converted on the way. Construct it with type="filepath".
    """

    is_template = True  # Gradio's word for: shown by the parent's front end

    def preprocess(self, payload: Any) -> str | None:
        """The file's path in the upload folder, where Gradio has checked that it lies."""
        return None if payload is None else payload.path


def box(
    elem_id: str, *, height: int, label: str = "Your own photo", noun: str = "photo"
) -> PhotoInput:
    """The box for a person's own picture: a file, the camera, the clipboard. `height` in pixels."""
    return PhotoInput(
        type="filepath",
        label=label,
        elem_id=elem_id,
        placeholder=f"Drop a {noun} here, or press to choose one",
        sources=["upload", "webcam", "clipboard"],
        height=height,
        buttons=[],
    )


def notice(elem_id: str = "notice") -> gr.HTML:
    """A line that screen readers announce; set it to what `said` or `failed` makes."""
    return gr.HTML(
        "",
        html_template='<div class="notice" aria-live="polite">${value}</div>',
        elem_id=elem_id,
    )


def said(text: str) -> str:
    """A plain remark as the notice's HTML."""
    return f"<p>{escape(text)}</p>"


def failed(error: Exception) -> str:
    """What went wrong, as the notice's HTML, begun with a capital letter."""
    text = str(error)
    return f'<p class="notice-error">{escape(text[:1].upper() + text[1:])}</p>'


def read_upload(path: str) -> bytes:
    """The bytes of an uploaded file; ValueError where it is gone."""
    try:
        return Path(path).read_bytes()
    except OSError:
        raise ValueError("this photo is no longer on the server; choose it again.") from None
