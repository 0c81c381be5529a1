"""Files for the person to keep: made by a handler, saved by the browser, never on the server."""

import base64
import mimetypes
import secrets
from typing import Any

import gradio as gr

from segdemo.ui.scripts import script


def saver() -> gr.HTML:
    """Unseen; when a handler sets it to what `file` makes, the browser saves that file."""
    return gr.HTML(
        None,
        html_template="<span hidden></span>",
        js_on_load=script("downloads.js"),
        elem_classes="unseen",
        apply_default_css=False,
    )


def file(name: str, content: bytes) -> dict[str, Any]:
    """The saver's value for a file called `name`, whose ending says what it is.

    Carries a new serial each time, so that the same file can be taken twice.
    """
    return {
        "name": name,
        "kind": mimetypes.guess_type(name)[0] or "application/octet-stream",
        "content": base64.b64encode(content).decode(),
        "serial": secrets.token_hex(4),
    }
