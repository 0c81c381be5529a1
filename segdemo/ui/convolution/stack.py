"""The Dilation section: a stack of layers, and how much of the input one cell of it sees."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import prod
from typing import Any

import gradio as gr

from segdemo.arithmetic.geometry import resolve, weight_shape
from segdemo.arithmetic.receptive import Field, fields
from segdemo.arithmetic.setting import WEIGHTED, Changes, IllegalSettingError, Setting
from segdemo.figures.convolution_growth import growth
from segdemo.ui import link, plot, tables
from segdemo.ui.convolution.layers import MOST_LAYERS, Stack, from_link, from_mapping
from segdemo.ui.convolution.stack_presets import DEFAULT_STACK, STACKS
from segdemo.ui.scripts import script
from segdemo.ui.tab import Opening
from segdemo.ui.theme import COMPUTE

MOST_CELLS = 2048  # of a layer's output along an axis
EMPTY = "The stack's cells appear here: one row a layer, the input at the bottom."
HEADERS = ["Layer", "Output", "Field", "Touched", "Jump", "Start", "Parameters"]
INTRODUCTION = r"""
**How far does one cell see?** The receptive field after layer $l$, along one axis, starts from one
input cell and grows by what the layer's kernel reaches over, in steps of the cells that it reads:

$$r_l = r_{l-1} + (k_l - 1)\, d_l\, j_{l-1}, \qquad j_l = s_l\, j_{l-1}$$

with kernel $k$, dilation $d$, stride $s$ and jump $j$, the input cells from one cell to the next
($r_0 = j_0 = 1$). Dilation widens the field without a further weight or a loss of size; stacked
carelessly it leaves holes. Behind a transposed layer the jump shrinks, $j_l = j_{l-1} / s_l$, and
the field depends on the cell.
"""
COUNTING = r"""
A layer of a square kernel $k$ from $C$ to $C'$ channels has $C' \cdot C \cdot k^2 + C'$ parameters,
the last $C'$ being biases; dilation doesn't enter, and a pool has none.
"""
LATEX: list[dict[str, str | bool]] = [
    {"left": "$$", "right": "$$", "display": True},
    {"left": "$", "right": "$", "display": False},
]


@dataclass(frozen=True)
class Fault:
    """A layer (from 1) that can't follow those before it, why, and what the editor may change."""

    layer: int
    sentence: str
    changes: Changes


def followed(stack: Stack) -> tuple[tuple[Setting, ...], Fault | None]:
    """The layers along one axis with their input sizes, up to the first that is illegal."""
    settings: list[Setting] = []
    size = stack.input_size
    for number, layer in enumerate(stack.layers, start=1):
        setting = layer.setting(size)
        try:
            size = resolve(setting)[0].output_size
        except IllegalSettingError as refusal:
            return tuple(settings), Fault(number, f"Layer {number}: {refusal}", _mending(refusal))
        if size > MOST_CELLS:
            sentence = f"Layer {number} gives {size} cells, at most {MOST_CELLS} are followed here"
            return tuple(settings), Fault(number, f"{sentence}; start from a smaller input.", {})
        settings.append(setting)
    return tuple(settings), None


def _mending(refusal: IllegalSettingError) -> Changes:
    """What the editor can change of the nearest legal setting; a layer's input isn't its own."""
    changes = dict(refusal.nearest or {})
    if "kernel_size" in changes:
        changes["kernel"] = changes.pop("kernel_size")
    known = {"kernel", "stride", "dilation", "padding"}
    return changes if changes and set(changes) <= known else {}


def parameter_counts(stack: Stack) -> list[int]:
    """Weights and biases of each layer, layers being square in two dimensions."""
    counts, channels = [], stack.in_channels
    for layer in stack.layers:
        if layer.operation not in WEIGHTED or layer.channels is None:
            counts.append(0)
            continue
        kernel = (layer.kernel, layer.kernel)
        shape = weight_shape(layer.operation, channels, layer.channels, kernel)
        counts.append(prod(shape) + layer.channels)
        channels = layer.channels
    return counts


def worked(stack: Stack) -> tuple[dict[str, Any], str, dict[str, Any]]:
    """The view's value, the table as HTML and the growth as a plot."""
    settings, fault = followed(stack)
    seen = fields(settings) if settings else ()
    rows = [
        {
            "title": layer.title(),
            "operation": layer.operation,
            "kernel": axis.kernel_size,
            "stride": axis.stride,
            "dilation": axis.dilation,
            "padding": axis.pad_left,
            "size": axis.output_size,
            "field": largest(phases).size,
        }
        for layer, setting, phases in zip(stack.layers, settings, seen, strict=False)
        for axis in resolve(setting)
    ]
    value = {
        "input_size": stack.input_size,
        "rows": rows,
        "fault": None if fault is None else vars(fault),
        "sentence": comparison(stack, seen),
    }
    sizes = [largest(phases).size for phases in seen]
    return value, stack_table(stack, settings, seen), growth(sizes)


def largest(phases: Sequence[Field]) -> Field:
    """The widest field among a depth's phases."""
    return max(phases, key=lambda field: field.size)


def comparison(stack: Stack, seen: Sequence[Sequence[Field]]) -> str:
    """The stack's parameters beside those of one dense layer with the same field."""
    if not seen:
        return ""
    field = largest(seen[-1])
    counts = parameter_counts(stack)[: len(seen)]
    channels = next((c.channels for c in reversed(stack.layers[: len(seen)]) if c.channels), None)
    sentence = f"A cell of the last layer sees {field.size} × {field.size} input cells"
    if field.touched is not None and field.touched < field.size:
        sentence += f" and really touches {field.touched} × {field.touched} of them"
    if channels is None:
        return f"{sentence}."
    dense = prod((channels, stack.in_channels, field.size, field.size)) + channels
    return (
        f"{sentence}. The stack has {tables.count(sum(counts))} parameters, one dense "
        f"{field.size} × {field.size} convolution from {stack.in_channels} to {channels} channels "
        f"would have {tables.count(dense)}."
    )


def stack_table(stack: Stack, settings: Sequence[Setting], seen: Sequence[Sequence[Field]]) -> str:
    """The layers with output size, field, cells touched, jump, start and parameters."""
    counts = parameter_counts(stack)
    rows = []
    for number, (setting, phases) in enumerate(zip(settings, seen, strict=True)):
        size = resolve(setting)[0].output_size
        rows.append(
            [
                f"{number + 1}. {stack.layers[number].title()}",
                tables.size((size, size)),
                spread([field.size for field in phases]),
                spread([field.touched for field in phases]),
                fraction(phases[0].jump),
                fraction(phases[0].start),
                tables.count(counts[number]) if counts[number] else "",
            ]
        )
    total = tables.count(sum(counts[: len(rows)]))
    caption = (
        f"Input {stack.input_size} × {stack.input_size} with {stack.in_channels} channels; "
        f"{total} parameters in all. Field, cells touched in it and jump are in input cells along "
        "one axis; start is the middle of the first output cell's field, 0 being input cell 0."
    )
    return tables.table(HEADERS, rows, caption=caption, words=1)


def spread(numbers: Sequence[int | None]) -> str:
    """One number where all agree, else the smallest to the largest; a dash for uncounted ones."""
    known = [number for number in numbers if number is not None]
    if not known:
        return tables.MISSING
    low, high = min(known), max(known)
    return str(low) if low == high else f"{low} to {high}"


def fraction(number: Fraction | None) -> str:
    """A fraction as 3, 1/2 or -3/2, with a real minus sign."""
    return tables.MISSING if number is None else str(number).replace("-", "\N{MINUS SIGN}")


def on_edit(raw: object) -> tuple[Any, Any, Any, Any]:
    """View, table, plot and address after the stack was edited; what can't be read is explained."""
    try:
        stack = from_mapping(raw)
        value, table, curve = worked(stack)
    except ValueError as error:
        return {"error": str(error)}, gr.skip(), gr.skip(), gr.skip()
    return value, table, curve, _address(stack)


def on_open(request: gr.Request = None) -> tuple[Any, Any, Any, Any]:  # type: ignore[assignment]
    """Editor, view, table and plot as the link has them, or with the default stack."""
    stack, error = STACKS[DEFAULT_STACK].stack, ""
    try:
        stack = from_link(link.read(request, "convolution"), stack)
    except ValueError as refusal:
        error = str(refusal)
    value, table, curve = worked(stack)
    return stack.to_mapping(), value | ({"error": error} if error else {}), table, curve


def _address(stack: Stack) -> dict[str, str]:
    return link.state(
        "convolution",
        stack=stack.code(),
        stack_size=stack.input_size,
        stack_channels=stack.in_channels,
    )


def presets() -> list[dict[str, Any]]:
    """The presets as the editor's menu takes them."""
    return [
        {
            "name": name,
            "title": preset.title,
            "stack": preset.stack.to_mapping(),
            "sentence": preset.sentence,
            "citation": preset.citation,
        }
        for name, preset in STACKS.items()
    ]


def build() -> Opening:
    """Lay the section out and wire it; it opens with the link's stack or the default one."""
    gr.Markdown(INTRODUCTION, latex_delimiters=LATEX)
    with gr.Row(elem_classes="stack-split"):
        with gr.Column(scale=0, min_width=320, elem_classes="stack-left"):
            editor = gr.HTML(
                STACKS[DEFAULT_STACK].stack.to_mapping(),
                html_template='<div class="stack-editor"></div>',
                js_on_load=script("stack-editor.js"),
                elem_id="stack-editor",
                apply_default_css=False,
                presets=presets(),
                most=MOST_LAYERS,
            )
        with gr.Column(scale=1, min_width=320):
            view = gr.HTML(
                None,
                html_template='<div class="stack-view"></div>',
                js_on_load=script("stack-taps.js", "stack-view.js"),
                elem_id="stack-view",
                apply_default_css=False,
                empty=EMPTY,
            )
    with gr.Row(elem_classes="halves"):
        with gr.Column(min_width=320, elem_classes="stack-numbers"):
            table = gr.HTML(apply_default_css=False)
            gr.Markdown(COUNTING, latex_delimiters=LATEX)
        curve = plot.component(
            empty="The field's growth, layer by layer, appears here.",
            label="Receptive field by depth, logarithmic",
            elem_id="stack-growth",
        )
    address = link.address()
    editor.input(
        on_edit,
        editor,
        [view, table, curve, address],
        api_visibility="private",
        show_progress="hidden",
        trigger_mode="always_last",
        **COMPUTE,
    )
    return Opening(on_open, [], [editor, view, table, curve])
