"""Images to codes and back, and what a classifier makes of images: numpy in and out.

Images are float32 (N, S, S) in [0, 1], ink or object bright on black; codes float64 (N, d).
"""

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from segdemo.generation.shelf import ENCODING, Floats, Model

BATCH = 48  # images at a time: few enough for the processor's caches

Images = NDArray[np.float32]
Pixels = NDArray[np.uint8]


@dataclass(frozen=True, eq=False)
class Encoded:
    """`mean` (N, d); `log_var` (N, d) for a VAE, None for what has no posterior."""

    mean: Floats
    log_var: Floats | None


@torch.inference_mode()
def encode(model: Model, images: Images) -> Encoded:
    """The codes of images (N, S, S); a VAE is given the grey pixels. ValueError for a GAN."""
    if model.kind not in ENCODING:
        raise ValueError(
            f"{model.name} has no encoder; choose an autoencoder, a VAE or PCA, or search for a "
            "code by inversion."
        )
    size = model.image_size
    if images.ndim != 3 or images.shape[1:] != (size, size):
        raise ValueError(
            f"images of shape {images.shape} must be (N, {size}, {size}) for {model.name}; "
            "prepare them first."
        )
    parts = [model.network.encode(part) for part in as_batch(images).split(BATCH)]
    if model.kind in ("vae", "betavae"):
        mean, log_var = (torch.cat(p).double().numpy() for p in zip(*parts, strict=True))
        return Encoded(mean, log_var)
    return Encoded(torch.cat(parts).double().numpy(), None)


@torch.inference_mode()
def decode(model: Model, codes: NDArray[np.floating]) -> Images:
    """The mean images (N, S, S) of codes (N, d), not samples; PCA's may leave [0, 1]."""
    if codes.ndim != 2 or codes.shape[1] != model.latent_dim:
        raise ValueError(
            f"codes of shape {codes.shape} must be (N, {model.latent_dim}) for {model.name}; "
            "take them from the same model."
        )
    generate = model.network if model.kind == "gan" else model.network.decode
    z = torch.from_numpy(np.ascontiguousarray(codes, np.float32))
    parts = [generate(part) for part in z.split(BATCH)]
    return torch.cat(parts)[:, 0].contiguous().numpy()


@torch.inference_mode()
def classify(classifier: Model, images: Images) -> NDArray[np.int64]:
    """The most probable class of each image, by this project's own classifier: (N,)."""
    parts = as_batch(np.clip(images, 0, 1)).split(BATCH)
    return torch.cat([classifier.network(part).argmax(1) for part in parts]).numpy()


def as_batch(images: Images) -> torch.Tensor:
    """(N, S, S) -> float32 (N, 1, S, S)."""
    return torch.from_numpy(np.ascontiguousarray(images, np.float32))[:, None]


def pixels(images: Images) -> Pixels:
    """What is shown: clipped to [0, 1], uint8, of the same shape."""
    return np.rint(np.clip(images, 0, 1) * 255).astype(np.uint8)
