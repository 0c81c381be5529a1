"""The shipped ImageNet classifier, its score map over the same parameters, and its classes."""

from difflib import get_close_matches
from functools import lru_cache

import torch

from segdemo import weights
from segdemo.models.convolutionalize import ScoreMap, convolutionalize
from segdemo.models.imagenet_classifier import ImagenetClassifier

WEIGHTS = "imagenet"
SUGGESTIONS = 3


@lru_cache(maxsize=1)
def classifier() -> ImagenetClassifier:
    """EfficientNet-Lite0 in eval mode, in torch's default layout.

    Channels last would be as fast at stride 32 and four times slower where its 5x5 layers are
    dilated. Made outside inference mode, whoever asks first: gradients pass through it.
    """
    with torch.inference_mode(False):
        network: ImagenetClassifier = weights.load(WEIGHTS)
        return network


@lru_cache(maxsize=1)
def score_map() -> ScoreMap:
    """The same parameters as a convolution over images of any size."""
    with torch.inference_mode(False):
        return convolutionalize(classifier())


def class_names() -> list[str]:
    """The 1000 classes of ILSVRC 2012 in the order of their indices, as torchvision names them."""
    names: list[str] = weights.entry(WEIGHTS)["classes"]
    return names


def class_index(given: object) -> int:
    """The index of a class given by its index or, in any case, its name.

    285, "285" and "Egyptian cat" are the same. ValueError for anything else, with near names.
    """
    names = class_names()
    text = str(given).strip()
    if isinstance(given, int | str) and not isinstance(given, bool):
        if text.isascii() and text.isdigit() and int(text[:9]) < len(names):
            return int(text)
        lowered = [name.lower() for name in names]
        if text.lower() in lowered:
            return lowered.index(text.lower())
        near = get_close_matches(text.lower(), lowered, SUGGESTIONS)
        if near:
            offered = ", ".join(names[lowered.index(name)] for name in near)
            raise ValueError(f"class {text[:40]!r} is not known; did you mean {offered}?")
    raise ValueError(
        f"class {text[:40]!r} is not known, but must be a name of ImageNet's or an index from 0 to "
        f"{len(names) - 1}; try 285 or Egyptian cat."
    )
