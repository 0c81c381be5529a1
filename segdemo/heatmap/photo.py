"""A photo as the classifier reads it: squeezed to its native size, or whole at a chosen size."""

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image
from torch import Tensor

from segdemo.inference import check_image, normalise
from segdemo.models.imagenet_classifier import NATIVE_SIZE

# Pixels of the shorter side. Below 200 no window of 7x7 cells fits; above, a pass takes seconds.
SMALLEST, LARGEST, STEP = 200, 448, 8
LONGEST_RATIO = 2  # a longer photo is squeezed to this: the memory of 1000 maps stays bounded


def working_size(height: int, width: int, shorter: int, *, multiple: int = STEP) -> tuple[int, int]:
    """(height, width) at which a photo is scored: `shorter` pixels, the other side in proportion.

    Both are rounded to whole multiples, and kept to what holds a window of the native size. 32
    makes windows start at 0, 32, 64 ... ValueError for a `shorter` that isn't offered.
    """
    if not SMALLEST <= shorter <= LARGEST:
        raise ValueError(
            f"size={shorter} must be from {SMALLEST} to {LARGEST} pixels (the photo's shorter "
            "side); try 320."
        )
    ratio = min(max(height, width) / min(height, width), LONGEST_RATIO)
    short, long = (round(side / multiple) * multiple for side in (shorter, shorter * ratio))
    if multiple == 32:
        short, long = max(short, NATIVE_SIZE), max(long, NATIVE_SIZE)
    return (short, long) if height <= width else (long, short)


def resized(image: NDArray[np.uint8], size: tuple[int, int]) -> NDArray[np.uint8]:
    """RGB uint8 (H, W, 3) at (height, width), bicubic."""
    check_image(image)
    return np.array(Image.fromarray(image).resize(size[::-1], Image.Resampling.BICUBIC))


def prepared(image: NDArray[np.uint8], size: tuple[int, int]) -> Tensor:
    """The same as the network's input: float32 (1, 3, height, width)."""
    pixels = torch.from_numpy(resized(image, size)).permute(2, 0, 1)[None]
    return normalise(pixels).contiguous()
