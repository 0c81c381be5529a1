"""The numbers of the tricky cases, and refusals of arrays that don't fit."""

import numpy as np
import pytest

from segdemo.arithmetic.evaluate import apply
from segdemo.arithmetic.geometry import is_legal
from segdemo.arithmetic.pooling import max_pool_indices, window_counts
from segdemo.arithmetic.setting import IllegalSettingError, Setting


def row(*numbers):
    return np.array([numbers], dtype=float)


def test_same_pads_the_odd_cell_on_the_far_side():
    output = apply("conv", row(1, 2, 3, 4), np.array([[[0.0, 1.0]]]), padding="same")
    np.testing.assert_array_equal(output, row(2, 3, 4, 0))


def test_max_pool_pads_with_minus_infinity():
    output = apply("max_pool", -np.ones((1, 5, 5)), 3, stride=1, padding=1)
    np.testing.assert_array_equal(output, -np.ones((1, 5, 5)))


def test_dilated_max_pool_skips_cells():
    output = apply("max_pool", row(0, 99, 2, 3, 4, 5, 6), 3, stride=1, dilation=2)
    np.testing.assert_array_equal(output, row(4, 99, 6))


def test_avg_pool_counts_padding_unless_told_not_to():
    ones = np.ones((1, 4, 4))
    counted = apply("avg_pool", ones, 3, stride=1, padding=1)
    assert counted[0, 0, 0] == pytest.approx(4 / 9)
    assert (apply("avg_pool", ones, 3, stride=1, padding=1, count_include_pad=False) == 1).all()
    setting = Setting("avg_pool", (4, 4), 3, 1, 1)
    assert window_counts(setting, count_include_pad=False)[0].tolist() == [4, 6, 6, 4]


def test_output_padding_adds_cells_that_no_weight_reaches():
    output = apply("conv_transpose", row(1, 1), np.ones((1, 1, 1)), stride=3, output_padding=2)
    np.testing.assert_array_equal(output, row(1, 0, 0, 1, 0, 0))


def test_unpooling_undoes_pooling_only_with_the_output_size():
    image = np.arange(25.0).reshape(1, 5, 5)
    setting = Setting("max_pool", (5, 5), 2, ceil_mode=True)
    indices = max_pool_indices(setting, image)
    pooled = apply("max_pool", image, 2, ceil_mode=True)
    back = apply("max_unpool", pooled, 2, indices=indices, output_size=(5, 5))
    assert sorted(np.unique(back)) == [0, *sorted(pooled.ravel())]
    assert (back[back > 0] == image[back > 0]).all()


def test_unpooling_of_a_5x5_without_output_size_fails_or_misplaces_by_the_data():
    setting = Setting("max_pool", (5, 5), 2)
    low, high = np.zeros((1, 5, 5)), np.zeros((1, 5, 5))
    low[0, ::2, ::2], high[0, 1::2, 1::2] = 1, 1
    pooled = apply("max_pool", low, 2)
    misplaced = apply("max_unpool", pooled, 2, indices=max_pool_indices(setting, low))
    assert misplaced.shape == (1, 4, 4)
    assert (misplaced != low[:, :4, :4]).any()
    with pytest.raises(IllegalSettingError) as refusal:
        apply("max_unpool", pooled, 2, indices=max_pool_indices(setting, high))
    size = refusal.value.nearest["output_size"]
    assert is_legal(Setting("max_unpool", (2, 2), 2, output_size=size))
    apply("max_unpool", pooled, 2, indices=max_pool_indices(setting, high), output_size=size)


def test_groups_must_divide_and_the_nearest_that_fits_is_offered(torch_layer):
    image, weight = np.ones((4, 5)), np.ones((6, 2, 3))
    with pytest.raises(IllegalSettingError) as refusal:
        apply("conv", image, weight, groups=4)
    assert refusal.value.nearest == {"groups": 2}
    assert torch_layer.output(Setting("conv", 5, 3), image, weight, groups=2) is not None
    with pytest.raises(IllegalSettingError):
        apply("conv", image, np.ones((6, 4, 3)), groups=4)


REFUSED = [
    ("conv", np.ones((2, 5)), np.ones((2, 2, 3)), {"bias": np.ones(3)}),
    ("conv", np.ones((2, 5)), np.ones((2, 2, 3)), {"bias": np.ones((2, 1))}),
    ("conv", np.ones((2, 5)), np.ones((2, 3, 3)), {}),
    ("conv", np.ones((2, 5)), np.ones((2, 2, 3, 3)), {}),
    ("conv", np.ones(5), np.ones((1, 1, 3)), {}),
    ("conv", np.ones((2, 5)), np.ones((2, 2, 3)), {"groups": 0}),
    ("conv", np.ones((2, 5)), np.ones((2, 2, 3)), {"groups": True}),
    ("conv", np.ones((2, 5)), np.ones((2, 2, 3)), {"ceil_mode": True}),
    ("conv_transpose", np.ones((2, 5)), np.ones((3, 2, 3)), {}),
    ("max_pool", np.ones((0, 5)), 2, {}),
    ("max_pool", np.ones((1, 5)), 2, {"padding": "same"}),
    ("max_unpool", np.ones((1, 2)), 2, {"indices": np.array([[0, 4]])}),
    ("max_unpool", np.ones((1, 2)), 2, {"indices": np.array([[-1, 0]])}),
    ("max_unpool", np.ones((1, 2)), 2, {"indices": np.array([[0, 1]], dtype=np.int32)}),
    ("max_unpool", np.ones((1, 2)), 2, {"indices": np.array([[0, 1, 2]])}),
]


@pytest.mark.parametrize(("operation", "image", "kernel", "extra"), REFUSED)
def test_what_torch_refuses_is_refused(operation, image, kernel, extra, torch_layer):
    with pytest.raises(ValueError, match=r"^[^\n]+\.$"):
        apply(operation, image, kernel, **extra)
    array = isinstance(kernel, np.ndarray)
    size = tuple(image.shape[1:]) if image.ndim != 2 else image.shape[1]
    setting = Setting(operation, size, 3 if array else kernel)
    names = {name: value for name, value in extra.items() if not hasattr(setting, name)}
    setting = Setting(
        operation, size, setting.kernel_size, **{n: v for n, v in extra.items() if n not in names}
    )
    assert torch_layer.output(setting, image, kernel if array else None, **names) is None


OURS = [
    ("max_pool", {"bias": np.ones(1)}),
    ("max_pool", {"groups": 2}),
    ("max_pool", {"indices": np.zeros((1, 4), dtype=np.int64)}),
    ("max_pool", {"count_include_pad": False}),
    ("avg_pool", {"count_include_pad": 1}),
    ("max_unpool", {}),
    ("upsample", {}),
]


@pytest.mark.parametrize(("operation", "extra"), OURS)
def test_arguments_of_another_operation_are_refused(operation, extra):
    with pytest.raises(IllegalSettingError):
        apply(operation, np.ones((1, 4)), 2, **extra)
