"""The Take away section: masks, cut-outs and figures as files, one button each."""

import base64
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import gradio as gr
import numpy as np
from numpy.typing import NDArray

from segdemo import exports
from segdemo.figures import segmentation, vector
from segdemo.labels import LABEL_SETS
from segdemo.models.catalog import ARCHITECTURES
from segdemo.ui import downloads, photo_input
from segdemo.ui.examples import example
from segdemo.ui.model_facts import WEIGHTS
from segdemo.ui.segment import picture_grid
from segdemo.ui.segment.regions import areas
from segdemo.ui.segment.results import RESULTS, checked_architectures
from segdemo.ui.source import Source, picture
from segdemo.ui.tab import Opening
from segdemo.ui.theme import COMPUTE

TITLE = "Take away"
LABEL_SET = WEIGHTS
SMALLEST = 0.002  # share of the photo: a class below it isn't offered for a cut-out
INTRODUCTION = """
Files of what is on the screen, at its size. They are made when you press and not kept here.
"""
COPY = """async () => {
    const said = document.querySelector(".takeaway-copied");
    try {
        await navigator.clipboard.writeText(location.href);
        said.textContent = "The link is on the clipboard.";
    } catch {
        said.textContent = `Copy the address bar: ${location.href}`;
    }
}"""


@dataclass(frozen=True, eq=False)
class Taken:
    """What a file is made of: the photo, the chosen masks, and which of them, and how."""

    pixels: NDArray[np.uint8]
    masks: dict[str, NDArray[np.uint8]]
    name: str
    classes: tuple[int, ...]
    opacity: float
    title: str
    credit: str

    @property
    def mask(self) -> NDArray[np.uint8]:
        """The mask of the architecture chosen here."""
        return self.masks[self.name]


@dataclass(frozen=True)
class Format:
    """A button: its label, the sentence beside it, the file's ending, how to make it."""

    label: str
    sentence: str
    ending: str
    make: Callable[[Taken], bytes]


def _figure(taken: Taken, kind: str) -> bytes:
    """The comparison figure of all chosen architectures."""
    titled = {ARCHITECTURES[name].title: mask for name, mask in taken.masks.items()}
    figure = segmentation.comparison(taken.pixels, titled, LABEL_SETS[LABEL_SET], taken.credit)
    return vector.write(figure, kind)


FORMATS: dict[str, Format] = {
    "index": Format(
        "Index mask, PNG",
        "Each pixel is its class's number, shown in its colour: for training and measuring.",
        "-mask.png",
        lambda taken: exports.index_png(taken.mask, LABEL_SETS[LABEL_SET]),
    ),
    "overlay": Format(
        "Overlay, PNG",
        "The photo under the colours, as opaque as chosen above: for a slide.",
        "-overlay.png",
        lambda t: exports.overlay_png(t.pixels, t.mask, LABEL_SETS[LABEL_SET], t.opacity),
    ),
    "cutout": Format(
        "Cut-out, PNG",
        "Only the classes chosen above, on a transparent background: for a collage.",
        "-cutout.png",
        lambda taken: exports.cutout_png(taken.pixels, taken.mask, taken.classes),
    ),
    "coco": Format(
        "COCO, JSON",
        "One run-length mask a class, as pycocotools reads it: for annotation tools.",
        "-coco.json",
        lambda t: exports.coco_json(t.mask, LABEL_SETS[LABEL_SET], f"{t.title}.jpg"),
    ),
    "geojson": Format(
        "Regions, GeoJSON",
        "Each region as a polygon in pixels, x to the right, y down: for GIS and drawing programs.",
        ".geojson",
        lambda taken: exports.geojson(taken.mask, LABEL_SETS[LABEL_SET]),
    ),
    "pdf": Format(
        "Comparison, PDF",
        "The photo, every chosen architecture's mask, legend and credit, text as text: for LaTeX.",
        "-comparison.pdf",
        lambda taken: _figure(taken, "pdf"),
    ),
    "svg": Format(
        "Comparison, SVG",
        "The same, to edit in a drawing program or to put on a page.",
        "-comparison.svg",
        lambda taken: _figure(taken, "svg"),
    ),
}


def taken_of(
    source: Source, names: list[str], name: object, classes: object, opacity: object
) -> Taken:
    """What the controls say, checked; ValueError where one can't be used."""
    names = checked_architectures(names)
    data, _ = picture(source)
    photo = RESULTS.of(data, names)
    chosen = name if isinstance(name, str) and name in names else names[0]
    if not isinstance(opacity, int | float) or not 0 <= opacity <= 100:
        raise ValueError("opacity must be from 0 to 100 per cent; move the slider.")
    known = LABEL_SETS[LABEL_SET]
    wanted = classes if isinstance(classes, list) else []
    shown = example(source["example"]) if "example" in source else None
    return Taken(
        pixels=photo.pixels,
        masks={one: photo.masks[one] for one in names},
        name=chosen,
        classes=tuple(known.index(one) for one in wanted if isinstance(one, str)),
        opacity=opacity / 100,
        title=re.sub(r"\W", "", source["example"]) if shown else "photo",
        credit=f"Photo: {shown.title}, {shown.credit}" if shown else "Photo: the reader's own",
    )


def on_open(
    source: Source, names: list[str], name: str, classes: list[str], opacity: float
) -> tuple[Any, ...]:
    """Architectures and classes to choose from, the picture of what is taken, and the notice."""
    try:
        taken = taken_of(source, names, name, [], 0)
        choices = [(ARCHITECTURES[one].title, one) for one in taken.masks]
        known = LABEL_SETS[LABEL_SET].classes
        found = [known[i] for i, share in areas(taken.mask).items() if share >= SMALLEST]
        kept = [one for one in classes or [] if one in found] or [_foremost(found)]
        view, notice = on_look(source, names, taken.name, kept, opacity)
    except ValueError as error:
        return gr.skip(), gr.skip(), gr.skip(), photo_input.failed(error)
    return (
        gr.Radio(choices=choices, value=taken.name),
        gr.CheckboxGroup(choices=found, value=kept),
        view,
        notice,
    )


def _foremost(found: list[str]) -> str:
    """The largest class that is a thing rather than its surroundings, else the largest."""
    around = ("sky", "water", "grass", "road", "tree", "other")
    return next((name for name in found if name not in around), found[0])


def on_look(
    source: Source, names: list[str], name: str, classes: list[str], opacity: float
) -> tuple[Any, Any]:
    """The overlay and the cut-out as pictures, and the notice."""
    try:
        taken = taken_of(source, names, name, classes, opacity)
        overlay = exports.overlay_png(
            taken.pixels, taken.mask, LABEL_SETS[LABEL_SET], taken.opacity
        )
        pictures = [_shown(overlay, "Overlay", ARCHITECTURES[taken.name].title)]
        if taken.classes:
            cut = exports.cutout_png(taken.pixels, taken.mask, taken.classes)
            pictures.append(_shown(cut, "Cut-out", ", ".join(classes)))
    except ValueError as error:
        return gr.skip(), photo_input.failed(error)
    return {"pictures": pictures}, photo_input.said("")


def _shown(png: bytes, title: str, note: str) -> dict[str, str]:
    """A PNG as it will be saved, in the grid."""
    source = f"data:image/png;base64,{base64.b64encode(png).decode()}"
    return {"source": source, "title": title, "note": note, "alt": f"{title}: {note}"}


def on_take(
    source: Source, names: list[str], name: str, classes: list[str], opacity: float, *, kind: str
) -> tuple[Any, Any]:
    """The file of one format for the browser to save, and the notice."""
    try:
        taken = taken_of(source, names, name, classes, opacity)
        content = FORMATS[kind].make(taken)
    except ValueError as error:
        return gr.skip(), photo_input.failed(error)
    whose = taken.title if kind in ("pdf", "svg") else f"{taken.title}-{taken.name}"
    file = f"{whose}{FORMATS[kind].ending}"
    return downloads.file(file, content), photo_input.said(f"Made {file}.")


def build(source: gr.State, choice: gr.CheckboxGroup) -> Opening:
    """Lay the section out and wire it; it opens with the first architecture's mask."""
    gr.Markdown(INTRODUCTION)
    name = gr.Radio([], label="Whose mask", elem_id="takeaway-name")
    with gr.Row(elem_classes="measure-row"):
        classes = gr.CheckboxGroup(
            [], label="Classes in the cut-out", info="What isn't chosen becomes transparent."
        )
        opacity = gr.Slider(
            0,
            100,
            value=55,
            step=5,
            label="Overlay opacity of the file, percent",
            info="0 is the photo.",
        )
    grid = picture_grid.component(empty="Overlay and cut-out appear here.", elem_id="takeaway-grid")
    notice = photo_input.notice("takeaway-notice")
    saver = downloads.saver()
    inputs = [source, choice, name, classes, opacity]
    shared: dict[str, Any] = {"api_visibility": "private", "show_progress": "minimal", **COMPUTE}
    for kind, form in FORMATS.items():
        with gr.Row(elem_classes="takeaway-row"):
            button = gr.Button(form.label, elem_id=f"take-{kind}", size="md")
            gr.Markdown(form.sentence)
        button.click(_taker(kind), inputs, [saver, notice], **shared)
    with gr.Row(elem_classes="takeaway-row"):
        copy = gr.Button("Copy the link", elem_id="take-link", size="md")
        gr.HTML(
            "<p>Example, architectures and view, as the address bar holds them; your own photo "
            'never goes into it. <span class="takeaway-copied" aria-live="polite"></span></p>',
            apply_default_css=False,
        )
    copy.click(None, None, None, js=COPY, api_visibility="private")
    gr.on([classes.input, opacity.release], on_look, inputs, [grid, notice], **shared)
    outputs = [name, classes, grid, notice]
    name.input(on_open, inputs, outputs, **shared)
    return Opening(on_open, inputs, outputs)


def _taker(kind: str) -> Callable[..., tuple[Any, Any]]:
    """The handler of one format's button."""

    def take(
        source: Source, names: list[str], name: str, classes: list[str], opacity: float
    ) -> tuple[Any, Any]:
        return on_take(source, names, name, classes, opacity, kind=kind)

    return take
