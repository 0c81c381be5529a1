"""A photo in the shared trunk: its maps, what every head makes of them, masks; remembered."""

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from threading import Lock
from typing import Generic, TypeVar

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from segdemo import weights
from segdemo.inference import enlarged_mask, network_of, prepare
from segdemo.models.catalog import ARCHITECTURES, DILATED, STRIDED
from segdemo.models.shared import DILATED_STRIDE

WEIGHTS = "photos"
Value = TypeVar("Value")


@dataclass(frozen=True)
class Features:
    """A photo as the networks see it, and the trunk's maps of it.

    `image` float32 (1, 3, H, W), normalised, at its working size; `maps` by what a head reads:
    the five of the strided trunk at strides 2, 4, 8, 16, 32, and of the dilated one at 2, 4, 8,
    16, 16.
    """

    image: Tensor
    maps: dict[str, tuple[Tensor, ...]]

    @property
    def size(self) -> tuple[int, int]:
        """(height, width) at which the networks see the photo, in pixels."""
        return self.image.shape[2], self.image.shape[3]

    @property
    def pixels(self) -> NDArray[np.uint8]:
        """The photo at that size, RGB uint8 (H, W, 3)."""
        rgb = (self.image.detach()[0] * 128 + 127).round().clamp(0, 255).byte()
        return rgb.permute(1, 2, 0).contiguous().numpy()


def trunk_features(image: Tensor) -> Features:
    """Both passes of the trunk over `image`, float32 (1, 3, H, W), sides multiples of 32.

    Where `image` requires a gradient, the maps carry its graph.
    """
    trunk = network_of(WEIGHTS, ["fcn8s"]).trunk
    with torch.set_grad_enabled(image.requires_grad):
        strided = trunk(image)
        dilated = trunk.dilated(strided, DILATED_STRIDE)
    return Features(image, {STRIDED: strided, DILATED: dilated})


def features_of(pixels: NDArray[np.uint8]) -> Features:
    """The trunk's maps of RGB uint8 (H, W, 3), without gradients."""
    return trunk_features(prepare(pixels))


def traced_features(pixels: NDArray[np.uint8]) -> Features:
    """The same with the graph that gradients need, which holds about 300 MB."""
    return trunk_features(prepare(pixels).requires_grad_(True))


def head(name: str) -> nn.Module:
    """An architecture's head, in eval mode, batch norm folded; shared with all who segment."""
    return network_of(WEIGHTS, [name]).heads[name]


def head_input(features: Features, name: str) -> tuple[Tensor, ...] | Tensor:
    """What an architecture's head reads: the trunk's maps, or another head's scores."""
    reads = ARCHITECTURES[name].reads
    return features.maps[reads] if reads in features.maps else head_scores(features, reads)


def head_scores(features: Features, name: str) -> Tensor:
    """What a head returns, (1, C, h, w), as it comes: without the weights' offsets."""
    return head(name)(head_input(features, name))


def offsets() -> Tensor:
    """What `segment` adds to every class's scores, float32 (C, 1, 1), the same for all heads."""
    return torch.tensor(weights.entry(WEIGHTS)["score_offsets"])[:, None, None]


def mask_of(scores: Tensor, size: tuple[int, int]) -> NDArray[np.uint8]:
    """The mask (H, W) of raw scores (1, C, h, w): offsets added, enlarged bilinearly."""
    shifted = scores.detach() + offsets()
    return enlarged_mask(shifted, size, torch.arange(shifted.shape[1]))


def largest_class(mask: NDArray[np.uint8]) -> int:
    """The class that covers most of a mask."""
    return int(np.bincount(mask.ravel()).argmax())


class Remembered(Generic[Value]):
    """A bounded cache by a key of the content; one computation at a time, oldest out first."""

    def __init__(self, most: int) -> None:
        self._values: OrderedDict[str, Value] = OrderedDict()
        self._most, self._lock = most, Lock()

    def of(self, key: str, make: Callable[[], Value]) -> Value:
        """What is remembered under `key`, or else what `make` gives."""
        with self._lock:
            if key not in self._values:
                while len(self._values) >= self._most:
                    self._values.popitem(last=False)
                self._values[key] = make()
            self._values.move_to_end(key)
            return self._values[key]
