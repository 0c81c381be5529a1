"""The section On a picture: a photo through one layer, the result beside it, a loupe between."""

import base64
import secrets
from collections.abc import Mapping
from io import BytesIO
from typing import Any

import gradio as gr
import numpy as np
from gradio.components import Component
from numpy.typing import NDArray
from PIL import Image

from segdemo.arithmetic import kernels
from segdemo.arithmetic.geometry import resolve
from segdemo.arithmetic.setting import PARAMETERS
from segdemo.images import decode
from segdemo.ui import link, photo_input
from segdemo.ui.convolution.filter import (
    LARGEST_SIDE,
    Filter,
    from_mapping,
    number,
    prepared,
    run,
    shown,
)
from segdemo.ui.convolution.picture_parts import controls, view
from segdemo.ui.examples import EXAMPLES, picker
from segdemo.ui.source import Source, picture
from segdemo.ui.tab import Opening
from segdemo.ui.theme import COMPUTE

EXAMPLE = "cat"
RANDOM = "random"
TYPED = "typed"
INTRODUCTION = """
**One kernel, a whole picture.** The same few weights meet every pixel and its neighbours. Point at
the result: the loupe shows the pixels that this one value was made of, and the sum.
"""
# Names of the link's parameters and of the controls; `photo` is an example's name.
PREFIX = "picture_"

Given = Mapping[str, Any]


def filtered(chosen: Filter, source: Source) -> tuple[dict[str, Any], str]:
    """The view's value and a remark on the photo. ValueError where anything can't be used."""
    data, _ = picture(source)
    decoded = decode(data, max_side=LARGEST_SIDE)
    channels = prepared(decoded.pixels, chosen.colour)
    values = run(chosen, channels)
    greys = shown(chosen, values)
    height, width = channels.shape[:2]
    kind = "RGB" if chosen.colour == "rgb" else "grey"
    low, high = number(float(values.min())), number(float(values.max()))
    axes = resolve(chosen.setting(height, width))
    value = {
        "input": {
            "image": png(channels),
            "size": [height, width],
            "caption": f"Input: {height} × {width} pixels, {kind}, values from 0 to 255",
        },
        "result": {
            "image": png(greys.pixels),
            "size": list(values.shape[:2]),
            "caption": f"Result: {values.shape[0]} × {values.shape[1]}, values from {low} to "
            f"{high}; {greys.words}",
        },
        "layer": {
            "operation": chosen.operation,
            "kernel": [axis.kernel_size for axis in axes],
            "stride": axes[0].stride,
            "dilation": axes[0].dilation,
            "padding": [axis.pad_left for axis in axes],
            "padding_right": [axis.pad_right for axis in axes],
            "padding_mode": axes[0].padding_mode,
            "weights": chosen.weights().round(6).tolist(),
        },
        "colour": chosen.colour,
        "serial": secrets.token_hex(4),
    }
    fixed = "".join(f"; {note}" for note in decoded.notes)
    remark = f"Your photo as filtered: {height} × {width} pixels{fixed}."
    return value, remark if "upload" in source else ""


def png(pixels: NDArray[np.uint8]) -> str:
    """uint8 (H, W, 1 or 3) as a data URI; PNG, so that the browser reads the exact values."""
    buffer = BytesIO()
    Image.fromarray(pixels[:, :, 0] if pixels.shape[2] == 1 else pixels).save(
        buffer, "PNG", compress_level=1
    )
    return f"data:image/png;base64,{base64.b64encode(buffer.getvalue()).decode()}"


def on_change(given: Given, source: Source) -> tuple[Any, Any, Any]:
    """View, notice and address after a control changed; an error changes only the notice."""
    try:
        chosen = from_mapping(given)
        value, remark = filtered(chosen, source)
    except ValueError as error:
        return gr.skip(), photo_input.failed(error), gr.skip()
    return value, photo_input.said(remark), _address(chosen, source)


def on_kernel(name: object, seed: object) -> tuple[Any, ...]:
    """Kernel text, sentence, operation, stride and padding for a kernel's name in the list."""
    if name == RANDOM:
        number = seed if isinstance(seed, int) and 0 <= seed <= 9999 else 0
        sentence = f"Nine normal random numbers from seed {number}: an untrained layer."
        return kernels.random_text(number), sentence, "conv", 1, 1
    if not isinstance(name, str) or name not in kernels.KERNELS:
        return (gr.skip(), "Type rows of numbers below.", gr.skip(), gr.skip(), gr.skip())
    kernel = kernels.KERNELS[name]
    padding = 1 if kernel.operation == "conv_transpose" else len(kernels.parse(kernel.text)) // 2
    return kernel.text, kernel.sentence, kernel.operation, kernel.stride, padding


def on_operation(operation: object) -> tuple[Any, ...]:
    """Which of kernel, window, mode and dilation the operation takes."""
    known = PARAMETERS.get(str(operation), ())
    pooled = str(operation).endswith("pool")
    return (
        gr.update(visible=not pooled),
        gr.update(visible=pooled),
        gr.update(visible="padding_mode" in known),
        gr.update(visible="dilation" in known),
    )


def on_example(name: object) -> tuple[Source, Any]:
    """Source and upload box after an example was pressed."""
    return {"example": str(name)}, None


def on_upload(given: Given, path: str | None, source: Source) -> tuple[Any, ...]:
    """View, notice, address, source, upload box and picker after a photo came in.

    A photo that can't be used changes nothing but the notice: the box shows what it showed.
    """
    if path is None:
        return gr.skip(), gr.skip(), gr.skip(), source, gr.skip(), gr.skip()
    chosen = {"upload": path}
    try:
        decode(picture(chosen)[0], max_side=LARGEST_SIDE)
    except ValueError as error:
        failed = photo_input.failed(error)
        return gr.skip(), failed, gr.skip(), source, source.get("upload"), gr.skip()
    return *on_change(given, chosen), chosen, gr.skip(), None


def linked(request: gr.Request | None) -> tuple[Filter, Source, str]:
    """The filter and the example that a link describes, and what is wrong with it."""
    told = link.read(request, "convolution")
    named = {n.removeprefix(PREFIX): v for n, v in told.items() if n.startswith(PREFIX)}
    source = {"example": named.get("photo", EXAMPLE)}
    if source["example"] not in EXAMPLES:
        source = {"example": EXAMPLE}
    try:
        chosen = from_mapping(named)
        chosen.weights()
    except ValueError as error:
        return Filter(), source, str(error)
    return chosen, source, ""


def _address(chosen: Filter, source: Source) -> dict[str, str]:
    """The link's parameters: what differs from the default; a photo of one's own stays out."""
    plain = Filter()
    differ = {
        f"{PREFIX}{name}": getattr(chosen, name)
        for name in Filter.__dataclass_fields__
        if getattr(chosen, name) != getattr(plain, name)
    }
    example = source.get("example")
    photo = {} if example in (None, EXAMPLE) else {f"{PREFIX}photo": example}
    return link.state("convolution", **differ, **photo)


def kernel_name(text: str) -> str:
    """The listed kernel with this text, else "typed"."""
    return next((name for name, one in kernels.KERNELS.items() if one.text == text), TYPED)


def build() -> Opening:
    """Lay the section out and wire it; it opens with the link's filter or Sobel on an example."""
    source = gr.State({"example": EXAMPLE})
    with gr.Row(elem_classes="split"):
        with gr.Column(scale=0, min_width=320, elem_classes="controls"):
            gr.Markdown(INTRODUCTION)
            examples = picker(EXAMPLE, "picture-picker")
            photo = photo_input.box("picture-photo", height=140)
            with gr.Row():
                named = gr.Dropdown(
                    [(one.title, name) for name, one in kernels.KERNELS.items()]
                    + [("Random", RANDOM), ("Typed in", TYPED)],
                    value="sobel_x",
                    label="Kernel from the list",
                    elem_id="picture-named",
                )
                seed = gr.Number(
                    0, label="Seed", precision=0, minimum=0, maximum=9999, min_width=90
                )
            about = gr.Markdown(kernels.KERNELS["sobel_x"].sentence)
            form = controls()
            notice = gr.HTML(
                "",
                html_template='<div class="notice" aria-live="polite">${value}</div>',
                elem_id="picture-notice",
            )
        with gr.Column(scale=1, min_width=320):
            shown_view = view()
    address = link.address()
    names = {component: name for name, component in form.items()}
    shown_by = [form[name] for name in ("kernel", "window", "padding_mode", "dilation")]
    quick: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden", "queue": False}

    def given(values: dict[Component, Any]) -> dict[str, Any]:
        return {names[part]: value for part, value in values.items() if part in names}

    def compute(values: dict[Component, Any]) -> tuple[Any, ...]:
        return on_change(given(values), values[source])

    def uploaded(values: dict[Component, Any]) -> tuple[Any, ...]:
        return on_upload(given(values), values[photo], values[source])

    def opened(request: gr.Request = None) -> list[Any]:  # type: ignore[assignment]
        chosen, example, wrong = linked(request)
        value, _ = filtered(chosen, example)
        said = photo_input.failed(ValueError(wrong)) if wrong else photo_input.said("")
        filled = [getattr(chosen, name) for name in form]
        name = kernel_name(chosen.kernel)
        return [*filled, name, example["example"], example, value, said]

    settings: dict[str, Any] = {
        "inputs": {*form.values(), source},
        "outputs": [shown_view, notice, address],
        "api_visibility": "private",
        "show_progress": "minimal",
        "show_progress_on": shown_view,
        "trigger_mode": "always_last",
        **COMPUTE,
    }
    chosen_kernel = [form[name] for name in ("kernel", "operation", "stride", "padding")]
    chosen_kernel.insert(1, about)
    for trigger in (named.input, seed.input):
        trigger(on_kernel, [named, seed], chosen_kernel, **quick).then(compute, **settings)
    form["operation"].change(on_operation, form["operation"], shown_by, **quick)  # type: ignore[attr-defined]
    form["kernel"].input(lambda: TYPED, None, named, **quick)  # type: ignore[attr-defined]
    # Gradio's `input` answers keys alone: what was pasted by mouse counts when the box is left.
    form["kernel"].blur(compute, **settings)  # type: ignore[attr-defined]
    for component in form.values():
        slides = isinstance(component, gr.Slider)
        changed = component.release if slides else component.input  # type: ignore[attr-defined]
        changed(compute, **settings)
    examples.input(on_example, examples, [source, photo], **quick).then(compute, **settings)
    more = {
        "inputs": settings["inputs"] | {photo},
        "outputs": [*settings["outputs"], source, photo, examples],
    }
    photo.input(uploaded, **{**settings, **more})
    outputs = [*form.values(), named, examples, source, shown_view, notice]
    return Opening(opened, [], outputs)
