"""The address bar as a link to what a tab shows: `?tab=convolution&stride=2`.

The page writes it as things change, and a tab reads it when it opens. An upload never goes into it.
"""

from typing import Any

import gradio as gr

from segdemo.ui.scripts import script

MAX_PARAMETERS = 64
MAX_LENGTH = 2000  # characters of a value


def read(request: gr.Request | None, tab: str) -> dict[str, str]:
    """The address's parameters where it links to this tab, else {}.

    `tab` is the tab's TITLE in lower case. The strings are as a stranger wrote them, bounded in
    number and length: whitelist and clamp. None stands for no request, as when a test calls.
    """
    if request is None:
        return {}
    found = {str(name): str(value) for name, value in request.query_params.items()}
    if found.pop("tab", None) != tab or len(found) > MAX_PARAMETERS:
        return {}
    return {
        name: value
        for name, value in found.items()
        if not name.startswith("__") and len(value) <= MAX_LENGTH
    }


def linked_tab(request: gr.Request | None, tabs: list[str]) -> str:
    """The tab that the address links to; the first where it names none of them."""
    named = None if request is None else request.query_params.get("tab")
    return named if named in tabs else tabs[0]


def address() -> gr.HTML:
    """Unseen; its value, {"tab": name, parameter: value, ...}, is written to the address bar.

    A parameter that the value before named and this one doesn't is taken out.
    """
    return gr.HTML(
        None,
        html_template="<span hidden></span>",
        js_on_load=script("address.js"),
        elem_classes="unseen",
        apply_default_css=False,
    )


def opening_script(tab: str) -> str:
    """JavaScript for the event that opens a tab: the address names the tab before it is read."""
    return f"(...values) => {{ window.segdemo.select({tab!r}); return values; }}"


def state(tab: str, **parameters: Any) -> dict[str, str]:
    """What `address` takes: parameters as strings, those that are None left out."""
    kept = {name: str(value) for name, value in parameters.items() if value is not None}
    return {"tab": tab, **kept}
