"""DeconvNet's switches: where each maximum was, the map unpooled by them, what follows.

Noh, Hong & Han, "Learning Deconvolution Network for Semantic Segmentation", ICCV 2015, figure 3.
Here the switches come from 2x2 max pooling of the shared trunk's maps (see `DeconvNetHead`).
"""

from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray

from segdemo.inside.features import Features, head, head_input
from segdemo.models.probe import probe

# Stride of the unpooled map -> the trunk map (index) that gives the switches, and the level.
LEVELS: dict[int, tuple[int, int]] = {16: (3, 5), 8: (2, 4), 4: (1, 3)}


@dataclass(frozen=True)
class Unpooling:
    """One unpooling of the DeconvNet head on a photo.

    `source` float32 (C, H, W): the trunk's map in whose 2x2 windows the maxima were found;
    `switches` int64 (C, H/2, W/2): where, as row * W + column; `before` (D, H/2, W/2): the
    decoder's map, D a multiple of C, channel d using the switches of d % C; `unpooled` (D, H, W);
    `after` (E, H, W): behind the two deconvolutions of the stage.
    """

    stride: int
    source: NDArray[np.float32]
    switches: NDArray[np.int64]
    before: NDArray[np.float32]
    unpooled: NDArray[np.float32]
    after: NDArray[np.float32]

    def corners(self, channel: int) -> NDArray[np.int64]:
        """Which cell of its window held the maximum, (H/2, W/2).

        0 top left, 1 top right, 2 bottom left, 3 bottom right.
        """
        width = self.source.shape[2]
        rows, columns = np.divmod(self.switches[channel], width)
        return 2 * (rows % 2) + columns % 2


@torch.no_grad()
def unpooling(features: Features, stride: int) -> Unpooling:
    """What happens at the unpooling to `stride`, one of LEVELS."""
    if stride not in LEVELS:
        raise ValueError(f"stride={stride} must be one of {', '.join(map(str, LEVELS))}; try 16.")
    level, number = LEVELS[stride]
    deconvnet, maps = head("deconvnet"), head_input(features, "deconvnet")
    before, after = f"match{number}", f"deconv{number}"
    with probe(deconvnet, [before, after], inputs=[after]) as seen:
        deconvnet(maps)
    _, switches = F.max_pool2d(maps[level], 2, return_indices=True)
    return Unpooling(
        stride,
        maps[level][0].contiguous().numpy(),
        switches[0].contiguous().numpy(),
        seen.outputs[before][0].contiguous().numpy(),
        seen.inputs[after][0].contiguous().numpy(),
        seen.outputs[after][0].contiguous().numpy(),
    )
