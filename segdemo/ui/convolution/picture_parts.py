"""The controls and the view of the section On a picture."""

import gradio as gr
from gradio.components import Component

from segdemo.arithmetic import kernels
from segdemo.arithmetic.setting import PADDING_MODES
from segdemo.ui.convolution.filter import BOUNDS, MAPPINGS, OPERATIONS, Filter
from segdemo.ui.scripts import script

EMPTY = "The picture and what the layer makes of it appear here."
TITLES = {
    "conv": "Convolution",
    "conv_transpose": "Transposed convolution",
    "max_pool": "Max pooling",
    "avg_pool": "Average pooling",
}
MAPPING_TITLES = {
    "automatic": "Chosen by the kernel",
    "clipped": "0 black, 255 white",
    "signed": "0 is mid-grey",
    "absolute": "Sign dropped",
    "stretched": "Smallest black, largest white",
}


def controls() -> dict[str, Component]:
    """The form's controls by their names in `Filter`, laid out in order."""
    low, high = BOUNDS["window"]
    return {
        "operation": gr.Dropdown(
            [(TITLES[name], name) for name in OPERATIONS],
            value=Filter.operation,
            label="Operation",
        ),
        "kernel": gr.Textbox(
            Filter.kernel,
            label="Kernel",
            info="Rows of numbers, up to 7 × 7; fractions such as 1/9 are read.",
            lines=3,
            max_lines=7,
            max_length=kernels.MOST_CHARACTERS,
            elem_id="picture-kernel",
            elem_classes="picture-mono",
        ),
        "window": gr.Slider(low, high, Filter.window, step=1, label="Window", visible=False),
        "stride": gr.Slider(*BOUNDS["stride"], Filter.stride, step=1, label="Stride"),
        "padding": gr.Dropdown(
            ["same", *range(BOUNDS["padding"][1] + 1)], value=Filter.padding, label="Padding"
        ),
        "padding_mode": gr.Dropdown(
            list(PADDING_MODES), value=Filter.padding_mode, label="Padding mode"
        ),
        "dilation": gr.Slider(*BOUNDS["dilation"], Filter.dilation, step=1, label="Dilation"),
        "colour": gr.Radio(
            [("Grey", "grey"), ("Red, green, blue", "rgb")],
            value=Filter.colour,
            label="Channels",
            info="In colour each channel is filtered alone.",
        ),
        "mapping": gr.Dropdown(
            [(MAPPING_TITLES[name], name) for name in MAPPINGS],
            value=Filter.mapping,
            label="Values as greys",
        ),
    }


def view() -> gr.HTML:
    """The component that shows both pictures and the loupe; its value is what `filtered` makes."""
    return gr.HTML(
        None,
        html_template='<div class="picture-view"></div>',
        js_on_load=script("picture-view.js"),
        elem_id="picture-view",
        apply_default_css=False,
        empty=EMPTY,
    )
