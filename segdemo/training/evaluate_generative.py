"""Score a generative model on a file of images: the numbers of the README and of the manifest.

Nats are per image, summed over pixels. `elbo` = -(reconstruction_nll + kl): a lower bound of the
log-likelihood, the higher the better. `iw_bound` is the importance-weighted upper bound of the
negative log-likelihood, the lower the better, at `iw_samples` samples. Of a Bernoulli they are log
probabilities of binarised pixels, of the others log densities of grey ones.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file
from torch import Tensor, nn
from tqdm import tqdm

from segdemo import weights
from segdemo.models.autoencoder import PCA, Autoencoder
from segdemo.models.classifier import Classifier
from segdemo.models.gan import Generator
from segdemo.models.generative import GENERATIVE_MODELS
from segdemo.models.likelihood import binarise
from segdemo.models.vae import (
    VAE,
    active_units,
    image_nll,
    importance_weighted_nll,
    ledger,
)
from segdemo.training.generative import build
from segdemo.training.generative_data import Images, read_images, read_split
from segdemo.training.generative_recipes import GENERATIVE_RECIPES
from segdemo.training.sampling_scores import sampling_scores

SEED = 0
BATCH = 500
IW_SAMPLES, IW_IMAGES = 500, 1000
# Decoded at a time: few fit the processor's caches, which is twice as fast as a thousand.
IW_BATCH, IW_CHUNK = 10, 10


def evaluate_generative(name: str, file: Path) -> dict[str, Any]:
    """The scores of shipped weights on an npz file with `images` and `labels`."""
    entry = weights.entry(name)
    if entry["model"] not in GENERATIVE_MODELS:
        raise ValueError(f"weights {name!r} are no generative model; use `evaluate` for them.")
    network = weights.load(name)
    images = read_images(file, entry["arguments"]["image_size"])
    return scores(network, images, *companions(name))


def evaluate_checkpoint(name: str, checkpoint: Path, data: Path) -> dict[str, Any]:
    """The scores of a recipe's trained network, before it is shipped, on the validation images."""
    recipe = GENERATIVE_RECIPES[name]
    network = build(recipe)
    network.load_state_dict(load_file(checkpoint), strict=True)
    validation = read_split(recipe.data, data)[1]
    return scores(network.eval(), validation, *companions(name))


def companions(name: str) -> tuple[PCA | None, Classifier | None]:
    """The shipped PCA of the same data and size, and the data's classifier; None where not there.

    `name` is DATA-MODEL-LATENT.
    """
    data, latent_dim = name.split("-")[0], name.split("-")[-1]
    found = [
        weights.load(other) if other in weights.manifest() else None
        for other in (f"{data}-pca-{latent_dim}", f"{data}-classifier")
    ]
    pca, classifier = found
    assert pca is None or isinstance(pca, PCA)
    assert classifier is None or isinstance(classifier, Classifier)
    return pca, classifier


def scores(
    network: nn.Module, images: Images, pca: PCA | None, classifier: Classifier | None
) -> dict[str, Any]:
    """What the network's kind can be scored by; None (JSON's null) where a companion is missing.

    `images` counts the file's. `pca` and `classifier` are in eval mode, as `network`.
    """
    with torch.inference_mode():
        return {"images": len(images), **SCORES[type(network)](network, images, pca, classifier)}


def reconstruction_scores(
    network: Any, images: Images, pca: PCA | None, classifier: Classifier | None
) -> dict[str, Any]:
    """Mean squared error a pixel of the reconstructions of all images, and of PCA's."""
    return {
        "reconstruction_mse": mean_squared_error(network, images),
        "pca_mse": None if pca is None else mean_squared_error(pca, images),
    }


def vae_scores(
    network: VAE, images: Images, pca: PCA | None, classifier: Classifier | None
) -> dict[str, Any]:
    """Reconstruction from the posterior's mean, the bounds, active units, samples of the prior."""
    latent_dim = network.encoder.code.out_features // 2
    return {
        "reconstruction_mse": mean_squared_error(network, images),
        "pca_mse": None if pca is None else mean_squared_error(pca, images),
        **bounds(network, images),
        **sampling_scores(lambda z: network.decode(z), latent_dim, images, classifier),
    }


def gan_scores(
    network: Generator, images: Images, pca: PCA | None, classifier: Classifier | None
) -> dict[str, Any]:
    """Samples alone: a GAN has neither an encoder nor a likelihood."""
    return sampling_scores(network, network.project.in_features, images, classifier)


def classifier_scores(
    network: Classifier, images: Images, pca: PCA | None, classifier: Classifier | None
) -> dict[str, Any]:
    """The share of images whose class is right."""
    right = [network(part.grey()).argmax(1) == part.labels for part in parts(images, "classifying")]
    return {"accuracy": torch.cat(right).double().mean().item()}


SCORES: dict[type[nn.Module], Callable[..., dict[str, Any]]] = {
    Autoencoder: reconstruction_scores,
    PCA: reconstruction_scores,
    VAE: vae_scores,
    Generator: gan_scores,
    Classifier: classifier_scores,
}


def parts(images: Images, task: str) -> list[Images]:
    """BATCH images at a time, behind a progress bar on standard error."""
    starts = range(0, len(images), BATCH)
    return tqdm([images[slice(s, s + BATCH)] for s in starts], desc=task, mininterval=10)


def mean_squared_error(network: Autoencoder | PCA | VAE, images: Images) -> float:
    """Squared error a pixel, pixels in [0, 1], of the images decoded from their mean codes.

    A digit VAE is given the grey pixels too, as on the page. PCA's values are not clipped.
    """
    total = 0.0
    for part in parts(images, "reconstructing"):
        grey = part.grey()
        error = network.decode(mean_code(network, grey)) - grey
        total += error.double().square().sum().item()
    return total / images.pixels.numel()


def mean_code(network: Autoencoder | PCA | VAE, image: Tensor) -> Tensor:
    """The code (N, d) of grey images; for a VAE the posterior's mean."""
    return network.encode(image)[0] if isinstance(network, VAE) else network.encode(image)


def bounds(network: VAE, images: Images) -> dict[str, Any]:
    """ELBO and its two terms over all images, the importance-weighted bound over a subset.

    One binarisation (where the likelihood is Bernoulli) and one posterior sample an image.
    """
    generator = torch.Generator().manual_seed(SEED)
    reconstruction, kl, mus = [], [], []
    for part in parts(images, "ELBO"):
        image = model_input(network, part, generator)
        mu, log_var = network.encode(image)
        logits, mu, log_var = network(image, torch.randn(mu.shape, generator=generator))
        book = ledger(network.likelihood, logits, mu, log_var, image)
        reconstruction.append(book.reconstruction.double())
        kl.append(book.kl.double().sum(1))
        mus.append(mu)
    nll, divergence = torch.cat(reconstruction).mean().item(), torch.cat(kl).mean().item()
    iw = importance_weighted(network, images, generator)
    return {
        "elbo": -(nll + divergence),
        "reconstruction_nll": nll,
        "kl": divergence,
        "iw_bound": iw.mean().item(),
        "iw_samples": IW_SAMPLES,
        "iw_images": len(iw),
        "iw_standard_error": (iw.std() / len(iw) ** 0.5).item(),
        "active_units": active_units(torch.cat(mus)),
    }


def importance_weighted(network: VAE, images: Images, generator: torch.Generator) -> Tensor:
    """The bound of each of at most IW_IMAGES images drawn from the file: float64, nats."""
    chosen = torch.randperm(len(images), generator=generator)[:IW_IMAGES]
    values = []
    for index in tqdm(chosen.split(IW_BATCH), desc="importance-weighted bound", mininterval=10):
        image = model_input(network, images[index], generator)
        mu, log_var = network.encode(image)
        nll = image_nll(network, image)
        values.append(
            importance_weighted_nll(
                mu, log_var, nll, samples=IW_SAMPLES, generator=generator, chunk=IW_CHUNK
            )
        )
    return torch.cat(values).double()


def model_input(network: VAE, images: Images, generator: torch.Generator) -> Tensor:
    """Grey pixels, or these binarised where the likelihood asks for it."""
    grey = images.grey()
    return binarise(grey, generator) if network.likelihood.binary else grey
