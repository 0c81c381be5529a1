"""The layer of the Convolution tab in torch itself: as code, as numbers, as a refusal."""

import warnings
from typing import Any

import numpy as np
import torch
from torch import nn

from segdemo.arithmetic.setting import DEFAULTS, PARAMETERS, WEIGHTED
from segdemo.ui.convolution.setting import (
    Choice,
    bias_array,
    index_array,
    input_array,
    weight_array,
)

LAYERS: dict[tuple[str, int], type[nn.Module]] = {
    ("conv", 1): nn.Conv1d,
    ("conv", 2): nn.Conv2d,
    ("conv_transpose", 1): nn.ConvTranspose1d,
    ("conv_transpose", 2): nn.ConvTranspose2d,
    ("max_pool", 1): nn.MaxPool1d,
    ("max_pool", 2): nn.MaxPool2d,
    ("avg_pool", 1): nn.AvgPool1d,
    ("avg_pool", 2): nn.AvgPool2d,
    ("max_unpool", 1): nn.MaxUnpool1d,
    ("max_unpool", 2): nn.MaxUnpool2d,
}
REFUSALS = (RuntimeError, ValueError, TypeError, IndexError)
LONGEST_REFUSAL = 400  # characters of torch's words that are shown


def arguments(choice: Choice) -> dict[str, Any]:
    """What the layer's constructor is given: sizes, and whatever differs from torch's defaults."""
    setting = choice.setting()
    given: dict[str, Any] = {}
    if choice.operation in WEIGHTED:
        given = {"in_channels": choice.in_channels, "out_channels": choice.out_channels}
    given["kernel_size"] = _short(setting.kernel_size)
    names = [name for name in PARAMETERS[choice.operation] if name != "output_size"]
    if choice.operation == "conv_transpose":
        names.append("padding_mode")
    for name in names:
        value = _short(getattr(setting, name))
        usual = given["kernel_size"] if name == "stride" else DEFAULTS[name]
        if name == "stride" and choice.operation in WEIGHTED:
            usual = 1
        if value not in (usual, DEFAULTS[name]):
            given[name] = value
    if choice.operation in WEIGHTED:
        given |= {} if choice.groups == 1 else {"groups": choice.groups}
        given |= {} if choice.bias else {"bias": False}
    elif choice.operation == "avg_pool" and not choice.count_include_pad:
        given["count_include_pad"] = False
    return given


def code(choice: Choice) -> str:
    """The layer as a line of torch to copy, with the call where a call says more."""
    given = dict(arguments(choice))
    first = [str(given.pop(name)) for name in ("in_channels", "out_channels") if name in given]
    words = ", ".join(first + [f"{name}={value!r}" for name, value in given.items()])
    line = f"layer = nn.{LAYERS[choice.operation, choice.dims].__name__}({words})"
    if choice.operation != "max_unpool":
        return f"{line}\noutput = layer(input)"
    asked = "" if choice.output_size is None else f", output_size={_asked(choice)}"
    return f"{line}\noutput = layer(input, indices{asked})"


def output(choice: Choice, image: torch.Tensor | None = None) -> torch.Tensor:
    """The layer's output in float64, (channels, *size), for the choice's input or another image.

    Raises one of REFUSALS where torch refuses.
    """
    if image is None:
        image = torch.as_tensor(input_array(choice))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # 'same' with an even kernel warns of a copy
        layer = LAYERS[choice.operation, choice.dims](**arguments(choice))
        if choice.operation in WEIGHTED:
            layer.double()
            _fill(layer, choice)
        if choice.operation != "max_unpool":
            return layer(image[None])[0]
        indices = torch.as_tensor(_indices(choice, image))
        asked = None if choice.output_size is None else _asked(choice)
        return layer(image[None], indices[None], output_size=asked)[0]


def refusal(choice: Choice) -> str | None:
    """torch's own words for a setting that it refuses, None where it takes it."""
    try:
        output(choice)
    except REFUSALS as error:
        text = " ".join(str(error).split())
        text = text if len(text) <= LONGEST_REFUSAL else f"{text[:LONGEST_REFUSAL]}..."
        return f"{type(error).__name__}: {text}"
    return None


def input_gradient(choice: Choice, upstream: np.ndarray) -> np.ndarray:
    """autograd's gradient of <output, upstream> with respect to the input, float64."""
    image = torch.as_tensor(input_array(choice)).requires_grad_()
    output(choice, image).backward(torch.as_tensor(upstream))
    assert image.grad is not None
    return image.grad.numpy()


def _fill(layer: nn.Module, choice: Choice) -> None:
    """The choice's own numbers in place of torch's random ones."""
    state = {"weight": torch.as_tensor(weight_array(choice))}
    bias = bias_array(choice)
    if bias is not None:
        state["bias"] = torch.as_tensor(bias)
    layer.load_state_dict(state)


def _indices(choice: Choice, image: torch.Tensor) -> np.ndarray:
    """The choice's indices; zeros for an illegal setting, which has none and needs none."""
    try:
        return index_array(choice)
    except ValueError:
        return np.zeros(image.shape, dtype=np.int64)


def _asked(choice: Choice) -> tuple[int, ...]:
    size = choice.setting().output_size
    return size if isinstance(size, tuple) else (size or 0,)


def _short(value: Any) -> Any:
    """One number where all axes agree, as one would write it."""
    return value[0] if isinstance(value, tuple) and len(set(value)) == 1 else value
