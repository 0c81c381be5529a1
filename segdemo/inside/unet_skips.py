"""U-Net with skips switched off: the same weights, one input of a concatenation replaced.

Ronneberger, Fischer & Brox, "U-Net: Convolutional Networks for Biomedical Image Segmentation",
MICCAI 2015, figure 1: the grey arrows. Two ways to switch a skip off. Zeros: the convolution that
reads the concatenation gets nothing from the skip, its term of the sum is exactly 0. Average: each
channel becomes the constant that the skip's batch norm gives for its training average, so that what
follows gets inputs of the size that it is used to, but no outline.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from segdemo.inside.features import Features, head, head_scores, mask_of
from segdemo.models.probe import replaced

# Stride of a skip -> the module whose output is joined with what comes up.
SKIPS: dict[int, str] = {16: "norm4", 8: "norm3", 4: "norm2"}


@dataclass(frozen=True)
class Result:
    """U-Net's raw scores float32 (C, H/4, W/4) and its mask uint8 (H, W)."""

    scores: NDArray[np.float32]
    mask: NDArray[np.uint8]


def zeros(norm: nn.Module, output: Tensor) -> Tensor:
    """Nothing at all."""
    return torch.zeros_like(output)


def average(norm: nn.Module, output: Tensor) -> Tensor:
    """What a batch norm gives for its running mean: its bias, everywhere."""
    bias = norm.get_parameter("bias")
    return bias[None, :, None, None].expand_as(output)


FILLS: dict[str, Callable[[nn.Module, Tensor], Tensor]] = {"zeros": zeros, "average": average}


@torch.no_grad()
def without_skips(features: Features, strides: Sequence[int], fill: str = "zeros") -> Result:
    """U-Net with the skips at `strides` switched off; with none, U-Net as it is."""
    unknown = [stride for stride in strides if stride not in SKIPS]
    if unknown or fill not in FILLS:
        raise ValueError(
            f"skips={list(strides)} filled by {fill!r} must be among {', '.join(map(str, SKIPS))} "
            f"and one of {', '.join(FILLS)}; try [4] and 'zeros'."
        )
    unet = head("unet")
    off = {
        SKIPS[stride]: partial(FILLS[fill], unet.get_submodule(SKIPS[stride])) for stride in strides
    }
    with replaced(unet, off):
        scores = head_scores(features, "unet")
    return Result(scores[0].contiguous().numpy(), mask_of(scores, features.size))
