"""The controls of the Convolution tab: a form in torch's names, what is legal beside each."""

from collections.abc import Iterator
from html import escape
from typing import Any

import gradio as gr

from segdemo.arithmetic.geometry import slider_bounds
from segdemo.arithmetic.rules import per_axis
from segdemo.arithmetic.setting import PARAMETERS, WEIGHTED
from segdemo.ui.convolution.facts import preset_name
from segdemo.ui.convolution.presets import PRESETS
from segdemo.ui.convolution.reading import BOUNDS, WORDS
from segdemo.ui.convolution.setting import Choice
from segdemo.ui.scripts import script

NUMBERS = (
    "input_size",
    "kernel_size",
    "stride",
    "padding",
    "dilation",
    "output_padding",
    "output_size",
)
# The longest that a slider gets; a number typed beside it may go on to BOUNDS.
REACH = {
    "input_size": 32,
    "kernel_size": 12,
    "stride": 8,
    "padding": 12,
    "dilation": 8,
    "output_padding": 8,
    "output_size": 64,
}
ABOUT = {
    "input_size": "Cells of the input on each side.",
    "kernel_size": "Weights on each side; for pooling, the window.",
    "stride": "Cells from one place of the kernel to the next.",
    "padding": "Cells added around the input.",
    "padding_mode": "What the added cells hold.",
    "dilation": "Cells from one weight to the next.",
    "output_padding": "Rows and columns more at the far end of the output.",
    "output_size": "Which of the possible sizes unpooling goes back to.",
    "ceil_mode": "A last window may run over the edge.",
    "count_include_pad": "The mean counts padding as zeros.",
    "groups": "Channels fall into groups that don't mix.",
    "in_channels": "Channels of the input.",
    "out_channels": "Channels of the output.",
    "bias": "A number for each output channel, added to every sum.",
    "input_kind": "Where the input's numbers come from.",
    "kernel_kind": "Where the weights come from.",
}
TRANSPOSED_PADDING = "Cells taken off the output's rim: p leaves d(k-1) - p zeros when one gathers."
GROUPS = {
    "conv": "Convolution",
    "conv_transpose": "Transposed convolution",
    "max_pool": "Pooling and unpooling",
    "avg_pool": "Pooling and unpooling",
    "max_unpool": "Pooling and unpooling",
}
OPERATIONS = {
    "conv": "Convolution",
    "conv_transpose": "Transposed",
    "max_pool": "Max pool",
    "avg_pool": "Average pool",
    "max_unpool": "Max unpool",
}
KINDS = {
    "numbers": "small whole numbers",
    "ones": "ones",
    "ramp": "counting up",
    "impulse": "a single one",
    "bilinear": "bilinear",
    "typed": "typed in",
}


def component() -> gr.HTML:
    """The form. Its value is what `value` makes; a change sends {"values": ...} back."""
    return gr.HTML(
        None,
        html_template=f'<form class="cv-form" aria-label="{escape("The layer")}"></form>',
        js_on_load=script("convolution_form.js"),
        elem_id="convolution-form",
        apply_default_css=False,
        words={
            "about": ABOUT,
            "presets": _presets(),
            "operations": OPERATIONS,
            "kinds": KINDS,
            "options": {name: list(words) for name, words in WORDS.items()},
            "bounds": BOUNDS,
            "reach": REACH,
        },
    )


def value(choice: Choice, remedy: Choice | None = None) -> dict[str, Any]:
    """The form's value for a choice, legal or not.

    `values` are the choice's fields, `used` those that the operation takes, `now` the numbers of
    each axis with torch's defaults filled in, `legal` the legal run around each number, the others
    held, looked for up to REACH. `remedy`: the values that the mending button sets.
    """
    setting = choice.setting()
    used = [*PARAMETERS[choice.operation]]
    if choice.operation in WEIGHTED:
        used += ["groups", "out_channels", "bias"]
    if choice.operation == "avg_pool":
        used.append("count_include_pad")
    now = {name: list(per_axis(setting, name)) for name in NUMBERS if name != "output_size"}
    about = {"padding": TRANSPOSED_PADDING} if choice.operation == "conv_transpose" else {}
    return {
        "values": _values(choice),
        "used": used,
        "now": now,
        "legal": dict(_legal(choice)),
        "about": about,
        "preset": preset_name(choice),
        "remedy": None if remedy is None else _values(remedy),
    }


def _values(choice: Choice) -> dict[str, Any]:
    """Every field of a choice as JSON holds it; typed numbers as text."""
    found: dict[str, Any] = dict(vars(choice))
    for name in ("input_values", "kernel_values"):
        rows = found[name]
        found[name] = "\n".join(" ".join(f"{n:.7g}" for n in row) for row in rows)
    return {k: list(v) if isinstance(v, tuple) else v for k, v in found.items()}


def _legal(choice: Choice) -> Iterator[tuple[str, tuple[int, int] | None]]:
    """The legal run of each number, both axes moved together, where words aren't in its place."""
    setting = choice.setting()
    for name in NUMBERS:
        taken = name in ("input_size", "kernel_size", *PARAMETERS[choice.operation])
        if not taken or isinstance(getattr(setting, name), str):
            continue
        if name == "output_size" and setting.output_size is None:
            continue
        yield name, slider_bounds(setting, name, cap=max(REACH[name], *per_axis(setting, name)))


def _presets() -> list[dict[str, Any]]:
    """The presets by group, in order."""
    groups: dict[str, list[list[str]]] = {}
    for name, preset in PRESETS.items():
        groups.setdefault(GROUPS[preset.choice.operation], []).append([name, preset.title])
    return [{"title": title, "entries": entries} for title, entries in groups.items()]
