"""torch as the oracle of the arithmetic, and a strategy that draws settings, legal and illegal."""

import functools
import warnings
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import pytest
import torch
from hypothesis import strategies as st
from torch.nn import functional

from segdemo.arithmetic.mending import nearest_legal
from segdemo.arithmetic.setting import DEFAULTS, OPERATIONS, PARAMETERS, Setting

FUNCTIONS: dict[tuple[str, int], Callable[..., torch.Tensor]] = {
    ("conv", 1): functional.conv1d,
    ("conv", 2): functional.conv2d,
    ("conv_transpose", 1): functional.conv_transpose1d,
    ("conv_transpose", 2): functional.conv_transpose2d,
    ("max_pool", 1): functional.max_pool1d,
    ("max_pool", 2): functional.max_pool2d,
    ("avg_pool", 1): functional.avg_pool1d,
    ("avg_pool", 2): functional.avg_pool2d,
    ("max_unpool", 1): functional.max_unpool1d,
    ("max_unpool", 2): functional.max_unpool2d,
}
WORDS = st.sampled_from(["same", "valid"])
MODULES = {1: torch.nn.Conv1d, 2: torch.nn.Conv2d}
REFUSALS = (
    RuntimeError,
    ValueError,
    TypeError,
    IndexError,
)  # NotImplementedError is a RuntimeError


@dataclass(frozen=True)
class TorchLayer:
    """torch's own answers; None where torch refuses."""

    def output(
        self, setting: Setting, image, weight=None, *, groups=1, **extra
    ) -> np.ndarray | None:
        """The layer's output for an image (channels, *size), as numpy."""
        try:
            output = self.run(setting, torch.as_tensor(image), weight, groups=groups, **extra)
            return output.numpy()
        except REFUSALS:
            return None

    def size(self, setting: Setting) -> int | tuple[int, ...] | None:
        """The output's size, read off the output for a random image of one channel."""
        scalar = isinstance(setting.input_size, int)
        sizes = (setting.input_size,) if scalar else setting.input_size
        kernel = setting.kernel_size
        kernel = kernel if isinstance(kernel, tuple) else (kernel,) * len(sizes)
        extra, weight = {}, None
        try:
            image = torch.rand(1, *sizes, dtype=torch.float64)
            if setting.operation in ("conv", "conv_transpose"):
                weight = np.ones((1, 1, *kernel))
            if setting.operation == "max_unpool":
                extra = {"indices": np.zeros((1, *sizes), dtype=np.int64)}
        except REFUSALS:
            return None
        output = self.output(setting, image.numpy(), weight, **extra)
        if output is None:
            return None
        return output.shape[1] if scalar else output.shape[1:]

    def run(self, setting, image: torch.Tensor, weight=None, *, groups=1, **extra) -> torch.Tensor:
        """torch itself, refusing as torch does."""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # 'same' with an even kernel warns of a copy
            return self._called(setting, image, weight, groups, extra)

    def _called(self, setting, image, weight, groups, extra) -> torch.Tensor:
        """torch called with what differs from its defaults, and with all that it doesn't take."""
        axes = max(image.ndim - 1, 1)
        given = {
            name: getattr(setting, name)
            for name, default in DEFAULTS.items()
            if repr({*np.ravel(getattr(setting, name)).tolist()}) != repr({default})
        }
        if groups != 1 or isinstance(groups, bool):
            given["groups"] = groups
        given |= {
            n: torch.as_tensor(v) if isinstance(v, np.ndarray) else v for n, v in extra.items()
        }
        if setting.operation == "max_unpool" and isinstance(given.get("output_size"), int):
            given["output_size"] = (given["output_size"],)
        if weight is None:
            return FUNCTIONS[setting.operation, axes](
                image, kernel_size=setting.kernel_size, **given
            )
        weight = torch.as_tensor(weight)
        if setting.operation == "conv" and "padding_mode" in given:
            bias = given.pop("bias", None)
            channels = weight.shape[1] * groups
            kernel = tuple(weight.shape[2:])
            layer = MODULES[axes](channels, weight.shape[0], kernel, bias=bias is not None, **given)
            state = {"weight": weight} if bias is None else {"weight": weight, "bias": bias}
            layer.double().load_state_dict(state)
            return layer(image).detach() if not image.requires_grad else layer(image)
        return FUNCTIONS[setting.operation, axes](image, weight, **given)


@pytest.fixture(scope="session")
def torch_layer() -> TorchLayer:
    torch.set_num_threads(1)
    return TorchLayer()


@functools.cache
def numbers(axes: int, low: int, high: int) -> st.SearchStrategy:
    """One number for all axes, or one per axis; below `low` now and then."""
    number = st.sampled_from([*range(low, high + 1)] * 12 + [low - 1, -1])
    return number if axes == 1 else st.one_of(number, st.tuples(number, number))


@st.composite
def unpooled_sizes(draw, input_size, kernel_size, stride) -> int | tuple[int, ...]:
    """Sizes in and just out of the range that unpooling without padding may be asked for."""
    sizes = input_size if isinstance(input_size, tuple) else (input_size,)
    asked = []
    for axis, size in enumerate(sizes):
        kernel = kernel_size[axis] if isinstance(kernel_size, tuple) else kernel_size
        step = kernel if stride is None else stride[axis] if isinstance(stride, tuple) else stride
        reach = abs(step) + 1
        default = (size - 1) * step + kernel
        asked.append(default + draw(st.integers(-reach, reach)))
    return tuple(asked) if isinstance(input_size, tuple) else asked[0]


@st.composite
def draw_setting(draw, operations: tuple[str, ...] = OPERATIONS, mended: bool = True) -> Setting:
    """Any operation with its parameters, now and then one that it doesn't take.

    Half of the illegal ones are `mended`.
    """
    operation, axes = draw(st.sampled_from(operations)), draw(st.integers(1, 2))
    number = st.sampled_from([*range(1, 11)] * 6 + [0])
    input_size = draw(number if axes == 1 else st.tuples(number, number))
    kernel_size = draw(numbers(axes, 1, 5))
    strategies = {
        "stride": st.one_of(st.none(), numbers(axes, 1, 4)),
        "padding": st.one_of(numbers(axes, 0, 3), numbers(axes, 0, 3), WORDS),
        "padding_mode": st.sampled_from(["zeros", "zeros", "reflect", "replicate", "circular"]),
        "dilation": numbers(axes, 1, 3),
        "output_padding": numbers(axes, 0, 2),
        "ceil_mode": st.booleans(),
    }
    known, foreign = PARAMETERS[operation], draw(st.sampled_from([*strategies] + [""] * 90))
    values = {
        name: draw(strategy)
        for name, strategy in strategies.items()
        if name in known or name == foreign
    }
    if "output_size" in known and draw(st.booleans()):
        stride = values.get("stride")
        values["output_size"] = draw(unpooled_sizes(input_size, kernel_size, stride))
    setting = Setting(operation, input_size, kernel_size, **values)
    mends = mended and draw(st.booleans())
    return replace(setting, **nearest_legal(setting)) if mends else setting


@pytest.fixture(scope="session")
def settings_of():
    """The strategy of settings, for `data.draw`."""
    return draw_setting
