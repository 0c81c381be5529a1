"""The backward pass of the layer: autograd's answer beside the transposed layer's."""

import math
from dataclasses import replace
from typing import Any

import numpy as np

from segdemo.arithmetic.evaluate import apply
from segdemo.arithmetic.geometry import resolve
from segdemo.arithmetic.matrix import adjoint, layer_matrix
from segdemo.arithmetic.pooling import max_pool_indices
from segdemo.arithmetic.setting import WEIGHTED, IllegalSettingError, Size
from segdemo.ui.convolution import torch_code
from segdemo.ui.convolution.reading import Pair
from segdemo.ui.convolution.setting import Choice, index_array, input_array, weight_array

MOST_NUMBERS = 4096  # on either side, all channels


def transposed_choice(choice: Choice) -> Choice:
    """The layer that multiplies by this layer's C^T, with the same weight and no bias.

    Raises IllegalSettingError where no single layer of torch does.
    """
    turned = adjoint(choice.setting())
    padding = turned.padding
    return replace(
        choice,
        operation=turned.operation,
        input_size=_pair(turned.input_size),
        padding=padding if isinstance(padding, str) else _pair(padding),
        output_padding=_pair(turned.output_padding),
        in_channels=choice.out_channels,
        out_channels=choice.in_channels,
        bias=False,
    )


def gradient(choice: Choice) -> dict[str, Any] | None:
    """An upstream gradient of small whole numbers, and what becomes of it at the input.

    `autograd` is torch's gradient, `ours` C^T times upstream by segdemo.arithmetic, both of the
    input's shape; `layer` the torch layer that does it, or None. They differ where unpooling put
    two inputs into one cell: torch's backward pass serves both, though the last alone counted.
    None where there is nothing, or too much.
    """
    axes = resolve(choice.setting())
    channels = choice.out_channels if choice.operation in WEIGHTED else choice.in_channels
    shape = (channels, *(axis.output_size for axis in axes))
    image = input_array(choice)
    if not 0 < math.prod(shape) <= MOST_NUMBERS or image.size > MOST_NUMBERS:
        return None
    upstream = np.random.default_rng([choice.seed, 4]).integers(-2, 4, shape).astype(np.float64)
    theirs = torch_code.input_gradient(choice, upstream)
    ours, layer = backward(choice, image, upstream)
    return {
        "upstream": upstream,
        "autograd": theirs,
        "difference": float(np.abs(ours - theirs).max(initial=0.0)),
        "layer": layer,
    }


def backward(
    choice: Choice, image: np.ndarray, upstream: np.ndarray
) -> tuple[np.ndarray, str | None]:
    """C^T times upstream, of the image's shape, and torch's line for the layer that does it."""
    if choice.operation not in WEIGHTED:
        return _pooled_backward(choice, image, upstream), None
    weight = weight_array(choice)
    try:
        turned = transposed_choice(choice)
    except IllegalSettingError:
        matrix = layer_matrix(choice.setting(), weight, groups=choice.groups)
        return (matrix.T @ upstream.ravel()).reshape(image.shape), None
    setting = turned.setting()
    result = apply(
        setting.operation,
        upstream,
        weight,
        stride=setting.stride,
        padding=setting.padding,
        dilation=setting.dilation,
        output_padding=setting.output_padding,
        groups=choice.groups,
    )
    return result, torch_code.code(turned).splitlines()[0].removeprefix("layer = ")


def _pooled_backward(choice: Choice, image: np.ndarray, upstream: np.ndarray) -> np.ndarray:
    """C^T channel by channel: max pooling's C picks the largest, unpooling's puts back."""
    setting = choice.setting()
    indices: np.ndarray | None = None
    if choice.operation == "max_pool":
        indices = max_pool_indices(setting, image)
    elif choice.operation == "max_unpool":
        indices = index_array(choice)
    result = np.empty_like(image)
    for channel, above in enumerate(upstream):
        matrix = layer_matrix(
            setting,
            count_include_pad=choice.count_include_pad,
            indices=None if indices is None else indices[channel],
        )
        result[channel] = (matrix.T @ above.ravel()).reshape(image.shape[1:])
    return result


def _pair(size: Size) -> Pair:
    return (size[0], size[-1]) if isinstance(size, tuple | list) else (size, size)
