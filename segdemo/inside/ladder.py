"""The resolution ladder: an architecture's maps from the photo's size down and up again."""

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from segdemo.inside.features import Features, head, head_input
from segdemo.models.catalog import DILATED, STRIDED
from segdemo.models.probe import probe

CHANNELS_SHOWN = 3
# The modules of each head whose outputs are its rungs, in the order in which they run.
RUNGS: dict[str, tuple[str, ...]] = {
    "fcn32s": ("fc6", "score_fr"),
    "fcn16s": ("fc6", "score_fr", "upscore2", "score_pool4", ""),
    "fcn8s": ("fc6", "score_fr", "upscore2", "score_pool4", "upscore_pool4", "score_pool3", ""),
    "deconvnet": ("fc6", "deconv5", "deconv4", "deconv3", "score"),
    "unet": ("up_conv4", "decode4", "up_conv3", "decode3", "up_conv2", "decode2", "score"),
    "dilated_frontend": ("fc6", "final"),
    "dilated": ("ctx_conv1_2", "ctx_conv2_1", "ctx_conv3_1", "ctx_conv4_1", "ctx_conv5_1",
                "ctx_final"),
    "pspnet": ("decoder.psp", "decoder.conv", "score"),
    "deeplabv3plus": ("decoder.aspp", "decoder.up", "decoder.block1", "decoder.block2", "score"),
    "fpn": ("decoder.p5", "decoder.p4", "decoder.p3", "decoder.p2", "decoder.merge", "score"),
}  # fmt: skip


@dataclass(frozen=True)
class Rung:
    """A map of the network: the module that gives it ("" for the head's result) and its size.

    `size` (channels, height, width); `stride` in pixels of the photo; `maps` float32 (n, height,
    width), the `channels` (indices) that vary most over the photo, most first.
    """

    layer: str
    stride: int
    size: tuple[int, int, int]
    channels: tuple[int, ...]
    maps: NDArray[np.float32]


def rung(layer: str, output: Tensor, features: Features) -> Rung:
    """The rung of a map (1, C, h, w)."""
    channels, height, width = output.shape[1:]
    chosen = most_varied(output, CHANNELS_SHOWN)
    maps = output[0, chosen].detach().contiguous().numpy()
    stride = features.size[0] // height
    return Rung(layer, stride, (channels, height, width), tuple(chosen), maps)


def most_varied(output: Tensor, count: int) -> list[int]:
    """The channels of a map (1, C, h, w) with the largest variance over its positions."""
    variance = output[0].flatten(1).var(1, correction=0)
    return variance.topk(min(count, len(variance))).indices.tolist()


def trunk_rungs(features: Features, reads: str) -> list[Rung]:
    """The trunk's maps: all five of the strided pass, the last two of the dilated one.

    The maps that the dilated pass shares with the strided one aren't repeated.
    """
    first = {STRIDED: 0, DILATED: 4}[reads]
    maps = features.maps[reads]
    return [rung(f"stage {level + 1}", maps[level], features) for level in range(first, len(maps))]


@torch.no_grad()
def head_rungs(features: Features, name: str) -> list[Rung]:
    """The maps of an architecture's head, in the order in which they are worked out."""
    network, x = head(name), head_input(features, name)
    with probe(network, RUNGS[name]) as seen:
        network(x)
    return [rung(layer, seen.outputs[layer], features) for layer in RUNGS[name]]
