"""The classifier's last layer twice: as nn.Linear on a vector and as a 1x1 convolution on a map."""

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from segdemo.heatmap.network import class_names, classifier, score_map
from segdemo.heatmap.photo import prepared
from segdemo.models.imagenet_classifier import NATIVE_SIZE


@dataclass(frozen=True)
class LinearAndConvolution:
    """Both results for one photo: logits float32 (1000,), from the features float32 (1280,).

    The shapes are those of the two layers' weights, which are the same numbers in memory.
    """

    features: NDArray[np.float32]
    linear: NDArray[np.float32]
    convolution: NDArray[np.float32]
    linear_shape: tuple[int, ...]
    convolution_shape: tuple[int, ...]

    @property
    def difference(self) -> float:
        """The largest difference between the two over all classes."""
        return float(np.abs(self.linear - self.convolution).max())

    @property
    def probabilities(self) -> NDArray[np.float32]:
        """Softmax of the linear layer's logits, (1000,)."""
        return torch.from_numpy(self.linear).softmax(0).numpy()

    def top(self, count: int = 5) -> list[tuple[int, str, float]]:
        """(index, name, probability) of the most probable classes, in order."""
        probabilities, names = self.probabilities, class_names()
        order = np.argsort(-probabilities, kind="stable")[:count]
        return [(int(index), names[index], float(probabilities[index])) for index in order]


@torch.inference_mode()
def linear_and_convolution(image: NDArray[np.uint8]) -> LinearAndConvolution:
    """Classify RGB uint8 (H, W, 3), squeezed whole to 224x224, in both ways."""
    x = prepared(image, (NATIVE_SIZE, NATIVE_SIZE))
    network = classifier()
    vector = network.avgpool(network.features(x)).flatten(1)  # 1280
    logits = network.classifier(vector)  # 1000
    scores = score_map()(x)  # 1000 x 1 x 1, by way of a map
    layer = score_map().score[-1]
    assert isinstance(layer, nn.Conv2d)
    return LinearAndConvolution(
        features=vector[0].numpy(),
        linear=logits[0].numpy(),
        convolution=scores[0, :, 0, 0].numpy(),
        linear_shape=tuple(network.classifier.weight.shape),
        convolution_shape=tuple(layer.weight.shape),
    )
