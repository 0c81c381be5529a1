"""DCGAN: generator and discriminator, with the non-saturating loss.

Goodfellow et al., "Generative Adversarial Nets", NeurIPS 2014, equation 1, and section 3 for the
generator's -log D(G(z)) instead of log(1 - D(G(z))); Radford, Metz & Chintala, "Unsupervised
Representation Learning with Deep Convolutional Generative Adversarial Networks", ICLR 2016,
figure 1 and section 3.
In: z (N, latent_dim), N(0, I). Out: images (N, 1, S, S) in [0, 1], S = 28 or 64; D: logits (N,).
Deviations: two or three stages, not four, and narrower (grey 28x28 or 64x64); z is normal, not
uniform; a sigmoid ends the generator where the paper has tanh on [-1, 1]; what is shown are weights
averaged over the training steps. There is no encoder: an image's z can only be searched for.
"""

import math
from collections import OrderedDict

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from segdemo.models.autoencoder import map_sizes

EQUILIBRIUM_LOSS = math.log(4)  # the discriminator's where D = 1/2 everywhere


class Generator(nn.Module):
    """Transposed convolutions from z to an image."""

    def __init__(self, *, image_size: int, latent_dim: int, width: int = 32):
        super().__init__()
        sizes = map_sizes(image_size)
        stages = len(sizes) - 1
        top = width << (stages - 1)
        self.project = nn.Linear(latent_dim, top * sizes[-1] ** 2, bias=False)
        self.start_size = (top, sizes[-1], sizes[-1])
        layers: OrderedDict[str, nn.Module] = OrderedDict()
        layers["bn0"] = nn.BatchNorm2d(top)
        layers["relu0"] = nn.ReLU()
        for stage in range(1, stages):
            channels = top >> stage
            layers[f"up{stage}"] = nn.ConvTranspose2d(2 * channels, channels, 4, 2, 1, bias=False)
            layers[f"bn{stage}"] = nn.BatchNorm2d(channels)
            layers[f"relu{stage}"] = nn.ReLU()
        layers[f"up{stages}"] = nn.ConvTranspose2d(width, 1, 4, 2, 1)
        self.convolutions = nn.Sequential(layers)
        initialise(self)

    def forward(self, z: Tensor) -> Tensor:
        x = self.project(z).unflatten(1, self.start_size)  # (N, 64, 7, 7) for 28x28
        return torch.sigmoid(self.convolutions(x))  # (N, 1, S, S)


class Discriminator(nn.Module):
    """Strided convolutions from an image to one logit: above 0 says "real"."""

    def __init__(self, *, image_size: int, width: int = 32):
        super().__init__()
        sizes = map_sizes(image_size)
        layers: OrderedDict[str, nn.Module] = OrderedDict()
        layers["down1"] = nn.Conv2d(1, width, 4, 2, 1)
        layers["act1"] = nn.LeakyReLU(0.2)
        for stage in range(2, len(sizes)):
            channels = width << (stage - 1)
            layers[f"down{stage}"] = nn.Conv2d(channels // 2, channels, 4, 2, 1, bias=False)
            layers[f"bn{stage}"] = nn.BatchNorm2d(channels)
            layers[f"act{stage}"] = nn.LeakyReLU(0.2)
        self.convolutions = nn.Sequential(layers)
        self.score = nn.Linear((width << (len(sizes) - 2)) * sizes[-1] ** 2, 1)
        initialise(self)

    def forward(self, image: Tensor) -> Tensor:
        x = self.convolutions(image)  # (N, 64, 7, 7) for 28x28
        return self.score(x.flatten(1))[:, 0]  # (N,)


def initialise(network: nn.Module) -> None:
    """Radford et al., section 4: weights normal with 0.02, batch norm's gain about 1."""
    for module in network.modules():
        if isinstance(module, nn.BatchNorm2d):
            nn.init.normal_(module.weight, 1.0, 0.02)
        elif isinstance(module, nn.Conv2d | nn.ConvTranspose2d | nn.Linear):
            nn.init.normal_(module.weight, std=0.02)


def discriminator_loss(real_logits: Tensor, fake_logits: Tensor) -> Tensor:
    """-log D(x) - log(1 - D(G(z))), each averaged over its batch; ln 4 where D is 1/2."""
    return F.softplus(-real_logits).mean() + F.softplus(fake_logits).mean()


def generator_loss(fake_logits: Tensor) -> Tensor:
    """-log D(G(z)) averaged over the batch, the non-saturating loss; ln 2 where D is 1/2."""
    return F.softplus(-fake_logits).mean()
