"""What a decoder's logits say about pixels: Bernoulli, continuous Bernoulli, Gaussian.

Kingma & Welling, "Auto-Encoding Variational Bayes", ICLR 2014, appendix C (Bernoulli, Gaussian);
Loaiza-Ganem & Cunningham, "The continuous Bernoulli", NeurIPS 2019, equations 4 to 8.
Negative log-likelihoods are nats an image, summed over pixels: (N, 1, S, S) twice to (N,).
Bernoulli counts black and white pixels (a probability); the others measure densities on grey
pixels, so that they may be negative, and no two of the three are comparable.
Deviations: the Gaussian's standard deviation is one constant, not a decoder's output.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional as F

GAUSSIAN_SIGMA = 0.1  # in units of the grey scale from 0 to 1
# Below this |logit| the closed forms divide 0 by 0, and their series are exact to 1e-10.
SERIES_BELOW = 0.2
BEST_LOGIT = 1e8  # beyond the best logit of any float32 that is neither 0 nor 1


def bernoulli_nll(logits: Tensor, image: Tensor) -> Tensor:
    """Cross-entropy in nats; a likelihood where `image` is 0 or 1 everywhere."""
    per_pixel = F.binary_cross_entropy_with_logits(logits, image, reduction="none")
    return per_pixel.flatten(1).sum(1)


def continuous_bernoulli_log_normaliser(logits: Tensor) -> Tensor:
    """log C(lambda), C = 2 atanh(1 - 2 lambda) / (1 - 2 lambda), 2 at lambda = 1/2; elementwise.

    With x = logit / 2 this is log(2 x coth x), whose series about 0 is
    log 2 + x^2/3 - 7 x^4/90 + 62 x^6/2835.
    """
    x = logits.abs() / 2
    near = logits.abs() < SERIES_BELOW
    safe = torch.where(near, torch.ones_like(x), x)  # keeps nan out of the gradient
    far_value = safe.log() - safe.tanh().log()
    square = x * x
    series = square * (1 / 3 - square * (7 / 90 - square * (62 / 2835)))
    return math.log(2) + torch.where(near, series, far_value)


def continuous_bernoulli_nll(logits: Tensor, image: Tensor) -> Tensor:
    """Cross-entropy less log C(lambda): a density on [0, 1] at each pixel."""
    constant = continuous_bernoulli_log_normaliser(logits).flatten(1).sum(1)
    return bernoulli_nll(logits, image) - constant


def continuous_bernoulli_mean(logits: Tensor) -> Tensor:
    """The mean, which is not lambda (lambda 0.2 has 0.388); elementwise.

    1/2 + (coth x - 1/x) / 2 with x = logit / 2, about 0 by the series x/3 - x^3/45 + 2 x^5/945.
    """
    x = logits / 2
    near = logits.abs() < SERIES_BELOW
    safe = torch.where(near, torch.ones_like(x), x)
    square = x * x
    series = x * (1 / 3 - square * (1 / 45 - square * (2 / 945)))
    return 0.5 + torch.where(near, series, 1 / safe.tanh() - 1 / safe) / 2


def gaussian_nll(logits: Tensor, image: Tensor) -> Tensor:
    """Squared error / (2 sigma^2) + pixels / 2 log(2 pi sigma^2), sigma = GAUSSIAN_SIGMA."""
    variance = GAUSSIAN_SIGMA**2
    error = (torch.sigmoid(logits) - image).square().flatten(1)
    return error.sum(1) / (2 * variance) + error.shape[1] / 2 * math.log(2 * math.pi * variance)


def bernoulli_floor(image: Tensor) -> Tensor:
    """The least cross-entropy that any logits reach: the pixels' binary entropies, summed, (N,).

    0 for black and white pixels. Of grey ones the cross-entropy is the negative log-likelihood
    averaged over their binarisations, and this its least value.
    """
    entropy = -torch.xlogy(image, image) - torch.xlogy(1 - image, 1 - image)
    return entropy.flatten(1).sum(1)


def continuous_bernoulli_floor(image: Tensor) -> Tensor:
    """The least negative log-likelihood that any logits reach, (N,); -inf with a pixel at 0 or 1.

    There a density has no upper bound; in between the best logit's mean is the pixel itself.
    """
    pixel = image.double()
    low, high = torch.full_like(pixel, -BEST_LOGIT), torch.full_like(pixel, BEST_LOGIT)
    for _ in range(60):  # bisection: the mean rises with the logit
        middle = (low + high) / 2
        below = continuous_bernoulli_mean(middle) < pixel
        low, high = torch.where(below, middle, low), torch.where(below, high, middle)
    nll = continuous_bernoulli_nll((low + high) / 2, pixel)
    certain = ((pixel <= 0) | (pixel >= 1)).flatten(1).any(1)
    return torch.where(certain, -math.inf, nll).to(image.dtype)


def gaussian_floor(image: Tensor) -> Tensor:
    """The negative log-likelihood of no error at all, (N,)."""
    pixels = image[0].numel()
    constant = pixels / 2 * math.log(2 * math.pi * GAUSSIAN_SIGMA**2)
    return torch.full((len(image),), constant, dtype=image.dtype, device=image.device)


@dataclass(frozen=True)
class Likelihood:
    """`nll(logits, image)` in nats an image, `mean(logits)` as shown, what the pixels must be.

    `floor(image)` (N,) is the least that `nll` can be for an image, whatever the logits.
    """

    title: str
    nll: Callable[[Tensor, Tensor], Tensor]
    mean: Callable[[Tensor], Tensor]
    floor: Callable[[Tensor], Tensor]
    binary: bool  # True: images are binarised, black or white, before encoder and likelihood


LIKELIHOODS: dict[str, Likelihood] = {
    "bernoulli": Likelihood(
        "Bernoulli on dynamically binarised pixels",
        bernoulli_nll,
        torch.sigmoid,
        bernoulli_floor,
        binary=True,
    ),
    "continuous_bernoulli": Likelihood(
        "continuous Bernoulli on grey pixels",
        continuous_bernoulli_nll,
        continuous_bernoulli_mean,
        continuous_bernoulli_floor,
        binary=False,
    ),
    "gaussian": Likelihood(
        f"Gaussian on grey pixels, standard deviation {GAUSSIAN_SIGMA}",
        gaussian_nll,
        torch.sigmoid,
        gaussian_floor,
        binary=False,
    ),
}


def binarise(image: Tensor, generator: torch.Generator) -> Tensor:
    """Each pixel 1 with its grey value as probability, drawn anew: dynamic binarisation.

    Salakhutdinov & Murray, ICML 2008; Burda et al., ICLR 2016.
    """
    return torch.bernoulli(image, generator=generator)
