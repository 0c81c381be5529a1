"""Stride turned into dilation: the coarse scores stand inside the dense ones, at a phase.

F. Yu and V. Koltun, "Multi-Scale Context Aggregation by Dilated Convolutions", ICLR 2016: the same
parameters, computed at every position instead of at every second one. See models/phase.py.
"""

from dataclasses import dataclass

import numpy as np

from segdemo.heatmap.scores import COARSE, ScoreMaps
from segdemo.models.phase import phase


@dataclass(frozen=True)
class Inside:
    """Coarse cell (i, j) against dense cell (step * i + first[0], step * j + first[1]).

    `difference` is the largest over all classes and cells at that phase, `naive` the largest at
    phase (0, 0), which is as right only where the phase is (0, 0).
    """

    stride: int
    step: int
    first: tuple[int, int]
    difference: float
    naive: float


def inside(coarse: ScoreMaps, dense: ScoreMaps) -> Inside:
    """Where the map at stride 32 stands in a denser one of the same image, measured."""
    step = COARSE // dense.stride
    first = phases(dense.size, dense.stride)
    return Inside(
        stride=dense.stride,
        step=step,
        first=first,
        difference=largest_difference(coarse, dense, step, first),
        naive=largest_difference(coarse, dense, step, (0, 0)),
    )


def phases(size: tuple[int, int], stride: int) -> tuple[int, int]:
    """The dense row and column that hold the coarse map's first, for an image of `size`."""
    rows, columns = (phase(side, output_stride=stride) for side in size)
    return rows, columns


def largest_difference(
    coarse: ScoreMaps, dense: ScoreMaps, step: int, first: tuple[int, int]
) -> float:
    """Between the coarse scores and every `step`-th dense one from `first` on."""
    chosen = dense.logits[:, first[0] :: step, first[1] :: step]
    h, w = coarse.logits.shape[1:]
    return float(np.abs(chosen[:, :h, :w] - coarse.logits).max())
