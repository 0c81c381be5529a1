"""Scores of all 1000 classes as maps over a photo, in one pass, at stride 32, 16 or 8."""

import time
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from segdemo.heatmap.network import classifier, score_map
from segdemo.heatmap.photo import prepared
from segdemo.models.imagenet_classifier import NATIVE_SIZE
from segdemo.models.phase import phase

COARSE = 32  # pixels from cell to cell of the classifier as it was trained
OUTPUT_STRIDES = (32, 16, 8)
WINDOW = 7  # cells on a side of the native map, which the classifier averages


@dataclass(frozen=True)
class Grid:
    """Where a map's cells stand on the image: cell (i, j) is the square of `stride` pixels whose

    top left corner is (top + i * stride, left + j * stride). Pixels; halves where a middle is.
    """

    top: float
    left: float
    stride: int


@dataclass(frozen=True)
class ScoreMaps:
    """Logits float32 (1000, h, w) for an image of `size` (height, width) pixels, and their grid.

    With `windows`, a cell scores the window of 224x224 pixels whose middle it marks (a 7x7 average
    before the 1x1 convolution); without, the one cell of the trunk's map (no average).
    `milliseconds` is the wall time of the pass.
    """

    logits: NDArray[np.float32]
    size: tuple[int, int]
    stride: int
    windows: bool
    milliseconds: float

    @property
    def grid(self) -> Grid:
        """Where the cells stand on the image."""
        place = window_middle if self.windows else cell_centre
        top, left = (place(side, self.stride, 0) - self.stride / 2 for side in self.size)
        return Grid(top, left, self.stride)

    def of(self, index: int) -> NDArray[np.float32]:
        """The logits (h, w) of one class."""
        return self.logits[index]

    def probabilities(self, index: int) -> NDArray[np.float32]:
        """One class's share (h, w) of each cell's softmax over all classes, 0 to 1."""
        highest = self.logits.max(0)
        return np.exp(self.logits[index] - highest) / np.exp(self.logits - highest).sum(0)


def score_maps(
    image: NDArray[np.uint8], size: tuple[int, int], *, stride: int = COARSE, windows: bool = True
) -> ScoreMaps:
    """The maps of RGB uint8 (H, W, 3), resized to `size`. ValueError for another stride."""
    if stride not in OUTPUT_STRIDES:
        raise ValueError(f"stride={stride} must be one of {OUTPUT_STRIDES}; try {COARSE}.")
    x = prepared(image, size)
    start = time.perf_counter()
    logits = logits_of(x, stride=stride, windows=windows)
    spent = 1000 * (time.perf_counter() - start)
    return ScoreMaps(logits[0].contiguous().numpy(), size, stride, windows, spent)


@torch.inference_mode()
def logits_of(x: Tensor, *, stride: int, windows: bool) -> Tensor:
    """(1, 1000, h, w) from the network's input; a 7x7 average of dilated maps skips cells."""
    features = classifier().features(x, stride)  # 1280 x H/stride x W/stride
    if windows:
        return score_map().scores(features, dilation=COARSE // stride)
    scores: Tensor = score_map().score(features)
    return scores


def map_side(pixels: int) -> int:
    """Cells on one side of the windows' map at stride 32: the formula ceil(pixels / 32) - 6."""
    return -(-pixels // COARSE) - (WINDOW - 1)


def cell_centre(size: int, stride: int, cell: int) -> float:
    """The middle, in pixels from the border, of what cell `cell` of the trunk's map looks at.

    For one axis of an image of `size` pixels. Not (cell + 1/2) * stride: 'same' padding on an even
    side puts all of it at the end, so the last cell looks at the last pixel.
    """
    return stride * cell + phase(size, output_stride=1, coarse_stride=stride) + 0.5


def window_start(size: int, stride: int, cell: int) -> int:
    """The first pixel of the 224 that a window's score stands for, on one axis.

    On an image of 224 the only window starts at 0, and its first cell is centred on pixel 31.
    """
    native = phase(NATIVE_SIZE, output_stride=1, coarse_stride=COARSE)
    return stride * cell + phase(size, output_stride=1, coarse_stride=stride) - native


def window_middle(size: int, stride: int, cell: int) -> float:
    """The middle of that window, in pixels from the border."""
    return window_start(size, stride, cell) + NATIVE_SIZE / 2
