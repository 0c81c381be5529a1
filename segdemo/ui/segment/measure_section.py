"""The Measure section: the masks against a ground truth, and how good their stride lets them be."""

from collections.abc import Mapping
from typing import Any

import gradio as gr
import numpy as np

from segdemo import ground_truth
from segdemo.figures import segmentation as figures
from segdemo.labels import LABEL_SETS, paint
from segdemo.models.catalog import ARCHITECTURES
from segdemo.ui import photo_input, plot
from segdemo.ui.model_facts import WEIGHTS
from segdemo.ui.segment import measure_draw, measure_truth, picture_grid
from segdemo.ui.segment.measure_scores import (
    TOLERANCE,
    TRIMAP_WIDTHS,
    Scores,
    class_table,
    error_map,
    scores,
    summary_table,
)
from segdemo.ui.segment.measure_truth import SETS, Truth
from segdemo.ui.segment.results import RESULTS, Photo, checked_architectures
from segdemo.ui.source import Source, picture
from segdemo.ui.tab import Opening
from segdemo.ui.theme import COMPUTE

TITLE = "Measure"
LATEX: list[dict[str, str | bool]] = [{"left": "$", "right": "$", "display": False}]
INTRODUCTION = """
A **ground truth** says what each pixel really is. Against it a mask gets numbers: the share of
pixels right, the mean over classes of intersection over union, and the boundary F score
$F = 2PR / (P + R)$, from the shares $P$ of predicted and $R$ of true outline that meet.
"""
MISSING = (
    "This photo has no ground truth yet: upload one of its size, or unfold the canvas below, draw "
    "a region or two, and measure against it. Palace and Flower come with one."
)
CEILING = """
**The stride's ceiling.** Reduce the ground truth itself to one cell for every $s \\times s$ pixels
and enlarge it again: what is lost, no network that predicts on such a grid can have. Repeating each
cell's label is what Long et al. did in their appendix A; keeping each class's share of a cell and
enlarging that smoothly is kinder, and nearer to what these heads do with their scores.
"""
CHANGED = 7  # outputs after the notice that hold results


def measured(
    source: Source, names: list[str], truth: Truth | None, shown: str | None
) -> tuple[Any, ...]:
    """The canvas's value, then what every results component shows, for a photo and its truth.

    ValueError where the photo or an architecture can't be used.
    """
    names = checked_architectures(names)
    data, _ = picture(source)
    photo = RESULTS.of(data, names)
    canvas = measure_draw.value(photo, source)
    if truth is None:
        return canvas, *_nothing(photo)
    mask = measure_truth.unpack(truth)
    label_set = LABEL_SETS[WEIGHTS]
    found = {name: scores(mask, photo.masks[name], len(label_set)) for name in names}
    titled = {ARCHITECTURES[name].title: result for name, result in found.items()}
    shown = shown if shown in names else names[0]
    reach = TOLERANCE * float(np.hypot(*mask.shape))
    tables = f"{summary_table(titled, reach)}<br>{class_table(titled, label_set)}"
    choices = [(ARCHITECTURES[name].title, name) for name in names]
    return (
        canvas,
        tables,
        _errors(photo, mask, found),
        _trimap(titled),
        _ceiling(mask, titled),
        figures.confusion_matrix(found[shown].matrix, label_set, ARCHITECTURES[shown].title),
        gr.Radio(choices=choices, value=shown),
    )


def _nothing(photo: Photo) -> tuple[Any, ...]:
    """The results components without a ground truth: the photo, and what to do."""
    grid = {"pictures": [picture_grid.picture(photo.pixels, "Photo")], "sentence": MISSING}
    return "", grid, None, None, None, gr.skip()


def _errors(photo: Photo, mask: np.ndarray, found: Mapping[str, Scores]) -> dict[str, Any]:
    """The ground truth and each architecture's errors as pictures, the best first named."""
    pixels = photo.pixels
    mixed = 0.4 * pixels + 0.6 * paint(mask, LABEL_SETS[WEIGHTS])
    labelled = (mask != ground_truth.IGNORE_INDEX).mean()
    pictures = [
        picture_grid.picture(
            np.rint(mixed).astype(np.uint8),
            "Ground truth",
            f"{labelled:.0%} labelled",
            "The ground truth's classes in their colours; cream has no label",
        )
    ]
    for name, result in found.items():
        title, wrong = ARCHITECTURES[name].title, 1 - result.pixel_accuracy
        pictures.append(
            picture_grid.picture(
                error_map(pixels, mask, photo.masks[name]),
                title,
                f"{wrong:.1%} wrong",
                f"Where {title} is wrong: {wrong:.1%} of the labelled pixels",
            )
        )
    best = max(found, key=lambda name: found[name].miou)
    sentence = (
        f"Of these, {ARCHITECTURES[best].title} scores best here, with an mIoU of "
        f"{found[best].miou:.1%}. Striped in orange: pixels whose class is wrong; pale: no label. "
        "Do the errors lie along outlines, or fill whole regions?"
    )
    return {"pictures": pictures, "sentence": sentence}


def _trimap(titled: Mapping[str, Scores]) -> dict[str, Any]:
    """Pixels right in bands around the true outlines."""
    return figures.curves(
        {title: result.trimap for title, result in titled.items()},
        TRIMAP_WIDTHS,
        across="within pixels of a true outline",
        upwards="pixels right",
        log=True,
    )


def _ceiling(mask: np.ndarray, titled: Mapping[str, Scores]) -> dict[str, Any]:
    """The ground truth's own mIoU by stride, the architectures' beside it."""
    found = ground_truth.stride_ceiling(mask)
    return figures.curves(
        {"Ceiling, labels repeated": found.labels, "Ceiling, shares enlarged": found.shares},
        found.strides,
        across="stride, pixels of this photo",
        upwards="mIoU",
        log=True,
        level={title: result.miou for title, result in titled.items()},
    )


def on_open(source: Source, names: list[str], truth: Truth | None, shown: str) -> tuple[Any, ...]:
    """Truth, notice, canvas and results when the section is shown, or what it shows has changed."""
    try:
        truth = measure_truth.current(source, truth)
        found = measured(source, names, truth, shown)
    except ValueError as error:
        return truth, photo_input.failed(error), *(gr.skip(),) * CHANGED
    said = f"Ground truth: {truth['origin']}." if truth else ""
    return truth, photo_input.said(said), *found


def on_upload(
    path: str | None, label_set: str, source: Source, names: list[str], truth: Truth | None
) -> tuple[Any, ...]:
    """As `on_open`, after a ground truth came in; a bad one changes only the notice."""
    if path is None:
        return (gr.skip(),) * (CHANGED + 2)
    try:
        size = _size(source, names)
        made = measure_truth.uploaded(path, measure_truth.checked_set(label_set), source, size)
    except ValueError as error:
        return truth, photo_input.failed(error), *(gr.skip(),) * CHANGED
    return on_open(source, names, made, "")


def on_drawn(
    source: Source, names: list[str], truth: Truth | None, event: gr.EventData
) -> tuple[Any, ...]:
    """As `on_open`, against what was drawn on the canvas, which keeps it."""
    try:
        made = measure_truth.drawn(event._data, source, _size(source, names))
    except ValueError as error:
        return truth, photo_input.failed(error), *(gr.skip(),) * CHANGED
    return on_open(source, names, made, "")


def on_reset(source: Source, names: list[str]) -> tuple[Any, ...]:
    """As `on_open`, with the example's own ground truth again."""
    return on_open(source, names, None, "")


def on_matrix(source: Source, names: list[str], truth: Truth | None, shown: str) -> Any:
    """The confusion matrix of another architecture."""
    truth = measure_truth.current(source, truth)
    if truth is None or not isinstance(shown, str) or shown not in names:
        return gr.skip()
    label_set = LABEL_SETS[WEIGHTS]
    mask = RESULTS.of(picture(source)[0], names).masks[shown]
    result = scores(measure_truth.unpack(truth), mask, len(label_set))
    return figures.confusion_matrix(result.matrix, label_set, ARCHITECTURES[shown].title)


def _size(source: Source, names: list[str]) -> tuple[int, int]:
    """(height, width) of the photo as shown, which a ground truth must have."""
    shared = RESULTS.of(picture(source)[0], names).shared
    return shared["height"], shared["width"]


def build(source: gr.State, choice: gr.CheckboxGroup) -> Opening:
    """Lay the section out and wire it; it opens with the example's ground truth."""
    truth = gr.State(None)
    gr.Markdown(INTRODUCTION, latex_delimiters=LATEX)
    with gr.Row(elem_classes="measure-row"):
        upload = gr.File(
            label="Upload a ground truth", type="filepath", height=120, elem_id="truth-upload"
        )
        with gr.Column():
            label_set = gr.Dropdown(
                [("Recognise it", "auto"), *((f"As {text}", name) for name, text in SETS.items())],
                value="auto",
                label="How to read it",
                info="A PNG of class indices or of a palette's colours, of this photo's size.",
            )
            reset = gr.Button("Use the example's ground truth", size="sm", variant="secondary")
    notice = photo_input.notice("measure-notice")
    canvas = measure_draw.component()
    grid = picture_grid.component(empty="The errors appear here.", elem_id="measure-errors")
    tables = gr.HTML("", apply_default_css=False, elem_id="measure-tables")
    with gr.Row(elem_classes="measure-row"):
        with gr.Column():
            gr.Markdown("**Near the outlines.** The share of pixels right in a band around them.")
            trimap = plot.component(
                empty="Needs a ground truth.", label="Pixels right near outlines", height=360
            )
        with gr.Column():
            shown = gr.Radio([], label="Confusion matrix of", elem_id="measure-matrix-of")
            matrix = plot.component(
                empty="Needs a ground truth.", label="Confusion matrix", height=360
            )
    gr.Markdown(CEILING, latex_delimiters=LATEX)
    ceiling = plot.component(empty="Needs a ground truth.", label="Ceiling by stride", height=400)
    outputs = [truth, notice, canvas, tables, grid, trimap, ceiling, matrix, shown]
    shared: dict[str, Any] = {"api_visibility": "private", "show_progress": "minimal", **COMPUTE}
    upload.upload(on_upload, [upload, label_set, source, choice, truth], outputs, **shared)
    canvas.input(on_drawn, [source, choice, truth], outputs, **shared)
    reset.click(on_reset, [source, choice], outputs, **shared)
    shown.input(on_matrix, [source, choice, truth, shown], matrix, **shared)
    return Opening(on_open, [source, choice, truth, shown], outputs)
