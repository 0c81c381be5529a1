"""What each kind of generative model minimises: one number an image."""

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from segdemo.models.autoencoder import squared_error
from segdemo.models.likelihood import LIKELIHOODS, binarise
from segdemo.models.vae import ledger
from segdemo.training.generative_data import Images
from segdemo.training.generative_recipes import GenerativeRecipe

VALIDATION_BATCH = 500


def autoencoder_loss(
    model: nn.Module, image: Tensor, label: Tensor, noise: torch.Generator, recipe: GenerativeRecipe
) -> Tensor:
    """The summed squared error of each image (N,)."""
    return squared_error(model(image), image)


def vae_loss(
    model: nn.Module, image: Tensor, label: Tensor, noise: torch.Generator, recipe: GenerativeRecipe
) -> Tensor:
    """Nats summed over pixels, plus beta times nats summed over dimensions, of each image (N,)."""
    likelihood = LIKELIHOODS[str(recipe.likelihood)]
    if likelihood.binary:
        image = binarise(image, noise)
    drawn = torch.randn(len(image), recipe.latent_dim, generator=noise, device=image.device)
    logits, mu, log_var = model(image, drawn)
    return ledger(likelihood, logits, mu, log_var, image).objective(recipe.beta)


def classifier_loss(
    model: nn.Module, image: Tensor, label: Tensor, noise: torch.Generator, recipe: GenerativeRecipe
) -> Tensor:
    """The cross-entropy of each image (N,)."""
    return F.cross_entropy(model(image), label, reduction="none")


LOSSES = {"autoencoder": autoencoder_loss, "vae": vae_loss, "classifier": classifier_loss}


@torch.inference_mode()
def validation_loss(network: nn.Module, images: Images, recipe: GenerativeRecipe) -> float:
    """The recipe's loss, averaged over all images; the same noise at every epoch."""
    noise = torch.Generator(images.pixels.device).manual_seed(recipe.seed)
    network.eval()
    total = 0.0
    for start in range(0, len(images), VALIDATION_BATCH):
        part = images[slice(start, start + VALIDATION_BATCH)]
        loss = LOSSES[recipe.kind](network, part.grey(), part.labels, noise, recipe)
        total += loss.sum().item()
    return total / len(images)
