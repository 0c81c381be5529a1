"""Score what a model draws from its prior, by the features of this project's own classifier."""

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from segdemo import metrics
from segdemo.models.classifier import Classifier
from segdemo.training.generative_data import Images
from segdemo.training.precision_recall import precision_recall

SEED = 0
BATCH = 500
HISTOGRAM_SAMPLES = 10_000
# At most this many real images on either side of a distance, and as many samples.
COMPARED = 5_000


def sampling_scores(
    decode: Callable[[Tensor], Tensor],
    latent_dim: int,
    images: Images,
    classifier: Classifier | None,
) -> dict[str, Any]:
    """Samples (decoder means of z drawn from N(0, I)) against real images, seen by the classifier.

    The file is cut at random into two halves of at most COMPARED. The distance is that of as many
    samples to the first half, the floor that of the second half to the first, so that both have
    the same bias. The histogram counts the classes of HISTOGRAM_SAMPLES samples, as fractions.
    """
    names = ("frechet_classifier_distance", "frechet_real_floor", "precision", "recall")
    if classifier is None:
        return dict.fromkeys((*names, "class_histogram"))
    generator = torch.Generator().manual_seed(SEED)
    size = min(COMPARED, len(images) // 2)
    order = torch.randperm(len(images), generator=generator)
    first, second = (features_of(classifier, images[order[s : s + size]].grey()) for s in (0, size))
    z = torch.randn(HISTOGRAM_SAMPLES, latent_dim, generator=generator)
    drawn = torch.cat([features_of(classifier, decode(part)) for part in z.split(BATCH)])
    counts = classifier.score(drawn).argmax(1).bincount(minlength=classifier.score.out_features)
    distance, floor = (
        metrics.frechet_distance(first.numpy(), other.numpy()) for other in (drawn[:size], second)
    )
    precision, recall = precision_recall(first, drawn[:size])
    return {
        **dict(zip(names, (distance, floor, precision, recall), strict=True)),
        "class_histogram": (counts.double() / counts.sum()).tolist(),
        "compared_images": size,
        "histogram_samples": HISTOGRAM_SAMPLES,
    }


def features_of(classifier: Classifier, image: Tensor) -> Tensor:
    """The classifier's features (N, 64) of grey images (N, 1, S, S)."""
    return torch.cat([classifier.features(part) for part in image.split(BATCH)])
