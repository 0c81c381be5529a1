"""What beta trades: rate against distortion; and a GAN's losses. All from the manifest."""

from dataclasses import dataclass

import numpy as np

from segdemo.generation.shelf import Floats, Model, Shelf, kind_of
from segdemo.models.gan import EQUILIBRIUM_LOSS
from segdemo.models.vae import effective_beta

EQUILIBRIUM = {  # where D can't tell real from generated: D = 1/2 everywhere
    "discriminator": EQUILIBRIUM_LOSS,
    "generator": EQUILIBRIUM_LOSS / 2,
    "d_real": 0.5,
    "d_fake": 0.5,
}


@dataclass(frozen=True)
class Point:
    """A trained beta on held-out images, nats an image: `rate` the KL, `distortion` the NLL term.

    `elbo` = -(rate + distortion), `iw_bound` on the NLL by `iw_samples` samples, whatever beta.
    """

    name: str
    title: str
    beta: float
    rate: float
    distortion: float
    elbo: float
    active_units: int
    latent_dim: int
    iw_bound: float
    iw_samples: int
    split: str


def rate_distortion(shelf: Shelf, data: str, latent_dim: int) -> list[Point]:
    """Every trained beta at a latent size, ascending; [] where none is shipped."""
    entries = shelf.source.entries()
    points = []
    for name in shelf.names():
        entry = entries[name]
        fits = entry["arguments"].get("latent_dim") == latent_dim
        if name.split("-")[0] == data and fits and kind_of(entry) in ("vae", "betavae"):
            scores = entry["metrics"]
            beta = float(entry["beta"])
            points.append(
                Point(
                    name=name,
                    title="VAE" if beta == 1 else f"β = {beta:g}",
                    beta=beta,
                    rate=scores["kl"],
                    distortion=scores["reconstruction_nll"],
                    elbo=scores["elbo"],
                    active_units=scores["active_units"],
                    latent_dim=latent_dim,
                    iw_bound=scores["iw_bound"],
                    iw_samples=scores["iw_samples"],
                    split=scores["split"],
                )
            )
    return sorted(points, key=lambda point: point.beta)


@dataclass(frozen=True)
class Mistake:
    """A way to write the loss, and the beta that it amounts to."""

    reconstruction: str
    kl: str
    effective: float
    is_elbo: bool


def loss_mistakes(weight: float, *, pixels: int, latent_dim: int) -> list[Mistake]:
    """Sums and means of both terms with the KL weighed by `weight`: four ways, the right one first.

    ValueError for a weight that is no positive number.
    """
    if not np.isfinite(weight) or weight <= 0:
        raise ValueError(f"the KL's weight is {weight}, but must be above 0; try 1.")
    found = []
    for pixel_mean in (False, True):
        for latent_mean in (False, True):
            beta = effective_beta(
                weight,
                pixels=pixels,
                latent_dim=latent_dim,
                pixel_mean=pixel_mean,
                latent_mean=latent_mean,
            )
            found.append(
                Mistake(
                    "mean over pixels" if pixel_mean else "sum over pixels",
                    "mean over dimensions" if latent_mean else "sum over dimensions",
                    beta,
                    bool(np.isclose(beta, 1)),
                )
            )
    return found


def curves(model: Model) -> dict[str, Floats]:
    """The recorded training curves by name, a number an epoch; {} for what has no epochs.

    A GAN's: "discriminator" and "generator", the losses, "d_real" and "d_fake", D's mean output.
    """
    rows = model.entry.get("curves", [])
    return {key: np.array([row[key] for row in rows]) for key in (rows[0] if rows else {})}
