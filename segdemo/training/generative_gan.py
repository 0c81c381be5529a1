"""Train a DCGAN: two networks against each other, the generator averaged over its steps."""

from pathlib import Path

import torch
from lightning_fabric import Fabric
from torch import Tensor, nn
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

from segdemo.models.gan import Discriminator, discriminator_loss, generator_loss
from segdemo.training.generative_checkpoint import Run
from segdemo.training.generative_data import DATASETS, Images, batch_count, batches
from segdemo.training.generative_epoch import epoch_generators, progress
from segdemo.training.generative_recipes import GenerativeRecipe

GAN_BETAS = (0.5, 0.999)  # Adam's; Radford et al., section 4


def train_gan(
    recipe: GenerativeRecipe,
    network: nn.Module,
    training: Images,
    validation: Images,
    folder: Path,
    fabric: Fabric,
) -> None:
    """Two networks against each other. Loss is no quality: the last epoch's average is kept."""
    discriminator = Discriminator(image_size=DATASETS[recipe.data].image_size)
    averaged = AveragedModel(
        network, multi_avg_fn=get_ema_multi_avg_fn(recipe.averaging), use_buffers=True
    ).to(fabric.device)
    g_optimiser = torch.optim.Adam(network.parameters(), lr=recipe.rate, betas=GAN_BETAS)
    d_optimiser = torch.optim.Adam(discriminator.parameters(), lr=recipe.rate, betas=GAN_BETAS)
    run = Run(
        {
            "generator": network, "discriminator": discriminator, "averaged": averaged,
            "g_optimiser": g_optimiser, "d_optimiser": d_optimiser,
        }
    )  # fmt: skip
    run.load(folder)
    g_model, g_optimiser = fabric.setup(network, g_optimiser)
    d_model, d_optimiser = fabric.setup(discriminator, d_optimiser)
    steps = batch_count(training, recipe.batch, fabric.world_size)

    for epoch in range(run.epoch, recipe.epochs):
        order, noise = epoch_generators(recipe, epoch, fabric)
        sums = dict.fromkeys(("discriminator", "generator", "d_real", "d_fake"), 0.0)
        stream = batches(
            training, recipe.batch, order, rank=fabric.global_rank, processes=fabric.world_size
        )
        for image, _ in progress(stream, steps, epoch, recipe, fabric):
            z = torch.randn(len(image), recipe.latent_dim, generator=noise, device=image.device)
            for name, value in step(
                image, z, (g_model, g_optimiser), (d_model, d_optimiser), fabric
            ):
                sums[name] += value
            averaged.update_parameters(network)
        means = {name: value / steps for name, value in sums.items()}
        run.epoch = epoch + 1
        run.history.append(means)
        fabric.print(run.epoch, " ".join(f"{k} {v:.3f}" for k, v in means.items()))
        if fabric.global_rank == 0:
            run.save(folder, averaged.module, -run.epoch)
        fabric.barrier()


def step(
    image: Tensor,
    z: Tensor,
    generator: tuple[nn.Module, torch.optim.Optimizer],
    discriminator: tuple[nn.Module, torch.optim.Optimizer],
    fabric: Fabric,
) -> list[tuple[str, float]]:
    """The discriminator's step, then the generator's against it; both losses, and mean D."""
    (g_model, g_optimiser), (d_model, d_optimiser) = generator, discriminator
    fake = g_model(z)
    real_logits, fake_logits = d_model(image), d_model(fake.detach())
    d_loss = discriminator_loss(real_logits, fake_logits)
    d_optimiser.zero_grad()
    fabric.backward(d_loss)
    d_optimiser.step()

    g_loss = generator_loss(d_model(fake))
    g_optimiser.zero_grad()
    fabric.backward(g_loss)
    g_optimiser.step()
    return [
        ("discriminator", d_loss.item()),
        ("generator", g_loss.item()),
        ("d_real", real_logits.sigmoid().mean().item()),
        ("d_fake", fake_logits.sigmoid().mean().item()),
    ]
