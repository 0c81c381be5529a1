"""A sliding window done naively against one convolutional pass of the ImageNet classifier."""

from collections.abc import Callable
from functools import partial

import torch
from torch import Tensor

from segdemo.benchmark.timing import Rows, print_table, timed
from segdemo.heatmap.network import classifier
from segdemo.heatmap.scores import COARSE, logits_of
from segdemo.models.convolutionalize import sliding_window
from segdemo.models.imagenet_classifier import NATIVE_SIZE

SIZES = ((320, 320), (480, 640))  # (height, width), pixels: 16 and 135 windows
BATCH = 16  # windows at a time: what somebody does who batches, and still computes all


def naively(x: Tensor) -> Callable[[], object]:
    """Each window cut out and classified by itself."""

    def run() -> object:
        with torch.inference_mode():
            return sliding_window(classifier(), x, window=NATIVE_SIZE, stride=COARSE)

    return run


def in_batches(x: Tensor) -> Callable[[], object]:
    """The windows classified BATCH at a time."""

    def run() -> object:
        with torch.inference_mode():
            windows = x.unfold(2, NATIVE_SIZE, COARSE).unfold(3, NATIVE_SIZE, COARSE)
            windows = windows.permute(0, 2, 3, 1, 4, 5).flatten(0, 2).contiguous()
            return torch.cat([classifier()(part) for part in windows.split(BATCH)])

    return run


def benchmark_heatmap(rounds: int) -> None:
    """The rows of the sliding-window table, for each size."""
    for height, width in SIZES:
        x = torch.rand(1, 3, height, width, generator=torch.Generator().manual_seed(0)) * 2 - 1
        one_pass = "one convolutional pass"
        rows: Rows = {
            one_pass: partial(logits_of, x, stride=COARSE, windows=True),
            "sliding window, one by one": naively(x),
            f"sliding window, {BATCH} at a time": in_batches(x),
        }
        print_table(f"all windows of {width}x{height}", timed(rows, rounds), one_pass)
