"""A classifier turned into a score map: its linear layers as convolutions with the same parameters.

J. Long, E. Shelhamer and T. Darrell, "Fully Convolutional Networks for Semantic Segmentation", CVPR
2015, section 3.1 and figure 2. A linear layer on a vector is a 1x1 convolution; one that reads a
flattened map of k x k cells is a k x k convolution. So a classifier that accepts one size becomes a
network that accepts any larger one and gives scores for every window of its native size, at the
classifier's stride, in one pass that shares all the work between overlapping windows.

Two kinds of classifier are turned, by what pools between features and linear layers:
- flatten, then Linear (AlexNet, VGG: the pooling leaves the native map as it is): the first linear
  layer becomes a 6x6 or 7x7 convolution, the others 1x1;
- pool, then Linear (ResNet, MobileNet, EfficientNet: the pooling averages the native map to one
  cell): the global average becomes an average over windows of the native map's size at stride 1
  (7x7), the linear layers become 1x1 convolutions.

Input: (N, 3, H, W), as the classifier takes it. Output: (N, classes, h, w); at the native size 1x1.
Deviations: the paper grafts AlexNet, VGG and GoogLeNet only and gives VGG's conv1_1 a padding of
100; here nothing is padded that the classifier doesn't pad.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torchvision.models import VGG, AlexNet, EfficientNet, MobileNetV2, MobileNetV3, ResNet

from segdemo.models.imagenet_classifier import ImagenetClassifier
from segdemo.models.layers import on_meta
from segdemo.models.unpadded import UnpaddedClassifier

# Layers between the linear ones that treat each number by itself, so a map's cells as a vector's.
ELEMENTWISE = (nn.Identity, nn.Dropout, nn.ReLU, nn.ReLU6, nn.Hardswish, nn.SiLU, nn.GELU)


class Parts(NamedTuple):
    """A classifier in three: image -> map, map -> pooled map, flattened -> logits."""

    features: nn.Module
    pool: nn.AdaptiveAvgPool2d
    linears: nn.Module


def in_three(classifier: Any) -> Parts:
    """Networks that name their parts as torchvision's do: `features`, `avgpool`, `classifier`."""
    return Parts(classifier.features, classifier.avgpool, classifier.classifier)


def mobilenet_v2(network: MobileNetV2) -> Parts:
    """Its pooling is a function, not a module."""
    return Parts(network.features, nn.AdaptiveAvgPool2d(1), network.classifier)


def resnet(network: ResNet) -> Parts:
    """Figure 3's stages, one after the other."""
    stem = (network.conv1, network.bn1, network.relu, network.maxpool)
    stages = (network.layer1, network.layer2, network.layer3, network.layer4)
    return Parts(nn.Sequential(*stem, *stages), network.avgpool, network.fc)


# Class of the classifier -> its parts. A class that isn't here may run its parts in another order.
CLASSIFIERS: dict[type[nn.Module], Callable[[Any], Parts]] = {
    AlexNet: in_three,
    VGG: in_three,
    ResNet: resnet,
    MobileNetV2: mobilenet_v2,
    MobileNetV3: in_three,
    EfficientNet: in_three,
    ImagenetClassifier: in_three,
    UnpaddedClassifier: in_three,
}


class ScoreMap(nn.Module):
    """The classifier as a convolution; its modules and the memory of its parameters are shared.

    `window` is (height, width) of the native map, in cells: what one score reads. `averages` says
    whether the window is averaged, or read by the first convolution of `score`.
    """

    def __init__(
        self, features: nn.Module, score: nn.Sequential, *, window: tuple[int, int], averages: bool
    ) -> None:
        super().__init__()
        self.features, self.score = features, score
        self.window, self.averages = window, averages

    def forward(self, image: Tensor) -> Tensor:
        """Scores (N, classes, h, w) of the windows of an image at least as large as native."""
        x = self.features(image)  # C x (h + window - 1) x (w + window - 1)
        return self.scores(x)  # classes x h x w

    def scores(self, features: Tensor, dilation: int = 1) -> Tensor:
        """Scores of a feature map (N, C, ., .) whose windows take every `dilation`-th cell.

        A dilation of 2 or 4 fits features whose stride was divided by 2 or 4 by dilating layers.
        """
        x = window_average(features, self.window, dilation) if self.averages else features
        for layer in self.score:
            if isinstance(layer, nn.Conv2d):
                x = F.conv2d(x, layer.weight, layer.bias, dilation=dilation)
            else:
                x = layer(x)
        return x


def convolutionalize(classifier: nn.Module, *, native_size: int = 224) -> ScoreMap:
    """The score map of a classifier, equal to it on images of `native_size` x `native_size` pixels.

    Parameters are shared, not copied: training one trains the other. ValueError where the
    classifier is none of CLASSIFIERS, or its layers can't be convolutions.
    """
    if type(classifier) not in CLASSIFIERS:
        raise ValueError(
            f"the classifier is a {type(classifier).__name__}, but its features, pooling and "
            f"linear layers must be known; choose from {', '.join(c.__name__ for c in CLASSIFIERS)}"
            ", or add its class to CLASSIFIERS."
        )
    parts = CLASSIFIERS[type(classifier)](classifier)
    window = map_size(parts.features, (native_size, native_size))
    pooled = pooled_size(parts.pool)
    if pooled not in ((1, 1), window):
        raise ValueError(
            f"native_size={native_size} gives a map of {by(window)} cells, which the classifier "
            f"pools to {by(pooled)}; it must pool to 1x1 or leave the map as it is; "
            "try the size that the classifier was trained at."
        )
    layers = parts.linears if isinstance(parts.linears, nn.Sequential) else [parts.linears]
    score, kernel = nn.Sequential(), pooled
    for layer in layers:
        if isinstance(layer, nn.Linear):
            score.append(as_convolution(layer, kernel))
            kernel = (1, 1)
        elif isinstance(layer, ELEMENTWISE):
            score.append(layer)
        else:
            raise ValueError(
                f"the classifier has a {type(layer).__name__} among its linear layers, but there "
                "only layers that treat each number by itself can be kept "
                f"({', '.join(c.__name__ for c in ELEMENTWISE)}); take it out or replace it."
            )
    network = ScoreMap(parts.features, score, window=window, averages=pooled != window)
    return network.train(classifier.training)


def as_convolution(linear: nn.Linear, kernel_size: tuple[int, int]) -> nn.Conv2d:
    """The convolution whose kernel (out, C, *kernel_size) is the linear layer's weight, in place.

    nn.Linear(4096, 1000) gives nn.Conv2d(4096, 1000, 1); nn.Linear(25088, 4096) with (7, 7) gives
    nn.Conv2d(512, 4096, 7). ValueError where its inputs aren't whole cells of that many channels.
    """
    cells = kernel_size[0] * kernel_size[1]
    if linear.in_features % cells:
        raise ValueError(
            f"the linear layer reads {linear.in_features} numbers, which must be a multiple of the "
            f"{cells} cells of a {by(kernel_size)} window; try the classifier's own native size."
        )
    channels = linear.in_features // cells
    with torch.device("meta"):
        convolution = nn.Conv2d(channels, linear.out_features, kernel_size, bias=False)
    weight = linear.weight.detach().view(linear.out_features, channels, *kernel_size)
    convolution.weight = nn.Parameter(weight, linear.weight.requires_grad)
    convolution.bias = linear.bias
    return convolution


def window_average(x: Tensor, window: tuple[int, int], dilation: int = 1) -> Tensor:
    """Averages over windows of `window` cells, `dilation` apart, at stride 1; no padding.

    (N, C, H, W) -> (N, C, H - (window[0] - 1) * dilation, W - (window[1] - 1) * dilation). As
    nn.AvgPool2d(window, stride=1), which knows no dilation: rows first, then columns.
    """
    for dim, count in ((-2, window[0]), (-1, window[1])):
        length = x.shape[dim] - (count - 1) * dilation
        shifted = [x.narrow(dim, i * dilation, length) for i in range(count)]
        x = sum(shifted[1:], shifted[0]) / count
    return x


def score_map_size(network: ScoreMap, size: tuple[int, int]) -> tuple[int, int]:
    """(h, w) of the scores for an image of `size` (height, width), without computing them.

    The feature map's size, from the layers' shapes alone, less window - 1 on each axis.
    ValueError where no window of the native size fits.
    """
    height, width = map_size(network.features, size)
    h, w = height - network.window[0] + 1, width - network.window[1] + 1
    if min(h, w) < 1:
        raise ValueError(
            f"an image of {by(size)} pixels (height x width) gives a map of {by((height, width))} "
            f"cells, which must hold a window of {by(network.window)}; enlarge the image."
        )
    return h, w


def sliding_window(classifier: nn.Module, image: Tensor, *, window: int, stride: int) -> Tensor:
    """The same map the naive way: cut out each window, classify it; (N, classes, h, w).

    Windows of `window` x `window` pixels, `stride` apart, from the top left corner; what's left
    over at the right and at the bottom is not seen.
    """
    rows = range(0, image.shape[-2] - window + 1, stride)
    columns = range(0, image.shape[-1] - window + 1, stride)
    if not rows or not columns:
        raise ValueError(
            f"an image of {by(tuple(image.shape[-2:]))} pixels (height x width) must hold a window "
            f"of {window}x{window}; enlarge the image."
        )
    scores = [
        torch.stack([classifier(image[..., y : y + window, x : x + window]) for x in columns], -1)
        for y in rows
    ]
    return torch.stack(scores, -2)


def map_size(features: nn.Module, size: tuple[int, int]) -> tuple[int, int]:
    """(height, width) of the map that `features` makes of an RGB image of `size`."""
    try:
        image = torch.empty(1, 3, *size, device="meta")
        with torch.no_grad():
            height, width = on_meta(features).eval()(image).shape[2:]
    except RuntimeError as error:  # a layer without padding on a map smaller than its kernel
        raise ValueError(
            f"an image of {by(size)} pixels (height x width) is too small for the classifier: a "
            "layer's kernel doesn't fit its map; enlarge the image."
        ) from error
    return height, width


def pooled_size(pool: nn.AdaptiveAvgPool2d) -> tuple[int, int]:
    """(height, width) of what an adaptive pooling gives."""
    size: Any = pool.output_size
    return (size, size) if isinstance(size, int) else tuple(size)


def by(size: tuple[int, ...]) -> str:
    """(7, 5) as 7x5."""
    return "x".join(map(str, size))
