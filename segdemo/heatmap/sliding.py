"""A sliding window done naively against one convolutional pass: times, and whether they agree.

J. Long, E. Shelhamer and T. Darrell, "Fully Convolutional Networks for Semantic Segmentation", CVPR
2015, section 3.1: AlexNet takes 1.2 ms for one 227x227 crop and 22 ms for the 10x10 scores of a
500x500 image on their GPU, "more than 5 times faster than the naive approach".
"""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from statistics import median

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from segdemo.heatmap.network import classifier
from segdemo.heatmap.photo import prepared, resized
from segdemo.heatmap.scores import COARSE, ScoreMaps, logits_of
from segdemo.inference import normalise
from segdemo.models import unpadded
from segdemo.models.convolutionalize import convolutionalize
from segdemo.models.imagenet_classifier import NATIVE_SIZE

PAPERS_CROP, PAPERS_PASS, PAPERS_WINDOWS = 1.2, 22.0, 100  # milliseconds, milliseconds, count
PASSES = 3  # the one pass is timed so often; the middle one counts
EXACT_SHORTER = 42  # pixels: 7 windows of 18 at stride 4


@dataclass(frozen=True)
class Progress:
    """How many of the windows are done."""

    done: int
    windows: int


@dataclass(frozen=True)
class Comparison:
    """Both maps of one photo, logits float32 (classes, h, w), and the milliseconds each took."""

    naive: ScoreMaps
    one_pass: ScoreMaps

    @property
    def ratio(self) -> float:
        """How many times longer the naive way took."""
        return self.naive.milliseconds / self.one_pass.milliseconds

    @property
    def difference(self) -> float:
        """The largest difference of any score."""
        return float(np.abs(self.naive.logits - self.one_pass.logits).max())

    def correlation(self, index: int | None = None) -> float | None:
        """Pearson's, over all classes and cells or over the cells of one class.

        None where either side is constant, such as a map of one cell.
        """
        a, b = (maps.logits if index is None else maps.of(index) for maps in self.both)
        return correlated(a, b)

    def correlation_within(self) -> float | None:
        """The same over all classes, each class's mean over its cells taken off first."""
        a, b = (maps.logits - maps.logits.mean((1, 2), keepdims=True) for maps in self.both)
        return correlated(a, b)

    @property
    def both(self) -> tuple[ScoreMaps, ScoreMaps]:
        """(naive, one pass)."""
        return self.naive, self.one_pass


def correlated(a: NDArray[np.float32], b: NDArray[np.float32]) -> float | None:
    """Pearson's correlation of two arrays of one shape; None where either is constant."""
    x, y = a.ravel().astype(np.float64), b.ravel().astype(np.float64)
    return float(np.corrcoef(x, y)[0, 1]) if x.std() > 0 and y.std() > 0 else None


def papers_ratio() -> float:
    """The paper's figure, from its own three numbers."""
    return PAPERS_WINDOWS * PAPERS_CROP / PAPERS_PASS


def slide(
    network: nn.Module, x: Tensor, *, window: int, stride: int
) -> Iterator[Progress | Tensor]:
    """Cut out each window of `x` (1, 3, H, W) and classify it; last the scores (1, C, h, w)."""
    tops = range(0, x.shape[-2] - window + 1, stride)
    lefts = range(0, x.shape[-1] - window + 1, stride)
    scores = []
    for top in tops:
        for left in lefts:
            with torch.inference_mode():
                scores.append(network(x[..., top : top + window, left : left + window]))
            yield Progress(len(scores), len(tops) * len(lefts))
    yield torch.stack(scores, -1).unflatten(-1, (len(tops), len(lefts)))


def compared(image: NDArray[np.uint8], size: tuple[int, int]) -> Iterator[Progress | Comparison]:
    """Both ways on RGB uint8 (H, W, 3) at `size`, multiples of 32; progress, then the comparison.

    Only the network's own time counts, not what happens between two windows.
    """
    if any(side % COARSE or side < NATIVE_SIZE for side in size):
        raise ValueError(
            f"size={size} must be multiples of {COARSE} of at least {NATIVE_SIZE}, so that windows "
            f"and cells start at the same pixels; try (320, 320)."
        )
    x = prepared(image, size)
    one_pass = timed_pass(x, size)
    spent, start = 0.0, time.perf_counter()
    for step in slide(classifier(), x, window=NATIVE_SIZE, stride=COARSE):
        spent += time.perf_counter() - start
        if isinstance(step, Progress):
            yield step
        else:
            logits = step[0].contiguous().numpy()
            yield Comparison(ScoreMaps(logits, size, COARSE, True, 1000 * spent), one_pass)
        start = time.perf_counter()


def timed_pass(x: Tensor, size: tuple[int, int]) -> ScoreMaps:
    """One convolutional pass, after one that warms up; the median time of PASSES."""
    logits = logits_of(x, stride=COARSE, windows=True)
    spent = []
    for _ in range(PASSES):
        start = time.perf_counter()
        logits = logits_of(x, stride=COARSE, windows=True)
        spent.append(1000 * (time.perf_counter() - start))
    return ScoreMaps(logits[0].contiguous().numpy(), size, COARSE, True, median(spent))


@dataclass(frozen=True)
class Exact:
    """The network without padding on one photo: windows, and the two ways' largest difference."""

    windows: tuple[int, int]
    size: tuple[int, int]
    distinct: int
    difference: float


def exactly(image: NDArray[np.uint8]) -> Exact:
    """Both ways through a small network that pads nothing, on RGB uint8 (H, W, 3) made small.

    Its numbers fit float32 without rounding, so equal means equal to the last bit; `distinct`
    counts the different scores, to show that they aren't all alike.
    """
    height, width = image.shape[:2]
    scale = EXACT_SHORTER / min(height, width)
    size = tuple(min(round(side * scale), 2 * EXACT_SHORTER) for side in (height, width))
    pixels = torch.from_numpy(resized(image, (size[0], size[1]))).permute(2, 0, 1)[None]
    x = normalise(pixels)
    network = unpadded.UnpaddedClassifier().eval()
    whole = convolutionalize(network, native_size=unpadded.NATIVE_SIZE)
    with torch.inference_mode():
        scores = whole(x)
    *_, windows = slide(network, x, window=unpadded.NATIVE_SIZE, stride=unpadded.STRIDE)
    assert isinstance(windows, Tensor)
    return Exact(
        windows=(scores.shape[2], scores.shape[3]),
        size=(size[0], size[1]),
        distinct=int(scores.unique().numel()),
        difference=float((scores - windows).abs().max()),
    )
