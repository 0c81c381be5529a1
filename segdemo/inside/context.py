"""The dilated front end's scores before and after the context module.

Yu & Koltun, "Multi-Scale Context Aggregation by Dilated Convolutions", ICLR 2016, section 3. The
front end is a head with a loss of its own; the context module reads its scores, and both were
trained together, so the front end also learnt from the context module's loss.
"""

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from segdemo.inside.features import Features, head, head_scores, mask_of
from segdemo.models.dilated import ContextModule


@dataclass(frozen=True)
class Context:
    """Raw scores float32 (C, H/16, W/16) and masks uint8 (H, W) on both sides of the module.

    `reach`: cells across that one score behind the module has seen.
    """

    before: NDArray[np.float32]
    after: NDArray[np.float32]
    mask_before: NDArray[np.uint8]
    mask_after: NDArray[np.uint8]
    reach: int


@torch.no_grad()
def context(features: Features) -> Context:
    """The front end's scores, and what the context module makes of them."""
    module = head("dilated")
    before = head_scores(features, "dilated_frontend")
    after = module(before)
    return Context(
        before[0].contiguous().numpy(),
        after[0].contiguous().numpy(),
        mask_of(before, features.size),
        mask_of(after, features.size),
        reach(module),
    )


def reach(module: torch.nn.Module) -> int:
    """Cells across that one output of a stack of stride 1 convolutions sees: 1 + sum d (k - 1)."""
    if not isinstance(module, ContextModule):
        raise ValueError(f"{type(module).__name__} is no ContextModule; take the head 'dilated'.")
    layers = [layer for layer in module.children() if isinstance(layer, torch.nn.Conv2d)]
    return 1 + sum(layer.dilation[0] * (layer.kernel_size[0] - 1) for layer in layers)
