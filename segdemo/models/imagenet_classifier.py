"""EfficientNet-Lite0 with its 1000 ImageNet classes, on this package's trunk.

M. Tan and Q. Le, "EfficientNet: Rethinking Model Scaling for Convolutional Neural Networks", ICML
2019, table 1, stages 1 to 9; the Lite variant (R. Liu, 2020) leaves out squeeze-and-excitation and
uses ReLU6.

Input: float (N, 3, H, W), (RGB - 127) / 128 on the 0-255 scale; 224x224 is the size it was trained
at, any size from 1x1 is taken. Output: logits (N, 1000).

Deviations: batch norm is folded into the convolutions (see trunk.py); no dropout before the last
layer, which changes nothing in evaluation.
"""

import torch.nn.functional as F
from torch import Tensor, nn

from segdemo.models.trunk import TRUNK_CHANNELS, Trunk

NATIVE_SIZE = 224  # pixels a side in training: a map of 7x7 cells
FEATURES = 1280


class ImagenetFeatures(nn.Module):
    """The trunk and the 1x1 convolution on its last map: what the classifier averages."""

    def __init__(self) -> None:
        super().__init__()
        self.trunk = Trunk()
        self.head = nn.Conv2d(TRUNK_CHANNELS[-1], FEATURES, 1)

    def forward(self, image: Tensor, output_stride: int = 32) -> Tensor:
        """(N, 1280, ceil(H / output_stride), ceil(W / output_stride)); stride 32, 16 or 8.

        Below 32 the trunk's last strides are turned into dilation over the same parameters.
        """
        maps = self.trunk(image)  # the last: 320 x H/32 x W/32
        if output_stride != 32:
            maps = self.trunk.dilated(maps, output_stride)
        return F.relu6(self.head(maps[-1]))


class ImagenetClassifier(nn.Module):
    """EfficientNet-Lite0; 4.6 million parameters."""

    def __init__(self, *, num_classes: int = 1000) -> None:
        super().__init__()
        self.features = ImagenetFeatures()
        self.avgpool = nn.AdaptiveAvgPool2d(1)
        self.classifier = nn.Linear(FEATURES, num_classes)

    def forward(self, image: Tensor) -> Tensor:
        x = self.features(image)  # 1280 x H/32 x W/32
        x = self.avgpool(x).flatten(1)  # 1280
        return self.classifier(x)  # num_classes
