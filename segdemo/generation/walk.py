"""Walking a latent space along its dimensions, in quantiles, and along attributes' directions."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr, ndtri

from segdemo import latent
from segdemo.generation.coding import Pixels, decode, pixels
from segdemo.generation.shelf import WITH_PRIOR, Floats, Model

LOWEST, HIGHEST = 0.01, 0.99  # the sliders' ends, as quantiles
STEPS, MOST_STEPS = 9, 25


@dataclass(frozen=True)
class Dimension:
    """One latent dimension; over the stored codes `kl` is the mean in nats, `variance` mu's.

    `kl` and `active` (variance above 0.01) are None where there is no posterior. `low` and `high`
    are z at the slider's ends.
    """

    index: int
    kl: float | None
    variance: float | None
    active: bool | None
    low: float
    high: float


def dimensions(model: Model) -> list[Dimension]:
    """All dimensions, a VAE's by KL, an autoencoder's and PCA's by variance, a GAN's in order."""
    size, codes = model.latent_dim, model.codes
    ends = np.stack([at_quantiles(model, np.full(size, q)) for q in (LOWEST, HIGHEST)])
    if codes is None:
        return [Dimension(j, None, None, None, *ends[:, j]) for j in range(size)]
    kl = None if codes.kl is None else codes.kl.mean(0)
    order = np.argsort(-(codes.variances if kl is None else kl), kind="stable")
    return [
        Dimension(
            index=int(j),
            kl=None if kl is None else float(kl[j]),
            variance=float(codes.variances[j]),
            active=None if kl is None else bool(codes.active[j]),
            low=float(ends[0, j]),
            high=float(ends[1, j]),
        )
        for j in order
    ]


def at_quantiles(model: Model, quantiles: Floats) -> Floats:
    """z at quantiles (d,) in (0, 1): the prior's where there is one, else those of the codes."""
    q = np.clip(np.asarray(quantiles, np.float64), LOWEST, HIGHEST)
    if q.shape != (model.latent_dim,):
        raise ValueError(
            f"{q.size} quantiles are given, but {model.name} has {model.latent_dim} dimensions; "
            "give one for each."
        )
    if model.kind in WITH_PRIOR:
        return ndtri(q)
    mu = model.known_codes.mu
    return np.array([np.quantile(mu[:, j], q[j]) for j in range(len(q))])


def quantiles_of(model: Model, code: Floats) -> Floats:
    """Where a code (d,) stands, by dimension: the inverse of `at_quantiles`, within its range."""
    z = np.asarray(code, np.float64)
    if model.kind in WITH_PRIOR:
        return np.clip(ndtr(z), LOWEST, HIGHEST)
    mu = np.sort(model.known_codes.mu, axis=0)
    at = np.linspace(0, 1, len(mu))
    return np.clip([np.interp(z[j], mu[:, j], at) for j in range(len(z))], LOWEST, HIGHEST)


@dataclass(frozen=True, eq=False)
class Step:
    """`image` uint8 (S, S) of a code, and `changed` float32 (S, S): its difference to another's."""

    image: Pixels
    changed: NDArray[np.float32]


def moved(model: Model, code: Floats, start: Floats) -> Step:
    """The image of `code` (d,) and what changed from that of `start` (d,), signed."""
    new, old = np.clip(decode(model, np.stack([code, start])), 0, 1)
    return Step(pixels(new), new - old)


@dataclass(frozen=True, eq=False)
class Traversal:
    """A row a dimension: `dimension` (R,), `quantiles` (T,), `frames` uint8 (R, T, S, S).

    `changed` float32 (R, S, S): the mean over the steps of the absolute difference to the image
    of the code that the walk starts from.
    """

    dimension: NDArray[np.int64]
    quantiles: Floats
    frames: Pixels
    changed: NDArray[np.float32]


def traversal(model: Model, code: Floats, rows: int = 8, columns: int = STEPS) -> Traversal:
    """The first `rows` dimensions of `dimensions`, each through `columns` quantiles, one pass."""
    if not 1 <= columns <= MOST_STEPS or rows < 1:
        raise ValueError(
            f"rows={rows} and columns={columns} must be at least 1 and columns at most "
            f"{MOST_STEPS}; try 8 and {STEPS}."
        )
    order = np.array([d.index for d in dimensions(model)[:rows]])
    quantiles = (np.arange(columns) + 0.5) / columns
    values = np.stack([at_quantiles(model, np.full(model.latent_dim, q)) for q in quantiles])
    walks = [latent.traversal(code, int(j), values[:, j]) for j in order]
    made = np.clip(decode(model, np.concatenate([*walks, np.asarray(code)[None]])), 0, 1)
    frames = made[:-1].reshape(len(order), columns, *made.shape[1:])
    return Traversal(order, quantiles, pixels(frames), np.abs(frames - made[-1]).mean(1))
