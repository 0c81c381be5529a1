"""The map of a two-dimensional latent space: codes, manifold grid, density, holes, ellipses."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from segdemo import latent
from segdemo.generation.coding import Pixels, decode, encode, pixels
from segdemo.generation.shelf import WITH_PRIOR, Floats, Model

FIELD = 48  # cells a side of density and distance
MANIFOLD, MOST_MANIFOLD = 15, 30  # images a side of the grid
MARGIN = 0.08  # of the codes' span, around them
ELLIPSE_MASS = 0.95
AGGREGATE = "log density of the aggregate posterior, nats"
MIXTURE = "log density of the mixture fitted to the codes, nats"


@dataclass(frozen=True, eq=False)
class Field:
    """Numbers over the plane: `x` (F,), `y` (F,) ascending, values (F, F), row i at y[i].

    `log_density` in nats, `density_title` of what; `distance` to the nearest code: far from all
    codes the decoder was never trained, which is the evidence for a hole.
    """

    x: Floats
    y: Floats
    log_density: Floats
    density_title: str
    distance: Floats


@dataclass(frozen=True, eq=False)
class Manifold:
    """`frames` uint8 (n, n, S, S) decoded at `codes` (n, n, 2): row 0 has the largest z1.

    Columns ascend in z0. Rows and columns lie at quantiles, equal mass around each: of the prior,
    or where there is none of the codes, `of` says which.
    """

    frames: Pixels
    codes: Floats
    of: str


def flat(model: Model) -> Model:
    """The model; ValueError unless it has two latent dimensions and codes."""
    if model.latent_dim != 2:
        raise ValueError(
            f"{model.name} has {model.latent_dim} latent dimensions, but a map needs 2; choose a "
            "model of latent size 2."
        )
    _ = model.known_codes
    return model


def bounds(model: Model) -> tuple[Floats, Floats]:
    """The corners (2,) that hold all codes, a margin around them."""
    mu = flat(model).known_codes.mu
    low, high = mu.min(0), mu.max(0)
    margin = MARGIN * np.maximum(high - low, 1e-6)
    return low - margin, high + margin


@lru_cache(maxsize=12)
def field(model: Model, cells: int = FIELD) -> Field:
    """Density and distance on `cells` x `cells` points within `bounds`; remembered."""
    low, high = bounds(model)
    x, y = (np.linspace(low[axis], high[axis], cells) for axis in (0, 1))
    points = np.stack(np.meshgrid(x, y), axis=-1).reshape(-1, 2)
    codes = model.known_codes
    if codes.log_var is None:
        density, title = codes.mixture.log_density(points), MIXTURE
    else:
        density = latent.aggregate_log_density(points, codes.mu, codes.log_var)
        title = AGGREGATE
    distance = latent.nearest_code(points, codes.mu)[0]
    return Field(x, y, density.reshape(cells, cells), title, distance.reshape(cells, cells))


@lru_cache(maxsize=12)
def manifold(model: Model, side: int = MANIFOLD) -> Manifold:
    """`side` x `side` images over the plane, in quantiles; remembered."""
    if not isinstance(side, int) or not 2 <= side <= MOST_MANIFOLD:
        raise ValueError(f"side={side} must be from 2 to {MOST_MANIFOLD}; try {MANIFOLD}.")
    codes, of = flat(model).known_codes, "the prior N(0, I)"
    grid = latent.quantile_grid(side, side)
    if model.kind not in WITH_PRIOR:
        q = (np.arange(side) + 0.5) / side
        grid = np.stack(
            np.meshgrid(np.quantile(codes.mu[:, 0], q), np.quantile(codes.mu[:, 1], q[::-1])), -1
        )
        of = "the codes, each dimension alone"
    frames = pixels(decode(model, grid.reshape(-1, 2)))
    return Manifold(frames.reshape(side, side, *frames.shape[1:]), grid, of)


@dataclass(frozen=True, eq=False)
class Spot:
    """A point of the plane: `image` uint8 (S, S), and the evidence that it is or isn't a hole.

    `distance` to the nearest code, which is the `index`-th and of class `label`; `percent` of the
    codes have a smaller distance to their own nearest neighbour.
    """

    image: Pixels
    distance: float
    percent: float
    index: int
    label: int


def spot(model: Model, point: Floats) -> Spot:
    """What a code (2,) anywhere decodes to; ValueError unless it is two finite numbers."""
    code = np.asarray(point, np.float64)
    codes = flat(model).known_codes
    if code.shape != (2,) or not np.isfinite(code).all():
        raise ValueError("a point of the map is two finite numbers; click inside the map.")
    distance, index = latent.nearest_code(code[None], codes.mu)
    percent = float(100 * np.mean(codes.spacing < distance[0]))
    nearest = int(index[0])
    image = pixels(decode(model, code[None]))[0]
    return Spot(image, float(distance[0]), percent, nearest, int(codes.labels[nearest]))


def ellipses(model: Model, images: NDArray[np.float32], mass: float = ELLIPSE_MASS) -> list[Floats]:
    """The outlines (49, 2) that hold `mass` of each image's posterior; VAEs alone have one."""
    encoded = encode(flat(model), images)
    if encoded.log_var is None:
        raise ValueError(f"{model.name} has no posterior, only codes; choose a VAE.")
    return [
        latent.posterior_ellipse(mu, log_var, mass)
        for mu, log_var in zip(encoded.mean, encoded.log_var, strict=True)
    ]
