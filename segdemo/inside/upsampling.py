"""Bilinear against learnt upsampling: FCN-8s's two deconvolutions and the same scores without.

Long, Shelhamer & Darrell, CVPR 2015, section 3.3: the deconvolutions start as bilinear
interpolation within each class and are learnt. Here upscore2 and upscore_pool4 were learnt,
kernels between all pairs of classes included; the last upsampling, by 8, is fixed and bilinear.
"""

from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor

from segdemo.inside.features import Features, head, head_scores, mask_of
from segdemo.models.fcn import bilinear_kernel
from segdemo.models.probe import probe

LAYERS = ("upscore2", "upscore_pool4")


@dataclass(frozen=True)
class Kernels:
    """A learnt deconvolution k4 s2 between C classes, and the bilinear one that it started as.

    `learnt` and `bilinear` float32 (C in, C out, 4, 4). `mixing` (C in, C out): what a score of 1,
    everywhere, in one class adds to another's: the kernel's sum over 4, for each output cell is
    reached by 4 of the 16 taps; on average over the 4 phases. Bilinear: the identity.
    """

    learnt: NDArray[np.float32]
    bilinear: NDArray[np.float32]
    mixing: NDArray[np.float32]


@dataclass(frozen=True)
class Comparison:
    """FCN-8s's raw scores float32 (C, H/8, W/8) and masks uint8 (H, W) by either upsampling."""

    learnt: NDArray[np.float32]
    bilinear: NDArray[np.float32]
    mask_learnt: NDArray[np.uint8]
    mask_bilinear: NDArray[np.uint8]


def kernels(layer: str) -> Kernels:
    """The kernels of one of LAYERS."""
    if layer not in LAYERS:
        raise ValueError(f"layer={layer!r} must be one of {', '.join(LAYERS)}; try upscore2.")
    learnt = head("fcn8s").get_submodule(layer).get_parameter("weight").detach()
    bilinear = bilinear_kernel(learnt.shape[0], learnt.shape[2])
    return Kernels(
        learnt.contiguous().numpy(),
        bilinear.numpy(),
        (learnt.sum((2, 3)) / 4).numpy(),
    )


def fused(scores: tuple[Tensor, Tensor, Tensor], weights: tuple[Tensor, Tensor]) -> Tensor:
    """FCN-8s's sum of its scores at strides 32, 16 and 8, upsampled by the given weights."""
    score_fr, score_pool4, score_pool3 = scores
    x = F.conv_transpose2d(score_fr, weights[0], stride=2, padding=1) + score_pool4
    return F.conv_transpose2d(x, weights[1], stride=2, padding=1) + score_pool3


@torch.no_grad()
def comparison(features: Features) -> Comparison:
    """The same three score maps, fused with the learnt kernels and with bilinear ones."""
    fcn8s = head("fcn8s")
    layers = ("score_fr", "score_pool4", "score_pool3")
    with probe(fcn8s, layers) as seen:
        learnt = head_scores(features, "fcn8s")
    fr, pool4, pool3 = (seen.outputs[layer] for layer in layers)
    kernel = bilinear_kernel(fr.shape[1], 4)
    bilinear = fused((fr, pool4, pool3), (kernel, kernel))
    return Comparison(
        learnt[0].contiguous().numpy(),
        bilinear[0].contiguous().numpy(),
        mask_of(learnt, features.size),
        mask_of(bilinear, features.size),
    )
