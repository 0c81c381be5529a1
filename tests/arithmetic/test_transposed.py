"""A transposed convolution painted, gathered, and as torch computes it: the same numbers."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from segdemo.arithmetic.evaluate import apply
from segdemo.arithmetic.geometry import is_legal
from segdemo.arithmetic.setting import IllegalSettingError, Setting
from segdemo.arithmetic.transposed import gather, scatter


@settings(max_examples=150, deadline=None, derandomize=True)
@given(data=st.data())
def test_scatter_gather_and_torch_agree(data, torch_layer, settings_of):
    setting = data.draw(settings_of(("conv_transpose",)))
    if not is_legal(setting):
        return
    groups, fan_in, fan_out = (data.draw(st.integers(1, 2)) for _ in range(3))
    sizes = setting.input_size if isinstance(setting.input_size, tuple) else (setting.input_size,)
    kernel = setting.kernel_size
    kernel = kernel if isinstance(kernel, tuple) else (kernel,) * len(sizes)
    rng = np.random.default_rng(0)
    image = rng.normal(size=(groups * fan_in, *sizes))
    weight = rng.normal(size=(groups * fan_in, fan_out, *kernel))
    expected = torch_layer.output(setting, image, weight, groups=groups)
    painted = scatter(setting, image, weight, groups=groups)
    np.testing.assert_allclose(painted.total(), expected, atol=1e-9)
    view = gather(setting, image, weight, groups=groups)
    gathered = apply("conv", view.stuffed, view.kernel, dilation=view.dilation, groups=groups)
    np.testing.assert_allclose(gathered, expected, atol=1e-9)


def test_gather_stuffs_pads_and_turns():
    setting = Setting("conv_transpose", 3, 3, stride=2, padding=1, output_padding=1)
    image, weight = np.array([[1.0, 2, 3]]), np.array([[[10.0, 20, 30]]])
    view = gather(setting, image, weight)
    assert view.stuffed.tolist() == [[0, 1, 0, 2, 0, 3, 0, 0]]
    assert view.sources[0].tolist() == [-1, 0, -1, 1, -1, 2, -1, -1]
    assert view.kernel.tolist() == [[[30, 20, 10]]]
    assert view.padding == (1,)


def test_gather_crops_where_its_padding_is_negative():
    view = gather(Setting("conv_transpose", 5, 2, padding=2), np.ones((1, 5)), np.ones((1, 1, 2)))
    assert view.padding == (-1,)
    assert view.sources[0].tolist() == [1, 2, 3]


def test_scatter_paints_each_input_with_its_own_value():
    setting = Setting("conv_transpose", 2, 3, stride=2, padding=1)
    painted = scatter(setting, np.array([[2.0, -1]]), np.array([[[1.0, 2, 3]]]))
    assert painted.painted[:, 0].tolist() == [[2, 4, 6], [-1, -2, -3]]
    assert painted.targets[0].tolist() == [[-1, 0, 1], [1, 2, -1]]
    assert painted.total().tolist() == [[4, 5, -2]]


def test_only_transposed_convolutions_are_read_twice():
    for read in (gather, scatter):
        with pytest.raises(IllegalSettingError, match="conv_transpose"):
            read(Setting("conv", 3, 3), np.ones((1, 3)), np.ones((1, 1, 3)))
