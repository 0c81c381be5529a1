"""The sparse matrix against the layer itself, against autograd, and against its transpose."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from segdemo.arithmetic.evaluate import apply
from segdemo.arithmetic.geometry import is_legal, resolve
from segdemo.arithmetic.matrix import adjoint, inner_products, layer_matrix
from segdemo.arithmetic.pooling import max_pool_indices
from segdemo.arithmetic.setting import IllegalSettingError, Setting


def sizes_of(setting):
    return tuple(a.input_size for a in resolve(setting))


@settings(max_examples=150, deadline=None, derandomize=True)
@given(data=st.data())
def test_matrix_is_the_layer_and_its_transpose_autograds_gradient(data, torch_layer, settings_of):
    setting = data.draw(settings_of(("conv", "conv_transpose")))
    if not is_legal(setting):
        return
    groups, fan_in, fan_out = (data.draw(st.integers(1, 2)) for _ in range(3))
    kernel = tuple(axis.kernel_size for axis in resolve(setting))
    rng = np.random.default_rng(0)
    transposed = setting.operation == "conv_transpose"
    channels = (groups * fan_in, fan_out) if transposed else (groups * fan_out, fan_in)
    weight = rng.normal(size=(*channels, *kernel))
    image = torch.as_tensor(rng.normal(size=(groups * fan_in, *sizes_of(setting))))
    image.requires_grad_(True)
    output = torch_layer.run(setting, image, weight, groups=groups)
    seed = torch.as_tensor(rng.normal(size=output.shape))
    output.backward(seed)
    matrix = layer_matrix(setting, weight, groups=groups)
    x, v = image.detach().numpy(), seed.numpy()
    got = (matrix @ x.ravel()).reshape(v.shape)
    np.testing.assert_allclose(got, output.detach().numpy(), atol=1e-9)
    gradient = (matrix.T @ v.ravel()).reshape(x.shape)
    np.testing.assert_allclose(gradient, image.grad.numpy(), atol=1e-9)
    forward, backward = inner_products(matrix, x, v)
    assert forward == pytest.approx(backward, abs=1e-9)
    assert forward == pytest.approx(float((output.detach() * seed).sum()), abs=1e-9)


def test_several_weights_on_one_input_add_up():
    setting = Setting("conv", 3, 3, padding=1, padding_mode="reflect")
    matrix = layer_matrix(setting, np.array([1.0, 10, 100])).toarray()
    assert matrix.tolist() == [[10, 101, 0], [1, 10, 100], [0, 101, 10]]


@settings(max_examples=100, deadline=None, derandomize=True)
@given(data=st.data())
def test_pooling_matrices_are_the_layers(data, settings_of):
    setting = data.draw(settings_of(("max_pool", "avg_pool")))
    if not is_legal(setting):
        return
    image = np.random.default_rng(0).normal(size=(1, *sizes_of(setting)))
    extra = {"stride": setting.stride, "padding": setting.padding, "ceil_mode": setting.ceil_mode}
    if setting.operation == "avg_pool":
        extra["count_include_pad"] = data.draw(st.booleans())
        matrix = layer_matrix(setting, count_include_pad=extra["count_include_pad"])
    else:
        extra["dilation"] = setting.dilation
        indices = max_pool_indices(setting, image)[0]
        if indices.max() >= image.size:  # a window wholly on padding looks at nothing
            return
        matrix = layer_matrix(setting, indices=indices)
    expected = apply(setting.operation, image, setting.kernel_size, **extra)
    if np.isfinite(expected).all():
        np.testing.assert_allclose(matrix @ image.ravel(), expected.ravel(), atol=1e-12)


def test_unpooling_is_the_transpose_of_pooling_at_the_same_indices():
    image = np.random.default_rng(0).normal(size=(1, 5, 5))
    pooling = Setting("max_pool", (5, 5), 2, ceil_mode=True)
    unpooling = Setting("max_unpool", (3, 3), 2, output_size=(5, 5))
    indices = max_pool_indices(pooling, image)[0]
    there, back = layer_matrix(pooling, indices=indices), layer_matrix(unpooling, indices=indices)
    assert (back != there.T).nnz == 0
    assert back.shape == (25, 9)


@settings(max_examples=100, deadline=None, derandomize=True)
@given(data=st.data())
def test_adjoint_layer_has_the_transposed_matrix(data, settings_of):
    setting = data.draw(settings_of(("conv", "conv_transpose")))
    if not is_legal(setting):
        return
    axes = resolve(setting)
    weight = np.random.default_rng(0).normal(size=(2, 3, *(a.kernel_size for a in axes)))
    even = all(a.pad_left == a.pad_right for a in axes)
    below = all(a.output_padding < a.stride for a in axes)
    if setting.padding_mode != "zeros" or not even or not below:
        with pytest.raises(IllegalSettingError):
            adjoint(setting)
        return
    there, back = layer_matrix(setting, weight), layer_matrix(adjoint(setting), weight)
    assert back.shape == there.shape[::-1]
    assert abs(there.T - back).max() < 1e-12


def test_dilated_strided_adjoint_uses_the_effective_kernel():
    turned = adjoint(Setting("conv", 8, 3, 3, dilation=2))
    assert (turned.operation, turned.output_padding) == ("conv_transpose", 0)
    assert resolve(turned)[0].output_size == 8


REFUSED = [
    (Setting("conv", 5, 3), None, {}),
    (Setting("conv", 5, 3), np.ones((2, 3)), {}),
    (Setting("conv", 5, 3), np.ones((3, 2, 3)), {"groups": 2}),
    (Setting("max_pool", 5, 3), None, {}),
    (Setting("max_pool", 5, 5), None, {"indices": np.array([5])}),
    (Setting("max_unpool", 2, 2), None, {}),
]


@pytest.mark.parametrize(("setting", "weight", "extra"), REFUSED)
def test_what_has_no_matrix_is_refused(setting, weight, extra):
    with pytest.raises(IllegalSettingError):
        layer_matrix(setting, weight, **extra)
