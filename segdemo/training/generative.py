"""Train one generative model: seed, data, model, optimiser, epochs, save. PCA is only fitted."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from lightning_fabric import Fabric
from safetensors.torch import load_file
from torch import nn

from segdemo.models.autoencoder import PCA
from segdemo.models.generative import GENERATIVE_MODELS
from segdemo.models.likelihood import LIKELIHOODS
from segdemo.models.vae import effective_beta
from segdemo.training.generative_checkpoint import BEST, Run, write_network
from segdemo.training.generative_data import (
    DATASETS,
    Images,
    augmented,
    batch_count,
    batches,
    read_split,
)
from segdemo.training.generative_epoch import cosine, epoch_generators, progress
from segdemo.training.generative_gan import train_gan
from segdemo.training.generative_losses import LOSSES, validation_loss
from segdemo.training.generative_recipes import GenerativeRecipe


def train(recipe: GenerativeRecipe, data: Path, folder: Path, fabric: Fabric) -> Path:
    """Train as the recipe says, resuming from `folder`; returns the checkpoint to ship."""
    fabric.seed_everything(recipe.seed, verbose=False)
    training, validation = (part.to(fabric.device) for part in read_split(recipe.data, data))
    network = build(recipe)
    if recipe.start is not None:
        start_from(network, folder.parent / recipe.start / BEST)
    KINDS[recipe.kind].train(recipe, network, training, validation, folder, fabric)
    return folder / BEST


def build(recipe: GenerativeRecipe) -> nn.Module:
    """The recipe's network, random."""
    return GENERATIVE_MODELS[KINDS[recipe.kind].model](**arguments(recipe))


def start_from(network: nn.Module, weights: Path) -> None:
    """Load the weights of a finished run; ValueError where there are none."""
    if not weights.exists():
        raise ValueError(f"{weights} is missing, and this run starts from it; train it first.")
    network.load_state_dict(load_file(weights))


def arguments(recipe: GenerativeRecipe) -> dict[str, Any]:
    """What the network is built with: sizes and, for a VAE, its likelihood."""
    dataset = DATASETS[recipe.data]
    found: dict[str, Any] = {"image_size": dataset.image_size}
    if recipe.latent_dim:
        found["latent_dim"] = recipe.latent_dim
    else:
        found["num_classes"] = len(dataset.classes)
    if recipe.likelihood is not None:
        found["likelihood"] = recipe.likelihood
    return found


def fit_pca(
    recipe: GenerativeRecipe,
    network: nn.Module,
    training: Images,
    validation: Images,
    folder: Path,
    fabric: Fabric,
) -> None:
    """Fit the mean and the components to all training images."""
    assert isinstance(network, PCA)
    network.to(fabric.device).fit(training.grey())
    write_network(network, folder)


def train_by_loss(
    recipe: GenerativeRecipe,
    network: nn.Module,
    training: Images,
    validation: Images,
    folder: Path,
    fabric: Fabric,
) -> None:
    """One network, one loss, one optimiser; the epoch of least validation loss is kept."""
    loss_of = LOSSES[recipe.kind]
    network = network.to(memory_format=torch.channels_last)  # a quarter faster on a CPU
    steps = batch_count(training, recipe.batch, fabric.world_size)
    optimiser = torch.optim.Adam(network.parameters(), lr=recipe.rate)
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimiser, lambda step: cosine(step / (steps * recipe.epochs))
    )
    run = Run({"network": network, "optimiser": optimiser, "schedule": schedule})
    run.load(folder)
    model, optimiser = fabric.setup(network, optimiser)
    report_beta(recipe, fabric)

    for epoch in range(run.epoch, recipe.epochs):
        order, noise = epoch_generators(recipe, epoch, fabric)
        model.train()
        total = 0.0
        stream = batches(
            training, recipe.batch, order, rank=fabric.global_rank, processes=fabric.world_size
        )
        for image, label in progress(stream, steps, epoch, recipe, fabric):
            if recipe.augment:
                image = augmented(image, noise)
            loss = loss_of(model, image, label, noise, recipe).mean()
            optimiser.zero_grad()
            fabric.backward(loss)
            optimiser.step()
            schedule.step()
            total += loss.item()
        score = validation_loss(network, validation, recipe)
        run.epoch = epoch + 1
        run.history.append({"training": total / steps, "validation": score})
        fabric.print(f"{run.epoch:3d} training {total / steps:.3f} validation {score:.3f}")
        if fabric.global_rank == 0:
            run.save(folder, network, score)
        fabric.barrier()


def report_beta(recipe: GenerativeRecipe, fabric: Fabric) -> None:
    """Print the effective beta of a VAE's loss: both terms are sums, so beta stays what it is."""
    if recipe.likelihood is not None:
        beta = effective_beta(
            recipe.beta,
            pixels=DATASETS[recipe.data].image_size ** 2,
            latent_dim=recipe.latent_dim,
            pixel_mean=False,
            latent_mean=False,
        )
        fabric.print(f"{LIKELIHOODS[recipe.likelihood].title}; effective beta {beta:g}")


@dataclass(frozen=True)
class Kind:
    """The model's name in the manifest, and how it is trained."""

    model: str
    train: Callable[[GenerativeRecipe, nn.Module, Images, Images, Path, Fabric], None]


KINDS: dict[str, Kind] = {
    "autoencoder": Kind("segdemo.models.autoencoder.Autoencoder", train_by_loss),
    "vae": Kind("segdemo.models.vae.VAE", train_by_loss),
    "pca": Kind("segdemo.models.autoencoder.PCA", fit_pca),
    "gan": Kind("segdemo.models.gan.Generator", train_gan),
    "classifier": Kind("segdemo.models.classifier.Classifier", train_by_loss),
}
