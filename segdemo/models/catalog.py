"""The architectures on the shared trunk, one literal dict: what each reads, how it is built."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from torch import nn

from segdemo.models.deconvnet import DeconvNetHead
from segdemo.models.dilated import ContextModule, DilatedFrontendHead
from segdemo.models.fcn import FCNHead
from segdemo.models.library_heads import deeplabv3plus, fpn, pspnet
from segdemo.models.unet import UNetHead

STRIDED, DILATED = "strided trunk", "dilated trunk"


@dataclass(frozen=True)
class Architecture:
    """A head: its name and idea in words, what it reads, and how to build it for n classes.

    `reads` is STRIDED or DILATED (the trunk's maps, to stride 32 or 16), or another
    architecture's name (its scores).
    """

    title: str
    paper: str
    idea: str
    reads: str
    build: Callable[[int], nn.Module]


ARCHITECTURES: dict[str, Architecture] = {
    "fcn32s": Architecture(
        title="FCN-32s",
        paper="Long, Shelhamer & Darrell 2015",
        idea="Score the coarsest map, enlarge 32 times.",
        reads=STRIDED,
        build=partial(FCNHead, skips=0),
    ),
    "fcn16s": Architecture(
        title="FCN-16s",
        paper="Long, Shelhamer & Darrell 2015",
        idea="Add the scores of one finer map.",
        reads=STRIDED,
        build=partial(FCNHead, skips=1),
    ),
    "fcn8s": Architecture(
        title="FCN-8s",
        paper="Long, Shelhamer & Darrell 2015",
        idea="Add the scores of two finer maps.",
        reads=STRIDED,
        build=partial(FCNHead, skips=2),
    ),
    "deconvnet": Architecture(
        title="DeconvNet",
        paper="Noh, Hong & Han 2015",
        idea="Unpool to where the maxima were, then deconvolve.",
        reads=STRIDED,
        build=DeconvNetHead,
    ),
    "unet": Architecture(
        title="U-Net",
        paper="Ronneberger, Fischer & Brox 2015",
        idea="Concatenate the fine maps on the way up.",
        reads=STRIDED,
        build=UNetHead,
    ),
    "dilated_frontend": Architecture(
        title="Dilated front end",
        paper="Yu & Koltun 2016",
        idea="Keep the resolution: dilation in place of the last stride.",
        reads=DILATED,
        build=DilatedFrontendHead,
    ),
    "dilated": Architecture(
        title="Dilated + context",
        paper="Yu & Koltun 2016",
        idea="Let scores look around by ever wider dilations.",
        reads="dilated_frontend",
        build=lambda num_classes: ContextModule(num_classes=num_classes),
    ),
    "pspnet": Architecture(
        title="PSPNet",
        paper="Zhao et al. 2017",
        idea="Add averages over the whole photo and its parts.",
        reads=DILATED,
        build=pspnet,
    ),
    "deeplabv3plus": Architecture(
        title="DeepLabV3+",
        paper="Chen et al. 2018",
        idea="A pyramid of dilations, then one fine map.",
        reads=DILATED,
        build=deeplabv3plus,
    ),
    "fpn": Architecture(
        title="FPN",
        paper="Lin et al. 2017; Kirillov et al. 2019",
        idea="Carry the coarse map down to the fine ones, sum all.",
        reads=STRIDED,
        build=fpn,
    ),
}


def with_sources(names: list[str]) -> list[str]:
    """`names` and every architecture whose scores one of them reads, sources first."""
    chain: list[str] = []
    for name in names:
        source = ARCHITECTURES[name].reads
        for link in [*with_sources([source] if source in ARCHITECTURES else []), name]:
            if link not in chain:
                chain.append(link)
    return chain
