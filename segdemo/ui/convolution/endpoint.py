"""The named endpoint /convolution: parameters in; sizes, formula, numbers, legality out."""

import math
from typing import Any

import gradio as gr
import numpy as np

from segdemo.arithmetic.relationships import relationship
from segdemo.arithmetic.setting import WEIGHTED, IllegalSettingError
from segdemo.ui.convolution import torch_code
from segdemo.ui.convolution.check import check, differences, mended
from segdemo.ui.convolution.setting import Choice, from_mapping, input_array, weight_array
from segdemo.ui.convolution.trace import evaluated
from segdemo.ui.theme import COMPUTE

MOST_NUMBERS = 4096  # of one array in the answer; longer ones are left out


def convolution(parameters: dict[str, Any]) -> dict[str, Any]:
    """Work out a layer: its output's size, the formula behind it, its numbers, or the refusal.

    `parameters` has torch's names: operation (conv, conv_transpose, max_pool, avg_pool,
    max_unpool), dims (1 or 2), input_size, kernel_size, stride, padding (a number, same or valid),
    padding_mode, dilation, output_padding, output_size, ceil_mode, count_include_pad, groups,
    in_channels, out_channels, bias, seed, and input_kind, kernel_kind (numbers, ones, ramp,
    impulse, bilinear, typed) with input_values, kernel_values for typed numbers. Sizes are one
    number, or two as [height, width]. What is left out is as on the page.

    Returns `legal`; `layer`, the torch code; and for a legal layer `input_shape`, `weight_shape`,
    `output_shape` (channels first), for each axis `sizes` the relationship's number in Dumoulin &
    Visin (null beyond the paper) with its title, formula and numbers filled in as LaTeX, and
    `input`, `weight`, `output` as nested lists (null above 4096 numbers). For an illegal one
    `reason`, torch's own words as `torch`, and `nearest`, the parameters that would make it legal.
    """
    try:
        choice = from_mapping(parameters)
    except ValueError as error:
        raise gr.Error(str(error), print_exception=False) from None
    answer: dict[str, Any] = {"layer": torch_code.code(choice)}
    try:
        axes = check(choice)
    except IllegalSettingError as refusal:
        return answer | {
            "legal": False,
            "reason": str(refusal),
            "torch": torch_code.refusal(choice),
            "nearest": _plain(differences(choice, mended(choice))),
        }
    image, output = input_array(choice), evaluated(choice)
    weight = weight_array(choice) if choice.operation in WEIGHTED else None
    return answer | {
        "legal": True,
        "input_shape": list(image.shape),
        "weight_shape": None if weight is None else list(weight.shape),
        "output_shape": list(output.shape),
        "sizes": [_size(choice, number) for number in range(len(axes))],
        "input": _numbers(image),
        "weight": None if weight is None else _numbers(weight),
        "output": _numbers(output),
    }


def _size(choice: Choice, axis: int) -> dict[str, Any]:
    one = relationship(choice.setting(), axis)
    return {
        "relationship": one.number,
        "title": one.title,
        "formula": one.formula,
        "filled": one.filled,
        "source": one.source,
    }


def _numbers(array: np.ndarray) -> Any:
    """The array as nested lists; None where it is large. JSON has no infinity: "-inf"."""
    if array.size > MOST_NUMBERS:
        return None
    if np.isfinite(array).all():
        return array.tolist()
    return _without_infinity(array.tolist())


def _without_infinity(numbers: Any) -> Any:
    if isinstance(numbers, list):
        return [_without_infinity(one) for one in numbers]
    return numbers if math.isfinite(numbers) else str(numbers)


def _plain(changes: dict[str, Any]) -> dict[str, Any]:
    """Changes with lists for tuples, as JSON has them."""
    return {n: list(v) if isinstance(v, tuple) else v for n, v in changes.items()}


def build() -> None:
    """Register the endpoint in the page that is being built; nothing of it is shown."""
    with gr.Row(visible=False):
        parameters, answer = gr.JSON(label="parameters"), gr.JSON(label="answer")
        button = gr.Button("Convolution")
    button.click(
        convolution,
        parameters,
        answer,
        api_name="convolution",
        api_description=" ".join((convolution.__doc__ or "").split()),
        **COMPUTE,
    )
