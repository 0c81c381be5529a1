"""FCN-8s skip by skip: what each of its three score maps adds, and the mask so far.

Long, Shelhamer & Darrell, "Fully Convolutional Networks for Semantic Segmentation", CVPR 2015,
figure 3. FCN-8s's upsampling is linear and has no bias, so its scores at stride 8 are a sum of
three terms: up(up(score_fr)) + up(score_pool4) + score_pool3. The partial sums are intermediate
results of FCN-8s as trained, not FCN-32s and FCN-16s, which are heads of their own.
"""

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from segdemo.inside.features import Features, head, head_scores, mask_of
from segdemo.models.probe import probe


@dataclass(frozen=True)
class Term:
    """One of the three terms of FCN-8s's scores; all arrays but the mask float32.

    `scores` (C, H/stride, W/stride), as the 1x1 convolution `layer` gives them; `contribution`
    (C, H/8, W/8), the same carried to stride 8 by the learnt upsampling; `total` (C, H/8, W/8),
    the sum of this term and those before it; `mask` uint8 (H, W), of that sum.
    """

    layer: str
    stride: int
    scores: NDArray[np.float32]
    contribution: NDArray[np.float32]
    total: NDArray[np.float32]
    mask: NDArray[np.uint8]


@torch.no_grad()
def terms(features: Features) -> list[Term]:
    """The terms from stride 32, 16 and 8, in that order; the last total is FCN-8s's scores."""
    fcn8s = head("fcn8s")
    watched = ["score_fr", "score_pool4", "score_pool3", "upscore2", "upscore_pool4"]
    with probe(fcn8s, watched) as seen:
        scores = head_scores(features, "fcn8s")
    up = fcn8s.get_submodule("upscore_pool4")
    found = seen.outputs
    score_fr, score_pool4, score_pool3 = (found[name] for name in watched[:3])
    coarse = up(found["upscore2"])
    steps = [
        ("score_fr", 32, score_fr, coarse, coarse),
        ("score_pool4", 16, score_pool4, up(score_pool4), found["upscore_pool4"]),
        ("score_pool3", 8, score_pool3, score_pool3, scores),
    ]
    return [
        Term(
            layer,
            stride,
            own[0].contiguous().numpy(),
            contribution[0].contiguous().numpy(),
            total[0].contiguous().numpy(),
            mask_of(total, features.size),
        )
        for layer, stride, own, contribution, total in steps
    ]


@torch.no_grad()
def separate_masks(features: Features) -> dict[str, NDArray[np.uint8]]:
    """The masks (H, W) of the heads FCN-32s, FCN-16s and FCN-8s, each with its own weights."""
    names = ("fcn32s", "fcn16s", "fcn8s")
    return {name: mask_of(head_scores(features, name), features.size) for name in names}
