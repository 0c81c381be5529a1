"""The dilated front end and the context modules, basic and large.

Yu & Koltun, "Multi-Scale Context Aggregation by Dilated Convolutions", ICLR 2016, sections 3 and
4, table 1, and the authors' Caffe nets (network.py, dilation8_pascal_voc_deploy), layer by layer.
The front end is VGG16 without pool4 and pool5, conv5 dilated by 2, fc6 by 4, nothing padded: it
keeps stride 8. The context module, 3x3 convolutions dilated by 1, 1, 2, 4, 8, 16, 1 and a 1x1
one, sees 67x67 scores and gives as many as it gets.
In: (N, 3, 900, 900), a 528x528 image with 186 pixels of reflected border on each side. Out: class
scores (N, classes, 66, 66), at stride 8: one for each 8x8 pixels of the image within the border.
Enlarge them 8 times to overlay the image. The shapes in the comments are for these sizes.
Deviations: the basic context module pads each layer and the large one its first layer by all the
33 it needs, as the authors' two nets do; the paper doesn't say. Reflecting the border and the
final enlargement are the caller's, as in the authors' predict.py. VGG16 starts random:
`vgg16.load_vgg16` fills it with ImageNet weights.
"""

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from segdemo.models.blocks import conv_bn_relu
from segdemo.models.trunk import TRUNK_CHANNELS
from segdemo.models.vgg16 import vgg16_stage

# Table 1: a layer's channels in units of the number of classes, and its padding.
BASIC_WIDTHS = (1, 1, 1, 1, 1, 1, 1, 1)
BASIC_PADDINGS = (1, 1, 2, 4, 8, 16, 1, 0)
LARGE_WIDTHS = (2, 2, 4, 8, 16, 32, 32, 1)
LARGE_PADDINGS = (33, 0, 0, 0, 0, 0, 0, 0)


class FrontEnd(nn.Module):
    """Section 4: VGG16 with two pools traded for dilation; class scores at stride 8."""

    def __init__(self, *, num_classes: int = 21) -> None:
        super().__init__()
        self.conv1 = vgg16_stage(1, padding=0)
        self.pool1 = nn.MaxPool2d(2, 2)
        self.conv2 = vgg16_stage(2, padding=0)
        self.pool2 = nn.MaxPool2d(2, 2)
        self.conv3 = vgg16_stage(3, padding=0)
        self.pool3 = nn.MaxPool2d(2, 2)
        self.conv4 = vgg16_stage(4, padding=0)
        self.conv5 = vgg16_stage(5, padding=0, dilation=2)
        self.fc6 = nn.Conv2d(512, 4096, 7, dilation=4)
        self.relu6 = nn.ReLU()
        self.drop6 = nn.Dropout(0.5)
        self.fc7 = nn.Conv2d(4096, 4096, 1)
        self.relu7 = nn.ReLU()
        self.drop7 = nn.Dropout(0.5)
        self.final = nn.Conv2d(4096, num_classes, 1)
        nn.init.normal_(self.final.weight, std=0.001)
        if self.final.bias is not None:
            nn.init.zeros_(self.final.bias)

    def forward(self, image: Tensor) -> Tensor:
        height, width = image.shape[-2:]
        if min(height, width) < 380:
            raise ValueError(
                f"The image is {height}x{width} pixels and the dilated front end, which pads "
                "nothing, needs at least 380x380; try reflecting 186 more on each side."
            )
        x = self.pool1(self.conv1(image))  # (N, 64, 448, 448)
        x = self.pool2(self.conv2(x))  # (N, 128, 222, 222)
        x = self.pool3(self.conv3(x))  # (N, 256, 108, 108)
        x = self.conv4(x)  # (N, 512, 102, 102)
        x = self.conv5(x)  # (N, 512, 90, 90)
        x = self.drop6(self.relu6(self.fc6(x)))  # (N, 4096, 66, 66)
        x = self.drop7(self.relu7(self.fc7(x)))  # (N, 4096, 66, 66)
        return self.final(x)  # (N, 21, 66, 66)


class ContextModule(nn.Module):
    """Section 3, table 1: class scores in, class scores out, each having seen 67x67 of them.

    (N, num_classes, H, W) to the same, any size. Starts as the identity on scores that aren't
    negative (the ReLUs cut the others): exactly so where basic, up to noise where large.
    """

    def __init__(
        self, *, num_classes: int = 21, large: bool = False, noise_std: float = 0.001
    ) -> None:
        super().__init__()
        widths = LARGE_WIDTHS if large else BASIC_WIDTHS
        c = [num_classes, *(num_classes * width for width in widths)]
        pad = LARGE_PADDINGS if large else BASIC_PADDINGS
        self.ctx_conv1_1 = nn.Conv2d(c[0], c[1], 3, padding=pad[0])
        self.ctx_conv1_2 = nn.Conv2d(c[1], c[2], 3, padding=pad[1])
        self.ctx_conv2_1 = nn.Conv2d(c[2], c[3], 3, padding=pad[2], dilation=2)
        self.ctx_conv3_1 = nn.Conv2d(c[3], c[4], 3, padding=pad[3], dilation=4)
        self.ctx_conv4_1 = nn.Conv2d(c[4], c[5], 3, padding=pad[4], dilation=8)
        self.ctx_conv5_1 = nn.Conv2d(c[5], c[6], 3, padding=pad[5], dilation=16)
        self.ctx_fc1 = nn.Conv2d(c[6], c[7], 3, padding=pad[6])
        self.ctx_final = nn.Conv2d(c[7], c[8], 1, padding=pad[7])
        for layer in self.children():
            identity_(layer, num_classes=num_classes, noise_std=noise_std if large else 0.0)

    def forward(self, scores: Tensor) -> Tensor:
        x = F.relu(self.ctx_conv1_1(scores))  # (N, C, 66, 66), each seeing 3x3 scores
        x = F.relu(self.ctx_conv1_2(x))  # (N, C, 66, 66), 5x5
        x = F.relu(self.ctx_conv2_1(x))  # (N, C, 66, 66), 9x9
        x = F.relu(self.ctx_conv3_1(x))  # (N, C, 66, 66), 17x17
        x = F.relu(self.ctx_conv4_1(x))  # (N, C, 66, 66), 33x33
        x = F.relu(self.ctx_conv5_1(x))  # (N, C, 66, 66), 65x65
        x = F.relu(self.ctx_fc1(x))  # (N, C, 66, 66), 67x67
        return self.ctx_final(x)  # (N, C, 66, 66), 67x67


class Dilated(nn.Module):
    """The front end with a context module behind it."""

    def __init__(self, *, num_classes: int = 21, large: bool = False) -> None:
        super().__init__()
        self.front_end = FrontEnd(num_classes=num_classes)
        self.context = ContextModule(num_classes=num_classes, large=large)

    def forward(self, image: Tensor) -> Tensor:
        scores = self.front_end(image)  # (N, 21, 66, 66)
        return self.context(scores)  # (N, 21, 66, 66)


@torch.no_grad()
def identity_(layer: nn.Module, *, num_classes: int, noise_std: float) -> None:
    """Set a convolution's weights, in place, to pass class scores on: equations 4 and 5.

    The c_in channels of input and the c_out of output fall into C = num_classes groups of
    neighbours. At the kernel's centre an output channel takes C / c_out of every input channel of
    its own group; all other weights are normal noise of `noise_std`, which must be much smaller
    than C / c_out and lets the channels of a group learn different things. Biases become zero.
    With c_in = c_out = C and no noise this is the identity; from C to 2 C it gives both channels
    of a group half the score; back to C it adds them up again.
    """
    if not isinstance(layer, nn.Conv2d) or layer.bias is None:
        raise ValueError(f"{layer} can't start as identity; try a Conv2d with a bias.")
    c_out, c_in, height, width = layer.weight.shape
    if c_in % num_classes or c_out % num_classes:
        raise ValueError(
            f"{c_in} channels in and {c_out} out must be multiples of num_classes={num_classes} "
            "to start as identity (equation 5); try widths that are."
        )
    group_in = torch.arange(c_in) * num_classes // c_in
    group_out = torch.arange(c_out) * num_classes // c_out
    same_group = group_out[:, None] == group_in[None, :]
    centre = layer.weight[:, :, height // 2, width // 2]
    layer.weight.normal_(std=noise_std) if noise_std else layer.weight.zero_()
    centre.copy_(torch.where(same_group, num_classes / c_out, centre))
    layer.bias.zero_()


class DilatedFrontendHead(nn.Module):
    """The dilated front end on the shared trunk: scores from maps that kept their resolution.

    Takes the trunk's maps, the last at stride 16 by dilation; returns scores (N, num_classes,
    H/16, W/16). Deviations: stride 16, where the paper's VGG16 stays at 8 (on this trunk stride 8
    costs six times the whole strided pass); fc6 is one 3x3 convolution of dilation 2, no fc7.
    """

    def __init__(self, num_classes: int, *, width: int = 192) -> None:
        super().__init__()
        self.fc6 = conv_bn_relu(TRUNK_CHANNELS[-1], width, dilation=2)
        self.dropout = nn.Dropout2d(0.1)
        self.final = nn.Conv2d(width, num_classes, 1)

    def forward(self, maps: tuple[Tensor, ...]) -> Tensor:
        return self.final(self.dropout(self.fc6(maps[-1])))  # C x H/16 x W/16
