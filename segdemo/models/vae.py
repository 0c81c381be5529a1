"""Variational autoencoder and beta-VAE: network, per-image ledger, importance-weighted bound.

Kingma & Welling, "Auto-Encoding Variational Bayes", ICLR 2014, equations 3 and 10, appendix B;
beta: Higgins et al., "beta-VAE", ICLR 2017, equation 4; the bound: Burda, Grosse & Salakhutdinov,
"Importance Weighted Autoencoders", ICLR 2016, equation 8, and its active units, section 5.
In: (N, 1, S, S), S = 28 or 64, in [0, 1]. Code: mean and log variance, (N, latent_dim) each.
Out: logits (N, 1, S, S), read by the likelihood that the network was trained with.
Deviations: the encoder and decoder of `autoencoder`, convolutional where the paper's are
perceptrons; the Gaussian's variance is fixed; beta is a weight, not a multiplier that is adapted.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from segdemo.models.autoencoder import Decoder, Encoder
from segdemo.models.likelihood import LIKELIHOODS, Likelihood

ACTIVE_VARIANCE = 0.01  # Burda et al., section 5


class VAE(nn.Module):
    """`likelihood` is a key of LIKELIHOODS. For a beta-VAE only the training differs."""

    def __init__(
        self,
        *,
        image_size: int,
        latent_dim: int,
        likelihood: str,
        width: int = 16,
        hidden: int = 128,
    ):
        super().__init__()
        if likelihood not in LIKELIHOODS:
            raise ValueError(
                f"likelihood {likelihood!r} is not known; choose from {', '.join(LIKELIHOODS)}."
            )
        self.likelihood = LIKELIHOODS[likelihood]
        self.encoder = Encoder(
            image_size=image_size, outputs=2 * latent_dim, width=width, hidden=hidden
        )
        self.decoder = Decoder(
            image_size=image_size, latent_dim=latent_dim, width=width, hidden=hidden
        )

    def encode(self, image: Tensor) -> tuple[Tensor, Tensor]:
        """The posterior's `mu` and `log_var`, (N, latent_dim) each."""
        mu, log_var = self.encoder(image).chunk(2, dim=1)
        return mu, log_var

    def decode(self, z: Tensor) -> Tensor:
        """The likelihood's mean image (N, 1, S, S) in [0, 1], not a sample of it."""
        return self.likelihood.mean(self.decoder(z))

    def forward(self, image: Tensor, noise: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Logits of one posterior sample, `mu`, `log_var`; `noise` (N, latent_dim) is N(0, I)."""
        mu, log_var = self.encode(image)  # (N, latent_dim) each
        z = posterior_sample(mu, log_var, noise)  # (N, latent_dim)
        return self.decoder(z), mu, log_var  # logits (N, 1, S, S)


def posterior_sample(mu: Tensor, log_var: Tensor, noise: Tensor) -> Tensor:
    """mu + sigma * noise, the reparametrised sample; shapes broadcast."""
    return mu + torch.exp(log_var / 2) * noise


def kl_per_dimension(mu: Tensor, log_var: Tensor) -> Tensor:
    """KL(N(mu, sigma^2) || N(0, 1)) in nats, elementwise: (N, latent_dim)."""
    # expm1 keeps what is left when a dimension is nearly the prior.
    return 0.5 * (mu.square() + torch.expm1(log_var) - log_var)


@dataclass(frozen=True)
class Ledger:
    """What an image costs, in nats: `reconstruction` (N,) and `kl` (N, latent_dim)."""

    reconstruction: Tensor
    kl: Tensor

    @property
    def total(self) -> Tensor:
        """The negative ELBO (N,), whatever beta the network was trained with."""
        return self.reconstruction + self.kl.sum(1)

    def objective(self, beta: float) -> Tensor:
        """What training minimises (N,): the negative ELBO only where beta is 1."""
        return self.reconstruction + beta * self.kl.sum(1)


def ledger(
    likelihood: Likelihood, logits: Tensor, mu: Tensor, log_var: Tensor, image: Tensor
) -> Ledger:
    """The ledger of a forward pass, the reconstruction term from its one posterior sample.

    `image` as the likelihood takes it: binarised for the Bernoulli. Logits decoded from `mu`
    instead give "the reconstruction from the mean", which is not the ELBO's expectation.
    """
    return Ledger(likelihood.nll(logits, image), kl_per_dimension(mu, log_var))


def effective_beta(
    weight: float, *, pixels: int, latent_dim: int, pixel_mean: bool, latent_mean: bool
) -> float:
    """The beta of equation 4 that a loss `reconstruction + weight * KL` amounts to.

    A reconstruction averaged over pixels makes the KL count `pixels` times as much; a KL averaged
    over dimensions makes it count `latent_dim` times less. Sums of both leave `weight`.
    """
    return weight * (pixels if pixel_mean else 1) / (latent_dim if latent_mean else 1)


def importance_weighted_nll(
    mu: Tensor,
    log_var: Tensor,
    nll: Callable[[Tensor], Tensor],
    *,
    samples: int,
    generator: torch.Generator,
    chunk: int = 20,
) -> Tensor:
    """-[logsumexp_k(log p(x|z_k) + log p(z_k) - log q(z_k|x)) - log K], K = `samples`: (N,) nats.

    `mu`, `log_var` (N, d) are q(z|x); p(z) is N(0, I); `nll` maps z (k, N, d) to -log p(x|z), (k,
    N). At most `chunk` samples are in memory at a time. An upper bound on -log p(x) in expectation
    that falls with K, so name K beside it.
    """
    if samples < 1 or chunk < 1:
        raise ValueError(f"samples={samples} and chunk={chunk} must be at least 1; try 500 and 20.")
    total = torch.full_like(mu[:, 0], -math.inf)
    for start in range(0, samples, chunk):
        shape = (min(chunk, samples - start), *mu.shape)
        noise = torch.randn(shape, generator=generator, dtype=mu.dtype, device=mu.device)
        z = posterior_sample(mu, log_var, noise)  # (k, N, d)
        # log p(z) - log q(z|x); log(2 pi) / 2 cancels.
        log_ratio = 0.5 * (noise.square() + log_var - z.square()).sum(-1)  # (k, N)
        total = torch.logaddexp(total, torch.logsumexp(log_ratio - nll(z), dim=0))
    return math.log(samples) - total


def image_nll(network: VAE, image: Tensor) -> Callable[[Tensor], Tensor]:
    """z (k, N, d) -> -log p(image|z) (k, N): what `importance_weighted_nll` asks for."""

    def nll(z: Tensor) -> Tensor:
        count = z.shape[0]
        repeated = image.expand(count, *image.shape).flatten(0, 1)  # (k N, 1, S, S)
        logits = network.decoder(z.flatten(0, 1))  # (k N, 1, S, S)
        return network.likelihood.nll(logits, repeated).unflatten(0, (count, -1))

    return nll


def active_units(mu: Tensor) -> int:
    """How many dimensions of the posterior means (N, d) vary over images by more than 0.01."""
    return int((mu.var(0) > ACTIVE_VARIANCE).sum())
