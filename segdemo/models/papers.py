"""The papers' own networks, by name: how to build each, and the input its figure shows.

They are large: build them under `torch.device("meta")` to inspect them, for real to train them or
to load weights of your own.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from torch import nn

from segdemo.models.deconvnet import DeconvNet
from segdemo.models.dilated import Dilated, FrontEnd
from segdemo.models.fcn import FCN8s, FCN16s, FCN32s
from segdemo.models.unet import UNet, UNetPadded


@dataclass(frozen=True)
class PaperNetwork:
    """`build()` makes it as published; `build(num_classes=...)` for other classes.

    `input_size` is the paper's, (channels, height, width).
    """

    build: Callable[..., nn.Module]
    input_size: tuple[int, int, int]
    description: str
    citation: str


LONG = (
    "Long, Shelhamer & Darrell, Fully Convolutional Networks for Semantic Segmentation, CVPR 2015"
)
NOH = "Noh, Hong & Han, Learning Deconvolution Network for Semantic Segmentation, ICCV 2015"
YU = "Yu & Koltun, Multi-Scale Context Aggregation by Dilated Convolutions, ICLR 2016"
RONNEBERGER = (
    "Ronneberger, Fischer & Brox, "
    "U-Net: Convolutional Networks for Biomedical Image Segmentation, MICCAI 2015"
)

PAPER_NETWORKS: dict[str, PaperNetwork] = {
    "fcn32s_vgg16": PaperNetwork(
        FCN32s,
        (3, 500, 500),
        "VGG16 made convolutional: scores at stride 32, enlarged in one step.",
        LONG,
    ),
    "fcn16s_vgg16": PaperNetwork(
        FCN16s, (3, 500, 500), "FCN-32s with one skip: scores of pool4 are added.", LONG
    ),
    "fcn8s_vgg16": PaperNetwork(
        FCN8s, (3, 500, 500), "FCN-16s with a second skip: scores of pool3 are added.", LONG
    ),
    "deconvnet_vgg16": PaperNetwork(
        DeconvNet, (3, 224, 224), "A mirrored VGG16 that unpools to where the maxima were.", NOH
    ),
    "dilated_frontend_vgg16": PaperNetwork(
        FrontEnd,
        (3, 900, 900),
        "VGG16 with its last two pools traded for dilation: scores at stride 8.",
        YU,
    ),
    "dilated_vgg16": PaperNetwork(
        Dilated,
        (3, 900, 900),
        "The front end, then seven dilated convolutions on its scores that see 67x67 of them.",
        YU,
    ),
    "dilated_large_vgg16": PaperNetwork(
        partial(Dilated, large=True),
        (3, 900, 900),
        "The same with a context module that widens to 32 channels a class.",
        YU,
    ),
    "unet_2015": PaperNetwork(
        UNet,
        (1, 572, 572),
        "Down and up by unpadded convolutions, every level's map cropped and joined on the way up.",
        RONNEBERGER,
    ),
    "unet_padded": PaperNetwork(
        UNetPadded,
        (3, 572, 572),
        "The variant everybody uses, not the paper's: padded, with batch normalisation.",
        f"After {RONNEBERGER}",
    ),
}
