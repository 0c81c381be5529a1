"""FCN-32s, FCN-16s and FCN-8s: fully convolutional networks with skips.

Long, Shelhamer & Darrell, "Fully Convolutional Networks for Semantic Segmentation", CVPR 2015,
figure 3, and the authors' Caffe nets voc-fcn32s, voc-fcn16s and voc-fcn8s, layer by layer: VGG16
with conv1_1 padded by 100 pixels and pools that round up, fc6 and fc7 as convolutions, 1x1 class
scores that start at zero, deconvolutions without bias that start as bilinear interpolation within
each class, crops at the nets' fixed offsets, sums.
In: (N, 3, H, W), any size. Out: class scores (N, classes, H, W). The shapes in the comments are
for the paper's 500x500.
Deviations: FCN-8s sums the scores unscaled, as voc-fcn8s does (voc-fcn8s-atonce scales pool3 and
pool4 first). All deconvolutions are fixed, as in the released nets (the paper learns the
intermediate ones); `learn_upsampling=True` learns them all. VGG16 starts random:
`vgg16.load_vgg16` fills it with ImageNet weights.
"""

import torch
from torch import Tensor, nn

from segdemo.models.blocks import conv_bn_relu
from segdemo.models.trunk import TRUNK_CHANNELS
from segdemo.models.vgg16 import vgg16_stage


def bilinear_kernel(channels: int, kernel_size: int) -> Tensor:
    """Weights (channels, channels, kernel_size, kernel_size), float32, of bilinear upsampling.

    A transposed convolution with them and stride kernel_size / 2 interpolates each channel
    bilinearly and mixes none: off the diagonal of the channels all is zero. The formula is
    Caffe's "bilinear" filler: 1 - |position - centre| / factor, factor = ceil(kernel_size / 2).
    >>> bilinear_kernel(1, 4)[0, 0, 0] * 4  # 1/4, 3/4, 3/4, 1/4, times the first row's 1/4
    tensor([0.2500, 0.7500, 0.7500, 0.2500])
    """
    factor = (kernel_size + 1) // 2
    centre = factor - 1 if kernel_size % 2 == 1 else factor - 0.5
    ramp = 1 - (torch.arange(kernel_size, dtype=torch.float32) - centre).abs() / factor
    return torch.eye(channels)[:, :, None, None] * ramp[:, None] * ramp[None, :]


def bilinear_deconvolution(
    channels: int, *, kernel_size: int, stride: int, learn: bool
) -> nn.ConvTranspose2d:
    """A deconvolution without bias that starts as bilinear interpolation; fixed unless learnt."""
    deconvolution = nn.ConvTranspose2d(channels, channels, kernel_size, stride=stride, bias=False)
    with torch.no_grad():
        deconvolution.weight.copy_(bilinear_kernel(channels, kernel_size))
    deconvolution.weight.requires_grad_(learn)
    return deconvolution


def zero_score(in_channels: int, num_classes: int) -> nn.Conv2d:
    """A 1x1 convolution to class scores that starts at zero: every class ties (section 4.3)."""
    score = nn.Conv2d(in_channels, num_classes, 1)
    nn.init.zeros_(score.weight)
    if score.bias is not None:
        nn.init.zeros_(score.bias)
    return score


def crop(x: Tensor, *, offset: int, size: torch.Size) -> Tensor:
    """The window of `x` (N, C, H, W) of the given (height, width) that starts at the offset."""
    height, width = size
    return x[:, :, offset : offset + height, offset : offset + width]


class ConvolutionalVGG16(nn.Module):
    """VGG16 with fc6 and fc7 as convolutions, padded for segmentation; gives pool3, pool4, fc7."""

    def __init__(self) -> None:
        super().__init__()
        self.conv1 = vgg16_stage(1, first_padding=100)
        self.pool1 = nn.MaxPool2d(2, 2, ceil_mode=True)
        self.conv2 = vgg16_stage(2)
        self.pool2 = nn.MaxPool2d(2, 2, ceil_mode=True)
        self.conv3 = vgg16_stage(3)
        self.pool3 = nn.MaxPool2d(2, 2, ceil_mode=True)
        self.conv4 = vgg16_stage(4)
        self.pool4 = nn.MaxPool2d(2, 2, ceil_mode=True)
        self.conv5 = vgg16_stage(5)
        self.pool5 = nn.MaxPool2d(2, 2, ceil_mode=True)
        self.fc6 = nn.Conv2d(512, 4096, 7)
        self.relu6 = nn.ReLU()
        self.drop6 = nn.Dropout(0.5)
        self.fc7 = nn.Conv2d(4096, 4096, 1)
        self.relu7 = nn.ReLU()
        self.drop7 = nn.Dropout(0.5)

    def forward(self, image: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        x = self.pool1(self.conv1(image))  # (N, 64, 349, 349): 500 + 2 x 100 - 2 = 698, halved
        x = self.pool2(self.conv2(x))  # (N, 128, 175, 175)
        pool3 = self.pool3(self.conv3(x))  # (N, 256, 88, 88)
        pool4 = self.pool4(self.conv4(pool3))  # (N, 512, 44, 44)
        pool5 = self.pool5(self.conv5(pool4))  # (N, 512, 22, 22)
        x = self.drop6(self.relu6(self.fc6(pool5)))  # (N, 4096, 16, 16)
        x = self.drop7(self.relu7(self.fc7(x)))  # (N, 4096, 16, 16)
        return pool3, pool4, x


class FCN32s(nn.Module):
    """Scores at stride 32, enlarged 32 times in one step."""

    def __init__(self, *, num_classes: int = 21, learn_upsampling: bool = False) -> None:
        super().__init__()
        self.vgg16 = ConvolutionalVGG16()
        self.score_fr = zero_score(4096, num_classes)
        self.upscore = bilinear_deconvolution(
            num_classes, kernel_size=64, stride=32, learn=learn_upsampling
        )

    def forward(self, image: Tensor) -> Tensor:
        _, _, fc7 = self.vgg16(image)
        x = self.upscore(self.score_fr(fc7))  # (N, 21, 16, 16) -> (N, 21, 544, 544)
        return crop(x, offset=19, size=image.shape[-2:])  # (N, 21, 500, 500)


class FCN16s(nn.Module):
    """Scores at stride 32, enlarged twice, plus scores of pool4, enlarged 16 times."""

    def __init__(self, *, num_classes: int = 21, learn_upsampling: bool = False) -> None:
        super().__init__()
        self.vgg16 = ConvolutionalVGG16()
        self.score_fr = zero_score(4096, num_classes)
        self.upscore2 = bilinear_deconvolution(
            num_classes, kernel_size=4, stride=2, learn=learn_upsampling
        )
        self.score_pool4 = zero_score(512, num_classes)
        self.upscore16 = bilinear_deconvolution(
            num_classes, kernel_size=32, stride=16, learn=learn_upsampling
        )

    def forward(self, image: Tensor) -> Tensor:
        _, pool4, fc7 = self.vgg16(image)
        upscore2 = self.upscore2(self.score_fr(fc7))  # (N, 21, 16, 16) -> (N, 21, 34, 34)
        score_pool4 = self.score_pool4(pool4)  # (N, 21, 44, 44)
        fuse_pool4 = upscore2 + crop(score_pool4, offset=5, size=upscore2.shape[-2:])
        x = self.upscore16(fuse_pool4)  # (N, 21, 34, 34) -> (N, 21, 560, 560)
        return crop(x, offset=27, size=image.shape[-2:])  # (N, 21, 500, 500)


class FCN8s(nn.Module):
    """FCN-16s's fused scores, enlarged twice, plus scores of pool3, enlarged 8 times."""

    def __init__(self, *, num_classes: int = 21, learn_upsampling: bool = False) -> None:
        super().__init__()
        self.vgg16 = ConvolutionalVGG16()
        self.score_fr = zero_score(4096, num_classes)
        self.upscore2 = bilinear_deconvolution(
            num_classes, kernel_size=4, stride=2, learn=learn_upsampling
        )
        self.score_pool4 = zero_score(512, num_classes)
        self.upscore_pool4 = bilinear_deconvolution(
            num_classes, kernel_size=4, stride=2, learn=learn_upsampling
        )
        self.score_pool3 = zero_score(256, num_classes)
        self.upscore8 = bilinear_deconvolution(
            num_classes, kernel_size=16, stride=8, learn=learn_upsampling
        )

    def forward(self, image: Tensor) -> Tensor:
        pool3, pool4, fc7 = self.vgg16(image)
        upscore2 = self.upscore2(self.score_fr(fc7))  # (N, 21, 16, 16) -> (N, 21, 34, 34)
        score_pool4 = self.score_pool4(pool4)  # (N, 21, 44, 44)
        fuse_pool4 = upscore2 + crop(score_pool4, offset=5, size=upscore2.shape[-2:])
        upscore_pool4 = self.upscore_pool4(fuse_pool4)  # (N, 21, 34, 34) -> (N, 21, 70, 70)
        score_pool3 = self.score_pool3(pool3)  # (N, 21, 88, 88)
        fuse_pool3 = upscore_pool4 + crop(score_pool3, offset=9, size=upscore_pool4.shape[-2:])
        x = self.upscore8(fuse_pool3)  # (N, 21, 70, 70) -> (N, 21, 568, 568)
        return crop(x, offset=31, size=image.shape[-2:])  # (N, 21, 500, 500)


class FCNHead(nn.Module):
    """FCN-32s, 16s or 8s on the shared trunk: `skips` 0, 1 or 2 scores fused by summing.

    Takes the trunk's maps at strides 2 to 32; returns scores (N, num_classes, H/s, W/s) with s 32,
    16 or 8. Deviations: fc6 is one 3x3 convolution, there is no fc7; the last, fixed upsampling
    is left to the caller; upscore2 and upscore_pool4 are learnt; sizes agree by padding.
    """

    def __init__(self, num_classes: int, *, skips: int, width: int = 192) -> None:
        super().__init__()
        if skips not in (0, 1, 2):
            raise ValueError(f"skips={skips} must be 0 (FCN-32s), 1 (FCN-16s) or 2 (FCN-8s).")
        _, _, pool3, pool4, pool5 = TRUNK_CHANNELS
        self.fc6 = conv_bn_relu(pool5, width)
        self.dropout = nn.Dropout2d(0.1)
        self.score_fr = zero_score(width, num_classes)
        if skips >= 1:
            self.upscore2 = upsampling_by_two(num_classes)
            self.score_pool4 = zero_score(pool4, num_classes)
        if skips == 2:
            self.upscore_pool4 = upsampling_by_two(num_classes)
            self.score_pool3 = zero_score(pool3, num_classes)
        self.skips = skips

    def forward(self, maps: tuple[Tensor, ...]) -> Tensor:
        _, _, pool3, pool4, pool5 = maps
        score = self.score_fr(self.dropout(self.fc6(pool5)))  # C x H/32 x W/32
        if self.skips >= 1:
            height, width = pool4.shape[-2:]
            score = self.upscore2(score)[..., :height, :width] + self.score_pool4(pool4)  # /16
        if self.skips == 2:
            height, width = pool3.shape[-2:]
            score = self.upscore_pool4(score)[..., :height, :width] + self.score_pool3(pool3)  # /8
        return score


def upsampling_by_two(channels: int) -> nn.ConvTranspose2d:
    """A learnable k4 s2 p1 transposed convolution that starts as bilinear interpolation."""
    upsampling = nn.ConvTranspose2d(channels, channels, 4, stride=2, padding=1, bias=False)
    with torch.no_grad():
        upsampling.weight.copy_(bilinear_kernel(channels, 4))
    return upsampling
