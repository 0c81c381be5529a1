"""The EfficientNet-Lite0 trunk that all heads share: strided, or dilated over the same parameters.

M. Tan and Q. Le, "EfficientNet: Rethinking Model Scaling for Convolutional Neural Networks", ICML
2019, table 1; the Lite variant (R. Liu, 2020) leaves out squeeze-and-excitation and uses ReLU6.
The stride-to-dilation rewriting is that of F. Yu and V. Koltun, "Multi-Scale Context Aggregation by
Dilated Convolutions", ICLR 2016, section 3.

Input: float (N, 3, H, W), (RGB - 127) / 128 on the 0-255 scale, any size from 1x1.
Output: five maps, one a resolution: 16 channels at stride 2, 24 at 4, 40 at 8, 112 at 16, 320 at 32
(sizes are rounded up: TensorFlow's 'same' padding).

Deviations: batch norm is folded into the convolutions before training, its ImageNet statistics
frozen, so that the strided and the dilated pass compute the same function; no stochastic depth; the
classifier (1x1 convolution to 1280, pooling, Linear) is left out.
"""

from collections.abc import Iterator
from typing import NamedTuple, cast

import torch.nn.functional as F
from torch import Tensor, nn


class Stage(NamedTuple):
    """A row of EfficientNet's table 1: blocks of one width."""

    repeats: int
    kernel_size: int
    stride: int
    expansion: int
    channels: int


STAGES = (
    Stage(1, 3, 1, 1, 16),
    Stage(2, 3, 2, 6, 24),
    Stage(2, 5, 2, 6, 40),
    Stage(3, 3, 2, 6, 80),
    Stage(3, 5, 1, 6, 112),
    Stage(4, 5, 2, 6, 192),
    Stage(1, 3, 1, 6, 320),
)
# The index of the last stage at each resolution, and the channels of its map.
LAST_OF_STRIDE = {2: 0, 4: 1, 8: 2, 16: 4, 32: 6}
TRUNK_CHANNELS = tuple(STAGES[i].channels for i in LAST_OF_STRIDE.values())


def same_padding(size: int, kernel_size: int, stride: int, dilation: int) -> tuple[int, int]:
    """(left, right) cells of TensorFlow's 'same' padding: output size ceil(size / stride)."""
    total = (-(-size // stride) - 1) * stride + dilation * (kernel_size - 1) + 1 - size
    return max(total, 0) // 2, max(total, 0) - max(total, 0) // 2


def same_conv(conv: nn.Conv2d, image: Tensor, *, stride: int, dilation: int) -> Tensor:
    """`conv`'s parameters at another stride and dilation, with 'same' padding."""
    kernel_size = conv.kernel_size[0]
    top, bottom = same_padding(image.shape[-2], kernel_size, stride, dilation)
    left, right = same_padding(image.shape[-1], kernel_size, stride, dilation)
    if (top, left) != (bottom, right):
        image, top, left = F.pad(image, (left, right, top, bottom)), 0, 0
    return F.conv2d(image, conv.weight, conv.bias, stride, (top, left), dilation, conv.groups)


class InvertedResidual(nn.Module):
    """Expand by a 1x1 convolution, filter depthwise, project linearly (MobileNetV2, figure 3b)."""

    def __init__(self, in_channels: int, stage: Stage, *, stride: int) -> None:
        super().__init__()
        width = in_channels * stage.expansion
        self.stride = stride
        self.residual = stride == 1 and in_channels == stage.channels
        self.expand = nn.Conv2d(in_channels, width, 1) if stage.expansion > 1 else None
        self.depthwise = nn.Conv2d(width, width, stage.kernel_size, stride=stride, groups=width)
        self.project = nn.Conv2d(width, stage.channels, 1)

    def forward(self, x: Tensor, stride: int | None = None, dilation: int = 1) -> Tensor:
        stride = self.stride if stride is None else stride
        y = x if self.expand is None else F.relu6(self.expand(x))
        y = F.relu6(same_conv(self.depthwise, y, stride=stride, dilation=dilation))
        y = self.project(y)
        return x + y if self.residual else y


class Trunk(nn.Module):
    """EfficientNet-Lite0 without its classifier; 2.9 million parameters."""

    def __init__(self) -> None:
        super().__init__()
        self.stem = nn.Conv2d(3, 32, 3, stride=2)
        self.stages = nn.ModuleList()
        in_channels = 32
        for stage in STAGES:
            blocks = nn.ModuleList()
            for repeat in range(stage.repeats):
                stride = stage.stride if repeat == 0 else 1
                blocks.append(InvertedResidual(in_channels, stage, stride=stride))
                in_channels = stage.channels
            self.stages.append(blocks)

    def blocks(self, stage: int) -> Iterator[InvertedResidual]:
        """The blocks of a stage, in order."""
        yield from cast("Iterator[InvertedResidual]", self.stages[stage].children())

    def forward(self, image: Tensor) -> tuple[Tensor, ...]:
        """Maps at strides 2, 4, 8, 16, 32 for an image (N, 3, H, W)."""
        x = F.relu6(same_conv(self.stem, image, stride=2, dilation=1))  # 32 x H/2 x W/2
        maps = []
        for index in range(len(STAGES)):
            for block in self.blocks(index):
                x = block(x)
            if index in LAST_OF_STRIDE.values():
                maps.append(x)
        return tuple(maps)  # 16 H/2, 24 H/4, 40 H/8, 112 H/16, 320 H/32

    def dilated(self, maps: tuple[Tensor, ...], output_stride: int) -> tuple[Tensor, ...]:
        """The last stages a second time, every stride past `output_stride` turned into dilation.

        Takes `forward`'s maps and an output stride of 8 or 16; returns the maps with the deeper
        ones at that stride. A layer whose stride is removed keeps its own dilation; those
        after it have theirs doubled, so that the strided maps stand inside the dilated ones.
        """
        if output_stride not in (8, 16):
            raise ValueError(
                f"output_stride={output_stride} must be 8 or 16: 32 is the trunk as it stands."
            )
        kept = {8: 3, 16: 4}[output_stride]
        x, result, dilation = maps[kept - 1], list(maps[:kept]), 1
        for index in range(LAST_OF_STRIDE[output_stride] + 1, len(STAGES)):
            for block in self.blocks(index):
                x = block(x, stride=1, dilation=dilation)
                dilation *= block.stride
            if index in LAST_OF_STRIDE.values():
                result.append(x)
        return tuple(result)
