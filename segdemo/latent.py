"""Moving in a latent space: paths, grids, walks, directions, densities. Numpy and scipy only.

Codes are float arrays (N, d), one row an image; a single code is (d,). Randomness enters as a numpy
Generator.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.linalg import solve_triangular
from scipy.spatial import cKDTree
from scipy.special import gammaln, logsumexp, ndtri

Floats = NDArray[np.float64]

# Below this sine of the angle, slerp's weights lose their digits and a straight line is the answer.
PARALLEL = 1e-6


def lerp(start: ArrayLike, end: ArrayLike, t: ArrayLike) -> Floats:
    """(1 - t) start + t end for each t: codes (d,) and t (T,) to (T, d); t = 0, 1 are exact."""
    a, b = _pair(start, end)
    steps = np.asarray(t, np.float64)[:, None]
    return (1 - steps) * a + steps * b


def slerp(start: ArrayLike, end: ArrayLike, t: ArrayLike) -> Floats:
    """sin((1-t) W)/sin W start + sin(t W)/sin W end, W the angle between: (T, d).

    Shoemake, SIGGRAPH 1985, section 3.3. Keeps the norm where both ends have the same. Falls back
    to `lerp` where sin W is near 0: parallel, opposite, or zero ends. It has a reason for draws
    from N(0, I) in many dimensions, whose norms are all near sqrt(d); none in two dimensions or
    for an autoencoder without a prior.
    """
    a, b = _pair(start, end)
    norms = np.linalg.norm(a) * np.linalg.norm(b)
    cosine = float(np.clip(a @ b / norms, -1, 1)) if norms > 0 else 1.0
    angle = np.arccos(cosine)
    if np.sin(angle) < PARALLEL:
        return lerp(a, b, t)
    steps = np.asarray(t, np.float64)[:, None]
    return (np.sin((1 - steps) * angle) * a + np.sin(steps * angle) * b) / np.sin(angle)


def prior_quantiles(count: int) -> Floats:
    """The N(0, 1) quantiles at (i + 1/2) / count, ascending: (count,), equal mass around each."""
    if count < 1:
        raise ValueError(f"count={count} must be at least 1; try 15.")
    return ndtri((np.arange(count) + 0.5) / count)


def quantile_grid(rows: int, columns: int) -> Floats:
    """Codes (rows, columns, 2) of a manifold grid in prior quantiles, as an image lies.

    Dimension 0 ascends from left to right; dimension 1 ascends from the bottom row to the top one,
    so row 0 has the largest: the grid lies over a plot with its y axis upwards.
    """
    across, up = np.meshgrid(prior_quantiles(columns), prior_quantiles(rows)[::-1])
    return np.stack([across, up], axis=-1)


def traversal(code: ArrayLike, dimension: int, values: ArrayLike) -> Floats:
    """`code` (d,) with one dimension set to each of `values` (T,): (T, d)."""
    base = np.asarray(code, np.float64)
    if not 0 <= dimension < base.size:
        raise ValueError(
            f"dimension={dimension} must be from 0 to {base.size - 1}, the code's last."
        )
    steps = np.asarray(values, np.float64)
    walk = np.tile(base, (len(steps), 1))
    walk[:, dimension] = steps
    return walk


def attribute_direction(codes: ArrayLike, has: ArrayLike) -> Floats:
    """Mean of the codes that have an attribute less the mean of the others: (d,).

    `has` (N,) is boolean. White, "Sampling Generative Networks", 2016, section 3.
    """
    rows, mask = np.asarray(codes, np.float64), np.asarray(has, bool)
    if mask.all() or not mask.any():
        raise ValueError(
            f"{int(mask.sum())} of {mask.size} codes have the attribute; a direction needs some "
            "with and some without: choose two classes."
        )
    return rows[mask].mean(0) - rows[~mask].mean(0)


def nearest_code(points: ArrayLike, codes: ArrayLike) -> tuple[Floats, NDArray[np.int64]]:
    """Euclidean distance from each point (P, d) to its nearest code (N, d), and which: (P,) each.

    Far from all codes the decoder was never trained: the evidence for a "hole".
    """
    distances, indices = cKDTree(np.asarray(codes)).query(np.asarray(points))
    return np.asarray(distances, np.float64), np.asarray(indices, np.int64)


def neighbour_distances(codes: ArrayLike) -> Floats:
    """Euclidean distance from each code (N, d) to the nearest of the others: (N,)."""
    rows = _enough(codes, 1)
    return np.asarray(cKDTree(rows).query(rows, k=2)[0][:, 1], np.float64)


@dataclass(frozen=True)
class Mixture:
    """Normal distributions with weights (K,), means (K, d) and covariances (K, d, d)."""

    weights: Floats
    means: Floats
    covariances: Floats

    def log_density(self, points: ArrayLike) -> Floats:
        """log p of each point (P, d), in nats: (P,)."""
        return logsumexp(self.log_joint(points), axis=1)

    def log_joint(self, points: ArrayLike) -> Floats:
        """log of weight times density of each component at each point: (P, K)."""
        rows = np.asarray(points, np.float64)
        columns = []
        for weight, mean, covariance in zip(
            self.weights, self.means, self.covariances, strict=True
        ):
            root = np.linalg.cholesky(covariance)
            scaled = solve_triangular(root, (rows - mean).T, lower=True)  # (d, P)
            log_norm = np.log(np.diag(root)).sum() + 0.5 * mean.size * np.log(2 * np.pi)
            columns.append(np.log(weight) - 0.5 * (scaled**2).sum(0) - log_norm)
        return np.stack(columns, axis=1)

    def sample(self, count: int, rng: np.random.Generator) -> Floats:
        """`count` draws: (count, d)."""
        which = rng.choice(len(self.weights), count, p=self.weights)
        roots = np.linalg.cholesky(self.covariances)
        noise = rng.standard_normal((count, self.means.shape[1]))
        return self.means[which] + np.einsum("nij,nj->ni", roots[which], noise)


def fit_gaussian(codes: ArrayLike) -> Mixture:
    """The normal distribution with the codes' mean and (N - 1) covariance, as a Mixture of one."""
    rows = _enough(codes, 1)
    covariance = _ridged(np.cov(rows, rowvar=False).reshape(rows.shape[1], rows.shape[1]))
    return Mixture(np.ones(1), rows.mean(0)[None], covariance[None])


def fit_mixture(
    codes: ArrayLike, components: int, rng: np.random.Generator, iterations: int = 100
) -> Mixture:
    """`components` full-covariance normals fitted to codes (N, d) by expectation-maximisation.

    Dempster, Laird & Rubin, JRSS B 1977. Starts at codes drawn by `rng`, each far from those drawn
    before it (k-means++); stops after `iterations` or when the mean log-likelihood stands still.
    """
    rows = _enough(codes, components)
    gaussian = fit_gaussian(rows)
    means = _spread_starts(rows, components, rng)
    covariances = np.repeat(gaussian.covariances / components, components, axis=0)
    fit, previous = Mixture(np.full(components, 1 / components), means, covariances), -np.inf
    for _ in range(iterations):
        joint = fit.log_joint(rows)
        evidence = logsumexp(joint, axis=1)
        shares = np.exp(joint - evidence[:, None])  # (N, K), rows sum to 1
        mass = shares.sum(0) + 1e-9
        means = shares.T @ rows / mass[:, None]
        centred = rows[:, None] - means  # (N, K, d)
        covariances = np.einsum("nk,nki,nkj->kij", shares, centred, centred) / mass[:, None, None]
        fit = Mixture(mass / mass.sum(), means, np.stack([_ridged(c) for c in covariances]))
        score = float(evidence.mean())
        if score - previous < 1e-4:
            break
        previous = score
    return fit


def aggregate_sample(
    mu: ArrayLike, log_var: ArrayLike, count: int, rng: np.random.Generator
) -> Floats:
    """Draws from the aggregate posterior, the mean of q(z|x) over the images: (count, d)."""
    means, log_variances = np.asarray(mu, np.float64), np.asarray(log_var, np.float64)
    which = rng.integers(len(means), size=count)
    noise = rng.standard_normal((count, means.shape[1]))
    return means[which] + np.exp(log_variances[which] / 2) * noise


def prior_log_density(points: ArrayLike) -> Floats:
    """log of N(0, I)'s density at each point (P, d), in nats: (P,)."""
    rows = np.asarray(points, np.float64)
    return -0.5 * ((rows**2).sum(1) + rows.shape[1] * np.log(2 * np.pi))


def prior_norm(size: int) -> float:
    """The mean of |z| over N(0, I) in `size` dimensions: sqrt(2) G((d+1)/2) / G(d/2)."""
    return float(np.sqrt(2) * np.exp(gammaln((size + 1) / 2) - gammaln(size / 2)))


def posterior_ellipse(mu: ArrayLike, log_var: ArrayLike, mass: float, points: int = 48) -> Floats:
    """The closed outline that holds `mass` of a two-dimensional posterior: (points + 1, 2).

    q(z|x) is normal with independent dimensions: squared distance over variance is chi-squared
    with two degrees of freedom, whose quantile is -2 log(1 - mass).
    """
    if not 0 < mass < 1:
        raise ValueError(f"mass={mass} must lie between 0 and 1; try 0.95.")
    centre, spread = np.asarray(mu, np.float64), np.exp(np.asarray(log_var, np.float64) / 2)
    if centre.shape != (2,) or spread.shape != (2,):
        raise ValueError(
            f"a posterior of shape {centre.shape} has no outline in a plane; use a model with two "
            "latent dimensions."
        )
    angle = np.linspace(0, 2 * np.pi, points + 1)
    circle = np.stack([np.cos(angle), np.sin(angle)], axis=1)
    return centre + np.sqrt(-2 * np.log1p(-mass)) * spread * circle


def aggregate_log_density(points: ArrayLike, mu: ArrayLike, log_var: ArrayLike) -> Floats:
    """log of the aggregate posterior's density at each point (P, d), in nats: (P,)."""
    rows, means = np.asarray(points, np.float64), np.asarray(mu, np.float64)
    log_variances = np.asarray(log_var, np.float64)
    constant = -0.5 * (log_variances + np.log(2 * np.pi)).sum(1)  # (N,)
    inverse = np.exp(-log_variances)
    logs = [logsumexp(constant - 0.5 * ((row - means) ** 2 * inverse).sum(1)) for row in rows]
    return np.array(logs) - np.log(len(means))


def _pair(start: ArrayLike, end: ArrayLike) -> tuple[Floats, Floats]:
    """Two codes of one size, or a ValueError."""
    a, b = np.asarray(start, np.float64), np.asarray(end, np.float64)
    if a.ndim != 1 or a.shape != b.shape:
        raise ValueError(
            f"start of shape {a.shape} and end of shape {b.shape} must be two codes of one size; "
            "take both from the same model."
        )
    return a, b


def _enough(codes: ArrayLike, components: int) -> Floats:
    """Codes (N, d) with more rows than components and at least two, or a ValueError."""
    rows = np.asarray(codes, np.float64)
    if rows.ndim != 2 or len(rows) < max(2, components):
        raise ValueError(
            f"codes of shape {rows.shape} must be (N, d) with N at least {max(2, components)}; "
            "give more codes or fewer components."
        )
    return rows


def _ridged(covariance: Floats) -> Floats:
    """The covariance with a millionth of its mean variance added: positive definite."""
    ridge = 1e-6 * max(float(np.trace(covariance)) / len(covariance), 1e-9)
    return covariance + ridge * np.eye(len(covariance))


def _spread_starts(rows: Floats, count: int, rng: np.random.Generator) -> Floats:
    """k-means++ (Arthur & Vassilvitskii, SODA 2007): each start drawn by squared distance."""
    starts = [rows[rng.integers(len(rows))]]
    for _ in range(count - 1):
        squared = nearest_code(rows, np.stack(starts))[0] ** 2
        total = squared.sum()
        starts.append(rows[rng.choice(len(rows), p=squared / total if total > 0 else None)])
    return np.stack(starts)
