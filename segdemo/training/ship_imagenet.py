"""Write the ImageNet classifier to weights/: float16, compared with its float32 original.

No accuracy is measured here, which would take ImageNet's validation set; the published one is
quoted with its source.
"""

from pathlib import Path
from typing import Any

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from segdemo import images, weights
from segdemo.inference import normalise
from segdemo.models.imagenet_classifier import NATIVE_SIZE, ImagenetClassifier
from segdemo.training.imagenet import load_imagenet_classifier
from segdemo.training.ship import git_commit, test_card, write_entry, write_part

NAME = "imagenet"
PHOTOS = weights.WEIGHTS.parent / "segdemo" / "ui" / "examples"
TRUNK = "features.trunk."
EVERY = 25  # every 25th logit is kept to compare with
PUBLISHED = {
    "top1": 0.751,
    "measured_here": False,
    "source": "EfficientNet-lite0, FP32 accuracy on ImageNet's validation set, as published at "
    "https://github.com/tensorflow/tpu/tree/master/models/official/efficientnet/lite",
}


def ship_imagenet(photos: Path = PHOTOS) -> dict[str, Any]:
    """Write weights/imagenet-*.safetensors from the published file, compare on `photos`, list them.

    `photos` is a folder of JPEGs; the repository's example photos by default.
    """
    original = ImagenetClassifier().eval()
    load_imagenet_classifier(original)
    halved = {k: v.half().contiguous() for k, v in original.state_dict().items()}
    shipped = ImagenetClassifier().eval()
    shipped.load_state_dict(halved)
    agreed = agreement(original, shipped, photos)
    trunk = {k: v for k, v in halved.items() if k.startswith(TRUNK)}
    rest = {k: v for k, v in halved.items() if k not in trunk}
    entry: dict[str, Any] = {
        "model": "segdemo.models.imagenet_classifier.ImagenetClassifier",
        "arguments": {"num_classes": original.classifier.out_features},
        "files": [
            write_part(f"{NAME}-trunk.safetensors", "trunk", trunk),
            write_part(f"{NAME}-classifier.safetensors", "classifier", rest),
        ],
        "classes": imagenet_classes(),
        "normalisation": "(RGB - 127) / 128 on 0-255",
        "dataset": "ImageNet (ILSVRC 2012), by the authors of EfficientNet; nothing trained here",
        "licence": "Apache-2.0: EfficientNet-Lite0, Google (see weights/LICENSE.md)",
        "recipe": "python -m segdemo.training ship-imagenet",
        "seed": 0,  # nothing is drawn
        "commit": git_commit(),
        "metrics": {
            "split": "the example photos, float16 against float32; not measured on ImageNet",
            "published": PUBLISHED,
            "agreement": agreed,
        },
        "golden": reference_logits(shipped),
    }
    write_entry(NAME, entry)
    return entry


def imagenet_classes() -> list[str]:
    """The 1000 names in the order of the logits, from torchvision's weight metadata."""
    from torchvision.models import EfficientNet_B0_Weights

    return list(EfficientNet_B0_Weights.IMAGENET1K_V1.meta["categories"])


def squeezed(pixels: np.ndarray) -> Tensor:
    """RGB uint8 (H, W, 3) -> the classifier's input (1, 3, 224, 224): the whole photo, bicubic."""
    size = (NATIVE_SIZE, NATIVE_SIZE)
    small = Image.fromarray(pixels).resize(size, Image.Resampling.BICUBIC)
    return normalise(torch.from_numpy(np.array(small)).permute(2, 0, 1)[None])


@torch.inference_mode()
def agreement(
    original: ImagenetClassifier, shipped: ImagenetClassifier, photos: Path
) -> dict[str, Any]:
    """How far the two networks' logits lie apart, and each photo's first class, as shipped."""
    files = sorted(photos.glob("*.jpg"))
    if not files:
        raise ValueError(
            f"{photos} holds no .jpg, but the weights are compared on photos; name one."
        )
    names, first, same, largest = imagenet_classes(), {}, 0, 0.0
    for file in files:
        image = squeezed(images.decode(file).pixels)
        wanted, found = original(image)[0], shipped(image)[0]
        largest = max(largest, float((wanted - found).abs().max()))
        same += set(wanted.topk(5).indices.tolist()) == set(found.topk(5).indices.tolist())
        probability, index = found.softmax(0).max(0)
        first[file.stem] = {
            "class": int(index),
            "name": names[int(index)],
            "probability": round(float(probability), 4),
        }
    return {
        "input": f"the whole photo at {NATIVE_SIZE}x{NATIVE_SIZE}, bicubic",
        "photos": len(files),
        "same_top5": same,
        "largest_logit_difference": round(largest, 4),
        "first": first,
    }


@torch.inference_mode()
def reference_logits(network: ImagenetClassifier) -> dict[str, list[float]]:
    """Every 25th logit of the test card, rounded: what a test compares with."""
    card = normalise(torch.from_numpy(test_card()).permute(2, 0, 1)[None])
    logits = network(card)[0, ::EVERY]
    return {"every_25th_logit": [round(float(v), 4) for v in logits]}
