"""Inversion of a GAN by optimisation: the search for a z whose image is a given one.

A GAN has no encoder. Sought is the most probable z if the image were G(z) plus Gaussian noise of
standard deviation NOISE: the minimum of |G(z) - x|^2 / (2 NOISE^2) + |z|^2 / 2, by Adam from
several seeded starts at once. Creswell & Bharath, "Inverting the Generator of a Generative
Adversarial Network", 2016; the prior's term keeps z where the generator was trained.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from segdemo.generation.coding import Pixels, as_batch, pixels
from segdemo.generation.shelf import Floats, Model

STEPS, MOST_STEPS = 200, 500
RESTARTS, MOST_RESTARTS = 4, 8
REPORTED = 10  # steps between two reports
RATE = 0.1
NOISE = 0.1  # of the grey scale


@dataclass(frozen=True, eq=False)
class Progress:
    """After `step` of `steps`: the best start's `image` uint8 (S, S), `z` (d,) and `mse` a pixel.

    `errors` (R,) are the squared errors a pixel of all starts. `done` at the last report.
    """

    step: int
    steps: int
    image: Pixels
    z: Floats
    mse: float
    errors: Floats

    @property
    def done(self) -> bool:
        return self.step == self.steps


def invert(
    model: Model,
    image: NDArray[np.float32],
    *,
    seed: int = 0,
    steps: int = STEPS,
    restarts: int = RESTARTS,
) -> Iterator[Progress]:
    """Search z of an image (S, S), reporting every 10 steps; closing the iterator ends the search.

    ValueError, at once, for another model than a GAN, an image of another size, or bounds passed.
    """
    if model.kind != "gan":
        raise ValueError(f"{model.name} has an encoder; encode the image instead of searching.")
    if image.shape != (model.image_size, model.image_size):
        raise ValueError(
            f"an image of shape {image.shape} must be ({model.image_size}, {model.image_size}); "
            "prepare it first."
        )
    if not 1 <= steps <= MOST_STEPS or not 1 <= restarts <= MOST_RESTARTS:
        raise ValueError(
            f"steps={steps} and restarts={restarts} must be from 1 to {MOST_STEPS} and "
            f"{MOST_RESTARTS}; try {STEPS} and {RESTARTS}."
        )
    return searched(model, image, seed, steps, restarts)


def searched(
    model: Model, image: NDArray[np.float32], seed: int, steps: int, restarts: int
) -> Iterator[Progress]:
    """The search itself; no torch mode is held over a yield."""
    target = as_batch(image[None])
    generator = torch.Generator().manual_seed(seed)
    z = torch.randn(restarts, model.latent_dim, generator=generator).requires_grad_()
    optimiser = torch.optim.Adam([z], lr=RATE)
    for step in range(1, steps + 1):
        with torch.enable_grad():
            objective = map_objective(model, z, target)
            optimiser.zero_grad()
            objective.sum().backward()
        optimiser.step()
        if step % REPORTED == 0 or step == steps:
            yield report(model, z, target, step, steps)


def map_objective(model: Model, z: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
    """|G(z) - x|^2 / (2 NOISE^2) + |z|^2 / 2 of each start, nats up to a constant: (R,)."""
    error = (model.network(z) - target).square().flatten(1).sum(1)
    return error / (2 * NOISE**2) + z.square().sum(1) / 2


@torch.no_grad()
def report(model: Model, z: torch.Tensor, target: torch.Tensor, step: int, steps: int) -> Progress:
    """The best start by the objective, and every start's squared error."""
    best = int(map_objective(model, z, target).argmin())
    made = model.network(z)
    errors = (made - target).square().flatten(1).mean(1).double().numpy()
    image = pixels(made[best, 0].numpy())
    return Progress(step, steps, image, z[best].double().numpy(), float(errors[best]), errors)
