"""The phase by formula against the trunk's actual maps, over sizes even and odd."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn

from segdemo.models.phase import STRIDED_KERNELS, STRIDES, phase
from segdemo.models.trunk import STAGES, Trunk, same_padding


@pytest.fixture(scope="module")
def trunk() -> Trunk:
    torch.manual_seed(0)
    return Trunk().eval()


def test_the_kernels_are_those_of_the_trunks_strided_layers(trunk):
    convolutions = [m for m in trunk.modules() if isinstance(m, nn.Conv2d)]
    strided = [m for m in convolutions if m.stride == (2, 2)]
    assert tuple(m.kernel_size[0] for m in strided) == STRIDED_KERNELS
    assert 2 ** len(strided) == STRIDES[-1] == 32
    assert all(m.kernel_size[0] % 2 for m in convolutions)  # what a phase at every size rests on


def same(kernel, row, stride, dilation):
    """A row (1, 1, 1, W) filtered by kernel (1, 1, 1, K) with 'same' padding, in whole numbers."""
    left, right = same_padding(row.shape[-1], kernel.shape[-1], stride, dilation)
    padded = nn.functional.pad(row, (left, right)).double()
    return nn.functional.conv2d(padded, kernel.double(), stride=stride, dilation=dilation).long()


# Two sides at a time, from 33 to 96: even and odd at every level.
@pytest.mark.parametrize("output_stride", [8, 16])
@pytest.mark.parametrize("height", range(33, 65, 5))
def test_coarse_cells_are_the_dense_cells_of_that_phase(trunk, height, output_stride):
    size = (height, 129 - height)
    image = torch.randn(1, 3, *size, generator=torch.Generator().manual_seed(height))
    with torch.inference_mode():
        maps = trunk(image)
        dense = trunk.dilated(maps, output_stride)[-1]
    step = 32 // output_stride
    top, left = (phase(s, output_stride=output_stride) for s in size)
    inside = dense[..., top::step, left::step]
    assert inside.shape == maps[-1].shape
    torch.testing.assert_close(inside, maps[-1], atol=1e-5, rtol=1e-4)


@pytest.mark.parametrize("output_stride", [1, 2, 4, 8, 16, 32])
def test_along_one_axis_each_coarse_output_is_one_dense_output(output_stride):
    """Kernels of whole numbers: the strided layers one after the other, and the same dilated."""
    generator = torch.Generator().manual_seed(0)
    kernels = [torch.randint(-9, 10, (1, 1, 1, k), generator=generator) for k in STRIDED_KERNELS]
    for size in (*range(1, 66), 319, 320, 321):
        image = torch.randint(-9, 10, (1, 1, 1, size), generator=generator)
        coarse, dense, dilation = image, image, 1
        for stride, kernel in zip(STRIDES, kernels, strict=True):
            dilated = stride > output_stride
            coarse = same(kernel, coarse, 2, 1)
            dense = same(kernel, dense, 1 if dilated else 2, dilation)
            dilation *= 2 if dilated else 1
        step, first = 32 // output_stride, phase(size, output_stride=output_stride)
        assert 0 <= first < step
        assert dense[..., first::step].tolist() == coarse.tolist(), f"size {size}"


@given(st.integers(1, 5000), st.sampled_from(STRIDES), st.sampled_from((1, *STRIDES)))
def test_the_last_coarse_cell_is_the_last_dense_cell(size, coarse_stride, output_stride):
    if output_stride > coarse_stride:
        return
    dense, coarse = -(-size // output_stride), -(-size // coarse_stride)
    first = phase(size, output_stride=output_stride, coarse_stride=coarse_stride)
    assert (coarse - 1) * (coarse_stride // output_stride) + first == dense - 1


@pytest.mark.parametrize(
    ("size", "output_stride", "expected"),
    [(320, 8, 3), (320, 16, 1), (224, 8, 3), (300, 8, 1), (328, 8, 0), (321, 8, 0), (320, 1, 31)],
)
def test_phases_of_sizes_worked_by_hand(size, output_stride, expected):
    assert phase(size, output_stride=output_stride) == expected


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"size": 0, "output_stride": 8}, "size=0 must be at least 1"),
        ({"size": 9, "output_stride": 3}, "output_stride=3 must be one of"),
        ({"size": 9, "output_stride": 8, "coarse_stride": 1}, "coarse_stride=1 must be one of"),
        ({"size": 9, "output_stride": 32, "coarse_stride": 8}, "must not exceed coarse_stride=8"),
    ],
)
def test_settings_without_meaning_are_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        phase(arguments.pop("size"), **arguments)


def test_even_kernels_can_have_no_phase():
    """Why the formula asks for odd kernels: two dilated even layers leave none that fits."""
    row, kernel = torch.arange(1, 7).view(1, 1, 1, 6), torch.tensor([[[[1, 2]]]])
    coarse, dense = same(kernel, row, 2, 1), same(kernel, row, 1, 1)
    for _ in range(2):
        coarse, dense = same(kernel, coarse, 1, 1), same(kernel, dense, 1, 2)
    for first in range(2):
        assert dense[..., first::2].tolist() != coarse.tolist()


def test_the_stages_strides_are_the_trunks():
    assert [stage.stride for stage in STAGES].count(2) + 1 == len(STRIDES)
