"""The section Step by step: the form, the stage with the layer in it, and what follows from it."""

import secrets
from html import escape
from typing import Any

import gradio as gr
import torch

from segdemo.arithmetic.setting import IllegalSettingError
from segdemo.ui import link
from segdemo.ui.convolution import form as convolution_form
from segdemo.ui.convolution import torch_code
from segdemo.ui.convolution.check import TooLargeError, check, differences, mended
from segdemo.ui.convolution.facts import NAMES, formula, sentence, summary
from segdemo.ui.convolution.presets import DEFAULT_PRESET, PRESETS
from segdemo.ui.convolution.reading import READERS
from segdemo.ui.convolution.setting import Choice, from_mapping
from segdemo.ui.convolution.trace import trace
from segdemo.ui.scripts import script
from segdemo.ui.tab import Opening
from segdemo.ui.theme import COMPUTE

NAME = "convolution"
SCRIPTS = (  # later ones use earlier ones
    "convolution_layer.js",
    "convolution_grid.js",
    "convolution_scene.js",
    "convolution_words.js",
    "convolution_views.js",
    "convolution_player.js",
    "convolution_tools.js",
    "convolution_stage.js",
)
VIEW_STATE = ("view", "reading", "out", "step", "cell")  # kept by the browser, in the link too
READINGS = ("gather", "scatter")
LATEX: list[dict[str, str | bool]] = [
    {"left": "$$", "right": "$$", "display": True},
    {"left": "$", "right": "$", "display": False},
]
NAMES_TEXT = """
## One layer, six names

A transposed convolution goes by many names. Each is right about one view of it: press a name to
see that view.
"""


def choice_from(form: object) -> Choice:
    """The choice that the form asks for: a preset, or its values. ValueError for anything else."""
    if not isinstance(form, dict):
        raise ValueError(f"the form must be a mapping, got {type(form).__name__}.")
    preset = form.get("preset")
    if preset:
        if not isinstance(preset, str) or preset not in PRESETS:
            raise ValueError(f"preset {str(preset)[:40]!r} is not known.")
        return PRESETS[preset].choice
    return from_mapping(form.get("values"))


def shown(choice: Choice, view: dict[str, str] | None = None) -> tuple[Any, ...]:
    """Form, stage, formula, code, address and state for a choice, legal or not.

    For an illegal one formula, code and state stay as they were, and the stage greys what it shows.
    """
    try:
        stage = _stage(choice, view)
    except IllegalSettingError as refusal:
        remedy = mended(choice)
        stage = {"refusal": _refused(choice, refusal, remedy), "serial": secrets.token_hex(4)}
        form = convolution_form.value(choice, remedy)
        return form, stage, gr.skip(), gr.skip(), _address(choice), gr.skip()
    return (
        convolution_form.value(choice),
        stage,
        formula(choice),
        torch_code.code(choice),
        _address(choice),
        choice.to_mapping(),
    )


def on_form(form: object) -> tuple[Any, ...]:
    """What `shown` gives after the form changed; what can't be read is refused in a message."""
    try:
        choice = choice_from(form)
    except ValueError as error:
        raise gr.Error(str(error), print_exception=False) from None
    return shown(choice)


def on_open(state: object, request: gr.Request | None = None) -> tuple[Any, ...]:
    """What `shown` gives when the tab opens: the link's setting, else the one that was there.

    An illegal setting in a link is explained over a legal one near it.
    """
    told = link.read(request, NAME)
    view = {name: told[name] for name in VIEW_STATE if name in told}
    wanted = told if set(told) & set(READERS) else state
    try:
        choice = from_mapping(wanted) if wanted else PRESETS[DEFAULT_PRESET].choice
    except ValueError:
        choice = PRESETS[DEFAULT_PRESET].choice
    try:
        check(choice)
    except IllegalSettingError:
        form, stage, _, _, address, _ = shown(choice)
        legal = shown(mended(choice), view)
        return form, {**legal[1], **stage}, legal[2], legal[3], address, legal[5]
    return shown(choice, view)


def warm_up() -> None:
    """Work the opening setting out once: torch's first convolution is several times slower."""
    shown(PRESETS[DEFAULT_PRESET].choice)


def stage() -> gr.HTML:
    """The component that plays the layer; its value is what `shown` makes for it."""
    return gr.HTML(
        None,
        html_template='<div class="cv-stage"></div>',
        js_on_load=script(*SCRIPTS),
        elem_id="convolution-stage",
        apply_default_css=False,
    )


def names() -> str:
    """The six names as HTML, each a button with what is right and what misleads."""
    rows = "".join(
        f'<div class="cv-alias"><button type="button" data-view="{name.view}" '
        f'data-reading="{name.reading}" data-preset="{name.preset}">{escape(name.name)}</button>'
        f"<p><strong>Right:</strong> {escape(name.right)}</p>"
        f"<p><strong>Misleading:</strong> {escape(name.misleading)}</p></div>"
        for name in NAMES
    )
    return f'<div class="cv-aliases">{rows}</div>'


def build(state: gr.State, address: gr.HTML) -> Opening:
    """Lay the section out and wire it; `state` gets the setting's plain mapping."""
    with gr.Row(elem_classes="split"):
        with gr.Column(scale=0, min_width=320, elem_classes="controls"):
            form = convolution_form.component()
        with gr.Column(scale=1, min_width=320):
            played = stage()
            with gr.Row(elem_classes="halves cv-below"):
                size = gr.Markdown(latex_delimiters=LATEX, elem_classes="cv-formula")
                layer = gr.Code(
                    language="python",
                    label="In torch",
                    interactive=False,
                    show_line_numbers=False,
                    wrap_lines=True,
                    buttons=["copy"],
                )
            gr.Markdown(NAMES_TEXT)
            gr.HTML(
                names(),
                js_on_load=script("convolution_names.js"),
                apply_default_css=False,
            )
    outputs = [form, played, size, layer, address, state]
    form.input(
        on_form,
        [form],
        outputs,
        trigger_mode="always_last",
        api_visibility="private",
        show_progress="hidden",
        **COMPUTE,
    )
    return Opening(on_open, [state], outputs)


def _stage(choice: Choice, view: dict[str, str] | None) -> dict[str, Any]:
    numbers = trace(choice)
    look, source = sentence(choice)
    return {
        "trace": numbers,
        "view": _checked_view(view or {}),
        "sentence": look,
        "citation": source,
        "summary": summary(choice),
        "serial": secrets.token_hex(4),  # the same setting twice is still a new value
    }


def _checked_view(view: dict[str, str]) -> dict[str, str | int]:
    """Link parameters that the browser keeps: words bounded, counts as numbers."""
    found: dict[str, str | int] = {n: view[n][:24] for n in ("view", "cell") if n in view}
    if view.get("reading") in READINGS:
        found["reading"] = view["reading"]
    for name in ("out", "step"):
        if view.get(name, "").isascii() and view.get(name, "").isdigit():
            found[name] = int(view[name][:8])
    return found


def _refused(choice: Choice, refusal: IllegalSettingError, remedy: Choice) -> dict[str, str | None]:
    """Our sentence, torch's own words, and what the mending button says."""
    changes = differences(choice, remedy)
    words = ", ".join(f"{name}={value!r}" for name, value in changes.items())
    return {
        "sentence": _capital(str(refusal)),
        "torch": None if isinstance(refusal, TooLargeError) else torch_code.refusal(choice),
        "version": torch.__version__.split("+")[0],
        "button": f"Set {words}",
    }


def _capital(text: str) -> str:
    return text[0].upper() + text[1:] if text.split()[0].isalpha() else text


def _address(choice: Choice) -> dict[str, str]:
    """The link to a choice; numbers typed in stay out where they are too many for a link."""
    plain = choice.to_mapping()
    for kind, values in (("input_kind", "input_values"), ("kernel_kind", "kernel_values")):
        if len(str(plain.get(values, ""))) > link.MAX_LENGTH:
            del plain[values]
            plain.pop(kind, None)
    return link.state(NAME, **{"operation": choice.operation, **plain})
