"""What the browser needs to play a layer: its numbers, and per axis who meets whom.

Nothing is listed step by step: a layer looks the same way along each axis, so two short tables say
which input cell meets which output cell through which weight, and the browser multiplies them out.
"""

from typing import Any

import numpy as np
import torch

from segdemo.arithmetic.evaluate import apply
from segdemo.arithmetic.geometry import input_sizes
from segdemo.arithmetic.setting import WEIGHTED, Axis
from segdemo.arithmetic.taps import axis_taps, padded_cells
from segdemo.arithmetic.transposed import stuffed_cells
from segdemo.ui.convolution import torch_code
from segdemo.ui.convolution.check import check
from segdemo.ui.convolution.gradient import gradient
from segdemo.ui.convolution.setting import (
    Choice,
    bias_array,
    index_array,
    input_array,
    weight_array,
)

TOLERANCE = 1e-6  # float64; for whole numbers the difference is 0
FLAT: dict[str, Any] = {  # the missing axis of a setting of one dimension
    "input": 1,
    "output": 1,
    "kernel": 1,
    "stride": 1,
    "dilation": 1,
    "before": 0,
    "after": 0,
    "extra": 0,
    "starts": [0, 1],
    "weights": [0],
    "inputs": [0],
    "padded": [0],
    "stuffed": [0],
    "resized": [1],
    "sizes": [],
}


def trace(choice: Choice) -> dict[str, Any]:
    """The stage's numbers for a choice, as plain lists.

    `axes` are two (a setting of one dimension gets a flat one before its own), `input` is row-major
    by channel, `weight` row-major in torch's shape. Raises IllegalSettingError as `check` does.
    """
    axes = check(choice)
    sizes = input_sizes(choice.setting())
    tables = [_axis(axis, trips) for axis, trips in zip(axes, sizes, strict=True)]
    weighted = choice.operation in WEIGHTED
    weight = weight_array(choice) if weighted else np.zeros(0)
    bias = bias_array(choice)
    unpooled = choice.operation == "max_unpool"
    return {
        "operation": choice.operation,
        "dims": choice.dims,
        "axes": tables if choice.dims == 2 else [FLAT, *tables],
        "padding_mode": choice.padding_mode if choice.operation == "conv" else "zeros",
        "groups": choice.groups if weighted else 1,
        "channels": [choice.in_channels, choice.out_channels if weighted else choice.in_channels],
        "count_include_pad": choice.count_include_pad,
        "input": plain(input_array(choice)),
        "weight_shape": list(weight.shape),
        "weight": plain(weight),
        "bias": None if bias is None else plain(bias),
        "indices": plain(index_array(choice)) if unpooled else None,
        "torch": torch_agrees(choice),
        "gradient": _gradient(choice),
    }


def evaluated(choice: Choice) -> np.ndarray:
    """The output by segdemo.arithmetic: (channels, *size) float64. Raises IllegalSettingError."""
    setting = choice.setting()
    weighted = choice.operation in WEIGHTED
    return apply(
        choice.operation,
        input_array(choice),
        weight_array(choice) if weighted else setting.kernel_size,
        bias=bias_array(choice),
        stride=setting.stride,
        padding=setting.padding,
        padding_mode=setting.padding_mode,
        dilation=setting.dilation,
        output_padding=setting.output_padding,
        groups=choice.groups if weighted else 1,
        ceil_mode=setting.ceil_mode,
        count_include_pad=choice.count_include_pad or choice.operation != "avg_pool",
        indices=index_array(choice) if choice.operation == "max_unpool" else None,
        output_size=setting.output_size,
    )


def torch_agrees(choice: Choice) -> dict[str, Any]:
    """torch's version, and the largest difference between its output and segdemo.arithmetic's."""
    ours, theirs = evaluated(choice), torch_code.output(choice).detach().numpy()
    result = {"version": torch.__version__.split("+")[0], "cells": ours.size}
    if ours.shape != theirs.shape:
        return {**result, "equal": False, "difference": None}
    # A window wholly on padding has the maximum -inf on both sides, which has no difference.
    apart = np.abs(np.subtract(ours, theirs, out=np.zeros_like(ours), where=ours != theirs))
    difference = float(apart.max(initial=0.0))
    return {**result, "equal": difference <= TOLERANCE, "difference": difference}


def plain(array: np.ndarray) -> list[float | int]:
    """An array's numbers in row-major order; whole numbers without a fraction, to send less."""
    return [int(n) if n == int(n) else n for n in array.ravel().tolist()]


def _axis(axis: Axis, trips: tuple[Any, ...]) -> dict[str, Any]:
    """One axis: its numbers, and `weights` and `inputs` of output o from starts[o] to starts[o+1].

    `padded` and `stuffed` say which input cell stands on each cell of the padded input, and of a
    transposed convolution's stuffed one (-1: none). `sizes` are the input sizes that give this
    output size, with the output_padding that finds each again. `resized`: how many products reach
    each cell if the input is enlarged by repeating cells, and then convolved.
    """
    found = {
        "input": axis.input_size,
        "output": axis.output_size,
        "kernel": axis.kernel_size,
        "stride": axis.stride,
        "dilation": axis.dilation,
        "before": axis.pad_left,
        "after": axis.pad_right,
        "extra": axis.output_padding,
        "sizes": [[trip.input_size, trip.output_padding] for trip in trips],
    }
    if axis.operation == "max_unpool":
        return found
    table = axis_taps(axis).inputs
    outputs, weights = np.nonzero(table >= 0)
    counts = np.bincount(outputs, minlength=axis.output_size)
    found |= {
        "starts": [0, *np.cumsum(counts).tolist()],
        "weights": weights.tolist(),
        "inputs": table[outputs, weights].tolist(),
    }
    if axis.operation != "conv_transpose":
        return found | {"padded": padded_cells(axis).tolist()}
    enlarged = np.ones((1, axis.input_size * axis.stride))
    kernel = np.ones((1, 1, axis.kernel_size))
    counts = apply(
        "conv",
        enlarged,
        kernel,
        padding="same",
        padding_mode="replicate",
        dilation=axis.dilation,
    )
    return found | {"stuffed": stuffed_cells(axis).tolist(), "resized": plain(counts)}


def _gradient(choice: Choice) -> dict[str, Any] | None:
    found = gradient(choice)
    if found is None:
        return None
    return {**found, "upstream": plain(found["upstream"]), "autograd": plain(found["autograd"])}
