"""RGB array in, per-architecture results out, at the photo's own size."""

import threading
import time
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from PIL import Image
from torch import Tensor, nn

from segdemo import weights as weight_files
from segdemo.models.catalog import ARCHITECTURES, DILATED, STRIDED, with_sources
from segdemo.models.shared import SharedTrunkNetwork

WORKING_LENGTH = 448  # pixels, the longest side at which the network sees a photo; chosen on val
MULTIPLE = 32
MIN_SIDE, MAX_PIXELS = 16, 40_000_000
BAND_PIXELS = 1 << 16  # masks are enlarged in bands of rows of about this size: it fits the cache
POSSIBLE = 0.05  # a class below this probability everywhere can't win between the cells


@dataclass(frozen=True)
class Milliseconds:
    """What an architecture would cost alone, measured in this call: wall time."""

    trunk: float
    head: float
    rest: float

    @property
    def total(self) -> float:
        """Trunk, head and the rest (resizing the photo, enlarging the mask)."""
        return self.trunk + self.head + self.rest


@dataclass(frozen=True)
class Segmentation:
    """One architecture's result.

    `mask` uint8 (H, W): class indices at the photo's size. The others at the score map's size
    (h, w): `scores` float32 (classes, h, w), the weights' offsets added; `top3_classes` uint8 and
    `top3_probabilities` float32 (3, h, w), most probable first; `confidence` float32 (h, w), the
    first of them.
    """

    mask: NDArray[np.uint8]
    scores: NDArray[np.float32]
    top3_classes: NDArray[np.uint8]
    top3_probabilities: NDArray[np.float32]
    milliseconds: Milliseconds

    @property
    def confidence(self) -> NDArray[np.float32]:
        """Probability of the most probable class, (h, w), 0 to 1."""
        return self.top3_probabilities[0]


def working_size(height: int, width: int) -> tuple[int, int]:
    """(height, width) at which a photo is segmented: longest side 448, multiples of 32."""
    scale = WORKING_LENGTH / max(height, width)
    return (
        max(round(height * scale / MULTIPLE), 1) * MULTIPLE,
        max(round(width * scale / MULTIPLE), 1) * MULTIPLE,
    )


def normalise(image: Tensor) -> Tensor:
    """uint8 RGB (N, 3, H, W) as the trunk wants it: float32, (x - 127) / 128."""
    return (image.float() - 127) / 128


def prepare(image: NDArray[np.uint8]) -> Tensor:
    """RGB uint8 (H, W, 3) -> float32 (1, 3, h, w) at its working size, channels last."""
    height, width = working_size(*image.shape[:2])
    small = Image.fromarray(image).resize(
        (width, height), Image.Resampling.BILINEAR, reducing_gap=2.0
    )
    pixels = torch.from_numpy(np.array(small)).permute(2, 0, 1)[None]
    return normalise(pixels).contiguous(memory_format=torch.channels_last)


@torch.inference_mode()
def enlarged_mask(scores: Tensor, size: tuple[int, int], possible: Tensor) -> NDArray[np.uint8]:
    """The class of highest score at every pixel of `size`, scores enlarged bilinearly.

    `scores` (1, C, h, w) float32; `possible` int64 (c,) the classes that may win. Half-pixel
    centres, as torch's `align_corners=False`; done in bands of rows, so that memory stays bounded.
    """
    height, width = size
    if len(possible) == 1:
        return np.full(size, int(possible[0]), np.uint8)
    wide = F.interpolate(scores[:, possible], (scores.shape[2], width), mode="bilinear")
    rows = wide[0].permute(1, 2, 0).contiguous()  # h x W x c
    position = (torch.arange(height) + 0.5) * (rows.shape[0] / height) - 0.5
    position = position.clamp(0, rows.shape[0] - 1)
    above = position.floor().long()
    below = (above + 1).clamp(max=rows.shape[0] - 1)
    share = (position - above)[:, None, None]
    mask = torch.empty(size, dtype=torch.uint8)
    classes = possible.to(torch.uint8)
    for band in torch.arange(height).split(max(BAND_PIXELS // width, 1)):
        values = torch.lerp(rows[above[band]], rows[below[band]], share[band])
        mask[band] = classes[values.argmax(-1)]
    return mask.numpy()


@torch.inference_mode()
def segment(
    image: NDArray[np.uint8], architectures: Iterable[str], *, weights: str = "photos"
) -> dict[str, Segmentation]:
    """Segment RGB uint8 (H, W, 3) by each of `architectures`; name -> result, in their order.

    Sides from 16 pixels, up to 40 megapixels. Shared stages run once; a result doesn't depend on
    what else is asked for. ValueError for an image, an architecture or weights that don't fit.
    """
    names = list(dict.fromkeys(architectures))
    check_image(image)
    network = network_of(weights, names)
    start = time.perf_counter()
    x = prepare(image)
    spent = {"prepare": 1000 * (time.perf_counter() - start)}
    outputs: dict[str, Tensor] = {}
    start = time.perf_counter()
    for name, output in network.steps(x, names):
        spent[name] = 1000 * (time.perf_counter() - start)
        outputs[name] = output
        start = time.perf_counter()
    offsets = torch.tensor(weight_files.entry(weights)["score_offsets"])[:, None, None]
    return {name: _result(name, outputs[name] + offsets, image.shape[:2], spent) for name in names}


def check_image(image: NDArray[np.uint8]) -> None:
    """ValueError unless `image` is RGB uint8 (H, W, 3) of 16x16 pixels to 40 megapixels."""
    if image.dtype != np.uint8 or image.ndim != 3 or image.shape[2] != 3:
        raise ValueError(
            f"image is {image.dtype} of shape {image.shape}, but must be RGB uint8 (H, W, 3); "
            "decode it with segdemo.images."
        )
    height, width = image.shape[:2]
    if min(height, width) < MIN_SIDE or height * width > MAX_PIXELS:
        raise ValueError(
            f"image is {width}x{height} pixels, but must have sides of {MIN_SIDE} or more and at "
            f"most {MAX_PIXELS // 1_000_000} megapixels; resize it."
        )


def _result(
    name: str, scores: Tensor, size: tuple[int, int], spent: dict[str, float]
) -> Segmentation:
    """Mask, top three and times of one architecture from its scores (1, C, h, w)."""
    start = time.perf_counter()
    probabilities = scores.softmax(1)[0]
    top = probabilities.topk(3, dim=0)
    possible = probabilities.amax((1, 2)) >= POSSIBLE
    possible[top.indices[0].unique()] = True
    mask = enlarged_mask(scores, size, possible.nonzero()[:, 0])
    rest = spent["prepare"] + 1000 * (time.perf_counter() - start)
    chain = with_sources([name])
    dilated = ARCHITECTURES[chain[0]].reads == DILATED
    return Segmentation(
        mask=mask,
        scores=scores[0].contiguous().numpy(),
        top3_classes=top.indices.to(torch.uint8).numpy(),
        top3_probabilities=top.values.numpy(),
        milliseconds=Milliseconds(
            trunk=spent[STRIDED] + (spent[DILATED] if dilated else 0.0),
            head=sum(spent[link] for link in chain),
            rest=rest,
        ),
    )


class Networks:
    """One weight file's network; heads are loaded when first asked for, batch norm folded."""

    def __init__(self, weights: str) -> None:
        weight_files.segmentation_entry(weights)
        self._weights, self._lock = weights, threading.Lock()
        self._network: SharedTrunkNetwork | None = None

    def with_heads(self, names: list[str]) -> SharedTrunkNetwork:
        """The network with (at least) the heads of `names`; ValueError for one it doesn't have."""
        offered = weight_files.entry(self._weights)["arguments"]["architectures"]
        unknown = [name for name in names if name not in offered]
        if unknown or not names:
            what = f"architecture {unknown[0]!r} is not known" if unknown else "none is chosen"
            raise ValueError(f"{what}; choose from {', '.join(offered)}.")
        # Weights made inside `inference_mode` could never carry a gradient.
        with self._lock, torch.inference_mode(False):
            loaded = list(self._network.heads) if self._network else []
            missing = [name for name in with_sources(names) if name not in loaded]
            if missing:
                added = weight_files.load(self._weights, missing)
                fold_batch_norm(added)
                added = added.to(memory_format=torch.channels_last)
                if self._network is None:
                    self._network = added
                self._network.heads.update(dict(added.heads.items()))
            assert self._network is not None  # the first names are always missing
            return self._network


@lru_cache(maxsize=4)
def _networks(weights: str) -> Networks:
    """The one cache of loaded networks."""
    return Networks(weights)


def network_of(weights: str, names: list[str]) -> SharedTrunkNetwork:
    """The network that `segment` runs, in eval mode, with (at least) the heads of `names`."""
    return _networks(weights).with_heads(names)


def fold_batch_norm(network: nn.Module) -> None:
    """Fold every batch norm that follows a convolution in a Sequential into it, in place."""
    for module in network.modules():
        if isinstance(module, nn.Sequential):
            for (name, layer), (norm_name, norm) in pairwise(list(module.named_children())):
                if isinstance(layer, nn.Conv2d) and isinstance(norm, nn.BatchNorm2d):
                    setattr(module, name, nn.utils.fuse_conv_bn_eval(layer, norm))
                    setattr(module, norm_name, nn.Identity())
