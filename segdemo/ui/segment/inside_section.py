"""Look inside: what happens between photo and mask, one view at a time."""

import hashlib
from collections.abc import Callable
from typing import Any

import gradio as gr

from segdemo.images import decode
from segdemo.inside.features import Features, Remembered, features_of, traced_features
from segdemo.labels import LABEL_SETS
from segdemo.ui import link
from segdemo.ui.model_facts import WEIGHTS
from segdemo.ui.scripts import script
from segdemo.ui.segment import inside_figures
from segdemo.ui.segment.inside_fcn_views import skips_view, upsampling_view
from segdemo.ui.segment.inside_field_view import field_view
from segdemo.ui.segment.inside_head_views import context_view, unet_view
from segdemo.ui.segment.inside_map_views import ladder_view, switches_view
from segdemo.ui.segment.inside_settings import VIEWS, Settings, checked, linked
from segdemo.ui.segment.results import SHOWN_SIDE, checked_architectures
from segdemo.ui.source import Source, picture
from segdemo.ui.tab import Opening
from segdemo.ui.theme import COMPUTE

SCRIPTS = (  # one scope for all of them, so each may use the ones before it
    "elements.js",
    "canvas.js",
    "masks.js",
    "ramps.js",
    "inside-scales.js",
    "inside-figures.js",
    "inside-tools.js",
    "inside.js",
)
# The views that don't depend on the architectures chosen; "ladder" and "field" do.
OF_PHOTO: dict[str, Callable[[Features, Settings], dict[str, Any]]] = {
    "skips": skips_view,
    "switches": switches_view,
    "context": context_view,
    "unet": unet_view,
    "upsampling": upsampling_view,
}
EMPTY = "The maps inside the networks appear here."
# Photos whose maps are kept, about 6 MB each; and with the graph for gradients, about 300 MB.
FEATURES: Remembered[Features] = Remembered(8)
TRACED: Remembered[Features] = Remembered(1)


def seen(source: Source, *, traced: bool = False) -> Features:
    """The maps of what is on the screen, worked out once; ValueError where it can't be read."""
    data, _ = picture(source)
    key = hashlib.sha256(data).hexdigest()
    remembered, make = (TRACED, traced_features) if traced else (FEATURES, features_of)
    return remembered.of(key, lambda: make(decode(data, max_side=SHOWN_SIDE).pixels))


def view_of(source: Source, names: list[str], settings: Settings) -> dict[str, Any]:
    """What the view chosen shows of a photo; `names` count in the ladder and the fields."""
    if settings.view == "field":
        return field_view(seen(source, traced=True), settings, checked_architectures(names))
    if settings.view == "ladder":
        return ladder_view(seen(source), checked_architectures(names))
    return OF_PHOTO[settings.view](seen(source), settings)


def shown(source: Source, names: list[str], settings: Settings) -> dict[str, Any]:
    """The component's value, or the sentence that says why there is none."""
    try:
        view = view_of(source, names, settings)
        return {"settings": settings.plain(), **inside_figures.photo(seen(source)), **view}
    except ValueError as error:
        text = str(error)
        return {"settings": settings.plain(), "error": text[:1].upper() + text[1:]}


def on_open(
    source: Source,
    names: list[str],
    settings: dict[str, Any],
    request: gr.Request = None,  # type: ignore[assignment]
) -> tuple[dict[str, Any], dict[str, Any]]:
    """The view and its settings, when the section is shown or photo or architectures changed."""
    wanted = linked(link.read(request, "segment"), checked(settings))
    return shown(source, names, wanted), wanted.plain()


def on_settings(
    source: Source, names: list[str], settings: dict[str, Any], event: gr.EventData
) -> tuple[dict[str, Any], dict[str, Any]]:
    """The view, and the settings to remember, after a control or a place on the photo was pressed.

    Settings that can't be used change nothing but the sentence that says so.
    """
    kept = checked(settings)
    try:
        kept = checked(event._data)
    except ValueError as error:
        return {"settings": kept.plain(), "error": str(error)}, kept.plain()
    return shown(source, names, kept), kept.plain()


def build(source: gr.State, choice: gr.CheckboxGroup) -> Opening:
    """Lay the section out and wire it; it opens with the skips of FCN-8s."""
    settings = gr.State(Settings().plain())
    label_set = LABEL_SETS[WEIGHTS]
    view = gr.HTML(
        None,
        html_template='<div class="inside"></div>',
        js_on_load=script(*SCRIPTS),
        elem_id="inside",
        apply_default_css=False,
        empty=EMPTY,
        views=VIEWS,
        classes=list(label_set.classes),
        colours=[label_set.hex(index) for index in range(len(label_set))],
    )
    view.input(
        on_settings,
        [source, choice, settings],
        [view, settings],
        trigger_mode="always_last",
        api_visibility="private",
        show_progress="hidden",
        **COMPUTE,
    )
    return Opening(on_open, [source, choice, settings], [view, settings])
