"""Every operation, 1-D and 2-D, every parameter: sizes, values and refusals against torch."""

from collections import Counter

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from segdemo.arithmetic.evaluate import apply
from segdemo.arithmetic.geometry import is_legal, output_size
from segdemo.arithmetic.pooling import max_pool_indices
from segdemo.arithmetic.setting import OPERATIONS, IllegalSettingError, Setting

SWEEP = {"deadline": None, "derandomize": True}


def asked_size(setting: Setting):
    try:
        return output_size(
            setting.operation,
            setting.input_size,
            setting.kernel_size,
            stride=setting.stride,
            padding=setting.padding,
            padding_mode=setting.padding_mode,
            dilation=setting.dilation,
            output_padding=setting.output_padding,
            ceil_mode=setting.ceil_mode,
            output_size=setting.output_size,
        )
    except IllegalSettingError:
        return None


def applied(setting: Setting, image, kernel, **extra):
    try:
        return apply(
            setting.operation,
            image,
            kernel,
            stride=setting.stride,
            padding=setting.padding,
            padding_mode=setting.padding_mode,
            dilation=setting.dilation,
            output_padding=setting.output_padding,
            ceil_mode=setting.ceil_mode,
            output_size=setting.output_size,
            **extra,
        )
    except IllegalSettingError:
        return None


@pytest.mark.parametrize("operation", OPERATIONS)
def test_sizes_and_refusals_are_torchs(operation, torch_layer, settings_of):
    seen = Counter()

    @settings(max_examples=220, **SWEEP)
    @given(settings_of((operation,)))
    def sweep(setting):
        expected = torch_layer.size(setting)
        seen[expected is None] += 1
        assert asked_size(setting) == expected
        assert is_legal(setting) == (expected is not None)

    sweep()
    assert min(seen[True], seen[False]) > 25, seen


@st.composite
def draw_layer(draw, drawn):
    """A setting with an image, a kernel and the arguments beside it, now and then ill-fitting."""
    setting = draw(drawn)
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    sizes = setting.input_size if isinstance(setting.input_size, tuple) else (setting.input_size,)
    kernel = setting.kernel_size
    kernel = kernel if isinstance(kernel, tuple) else (kernel,) * len(sizes)
    groups, odd = draw(st.integers(1, 3)), draw(st.integers(1, 12))
    extra = {}
    if setting.operation in ("conv", "conv_transpose"):
        first, second = (groups * draw(st.integers(1, 2)) for _ in range(2))
        shape = (first, second // groups, *(max(0, size) for size in kernel))
        channels = second if setting.operation == "conv" else first
        outputs = first if setting.operation == "conv" else second
        extra["groups"] = groups + (odd == 1) - (odd == 2)
        channels += odd == 3
        if draw(st.booleans()):
            extra["bias"] = rng.normal(size=outputs + (odd == 4))
        return setting, rng.normal(size=(channels, *sizes)), rng.normal(size=shape), extra
    image = rng.normal(size=(groups, *sizes))
    if setting.operation == "avg_pool":
        extra["count_include_pad"] = draw(st.booleans())
    if setting.operation == "max_unpool":
        size = asked_size(setting)
        cells = 1 if size is None else max(int(np.prod(size)), 1)
        # Indices may repeat (the last counts), and one in twelve draws leaves the output.
        extra["indices"] = rng.integers(-(odd == 1), cells + (odd == 2), size=image.shape)
    return setting, image, setting.kernel_size, extra


@pytest.mark.parametrize("operation", OPERATIONS)
def test_values_and_refusals_are_torchs(operation, torch_layer, settings_of):
    seen = Counter()

    @settings(max_examples=220, **SWEEP)
    @given(draw_layer(settings_of((operation,))))
    def sweep(layer):
        setting, image, kernel, extra = layer
        weight = kernel if isinstance(kernel, np.ndarray) else None
        if min(np.shape(image)) < 1 or (weight is not None and 0 in weight.shape):
            return
        expected = torch_layer.output(setting, image, weight, **extra)
        got = applied(setting, image, kernel, **extra)
        seen[expected is None] += 1
        assert (got is None) == (expected is None), (got, expected)
        if expected is not None:
            assert got.dtype == np.float64
            assert got.shape == expected.shape
            np.testing.assert_allclose(got, expected, rtol=0, atol=1e-6)

    sweep()
    assert min(seen[True], seen[False]) > 25, seen


@settings(max_examples=150, **SWEEP)
@given(data=st.data())
def test_max_pool_indices_are_torchs(data, torch_layer, settings_of):
    setting = data.draw(settings_of(("max_pool",)))
    sizes = setting.input_size if isinstance(setting.input_size, tuple) else (setting.input_size,)
    # Few different values: ties are common, and so is NaN.
    values = st.lists(st.sampled_from([0.0, 1.0, 2.0, -np.inf, np.nan]), min_size=7, max_size=7)
    image = np.resize(np.array(data.draw(values)), (2, *sizes))
    if not is_legal(setting):
        return
    output, indices = torch_pool_with_indices(torch_layer, setting, image)
    np.testing.assert_array_equal(max_pool_indices(setting, image), indices)
    np.testing.assert_array_equal(applied(setting, image, setting.kernel_size), output)


def torch_pool_with_indices(torch_layer, setting, image):
    answers = torch_layer.run(setting, torch.as_tensor(image), return_indices=True)
    return tuple(answer.numpy() for answer in answers)
