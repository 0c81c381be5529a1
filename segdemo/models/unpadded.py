"""A small classifier without padding: sliding window and convolutional pass are exactly equal.

J. Long, E. Shelhamer and T. Darrell, "Fully Convolutional Networks for Semantic Segmentation", CVPR
2015, section 3.1: the scores of overlapping windows come out of one pass. That holds to the last
bit where a window sees the same as the same pixels inside the image, which padding spoils: the
zeros stand at the window's border in one case and at the image's in the other.

Input: (N, 3, H, W), (RGB - 127) / 128 on the 0-255 scale, 18x18 and larger. Output at 18x18: logits
(N, num_classes). One score reads 18x18 pixels; neighbours lie 4 pixels apart.

Deviations: it is nobody's network and isn't trained. Its weights are -1, 0 and 1, drawn from a
seed, without biases. Then every number on the way is a multiple of 1/128 and at most 27 x 36 x 72 =
69,984 in size, which float32 holds exactly; so the order of summation, which differs between the
two ways, can't make a difference either: equal means ==.
"""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

NATIVE_SIZE = 18  # pixels a side: exactly the receptive field of one score
STRIDE = 4
WINDOW = 3  # cells a side of the native map


class UnpaddedFeatures(nn.Module):
    """Two 3x3 convolutions, each with ReLU and 2x2 max pooling; no padding anywhere."""

    def __init__(self) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(3, 4, 3, bias=False)
        self.conv2 = nn.Conv2d(4, 8, 3, bias=False)

    def forward(self, image: Tensor) -> Tensor:
        x = F.max_pool2d(F.relu(self.conv1(image)), 2)  # 4 x 8 x 8 at the native size
        return F.max_pool2d(F.relu(self.conv2(x)), 2)  # 8 x 3 x 3


class UnpaddedClassifier(nn.Module):
    """Features, then one linear layer on the flattened map."""

    def __init__(self, *, num_classes: int = 5, seed: int = 0) -> None:
        super().__init__()
        self.features = UnpaddedFeatures()
        self.avgpool = nn.AdaptiveAvgPool2d(WINDOW)  # leaves the native map as it is
        self.classifier = nn.Linear(8 * WINDOW * WINDOW, num_classes, bias=False)
        generator = torch.Generator().manual_seed(seed)
        with torch.no_grad():
            for weight in self.parameters():
                weight.copy_(torch.randint(-1, 2, weight.shape, generator=generator))

    def forward(self, image: Tensor) -> Tensor:
        x = self.features(image)  # 8 x 3 x 3
        x = self.avgpool(x).flatten(1)  # 72
        return self.classifier(x)  # num_classes
