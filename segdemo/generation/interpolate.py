"""From one image to another through the latent space of every model, and by cross-fade.

Ends are mean codes, so that they stand still; frames are decoder means. All frames of a model, of
both ways, are decoded in one pass.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from segdemo import latent
from segdemo.generation.coding import Pixels, decode, encode, pixels
from segdemo.generation.shelf import ENCODING, WITH_PRIOR, Floats, Model

FRAMES, MOST_FRAMES = 24, 60
PRIOR_DENSITY = "log p(z) under the prior N(0, I), nats"
MIXTURE_DENSITY = "log density under the mixture fitted to the codes, nats"
SLERP_NOTES = {  # kind -> why an arc has no reason there
    "ae": "A plain autoencoder has no prior, so its codes lie near no sphere: nothing justifies "
    "the arc here.",
    "pca": "PCA's codes are coordinates without a prior: nothing justifies the arc here.",
}
PLANE_NOTE = (
    "In two dimensions draws from the prior lie near no circle: nothing justifies the arc here."
)


@dataclass(frozen=True, eq=False)
class End:
    """One end: `image` float32 (S, S), and codes (d,) by model's name where they are known."""

    image: NDArray[np.float32]
    codes: Mapping[str, Floats] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class Way:
    """`codes` (T, d), `frames` uint8 (T, S, S), and along them |z|, distance, log density: (T,).

    `distance` is to the nearest code of a training image, None for a GAN.
    """

    codes: Floats
    frames: Pixels
    norm: Floats
    distance: Floats | None
    log_density: Floats


@dataclass(frozen=True, eq=False)
class Row:
    """A model's two ways; `density_title` says which density, `note` what to think of the arc."""

    model: Model
    linear: Way
    spherical: Way
    density_title: str
    justified: bool
    note: str


@dataclass(frozen=True, eq=False)
class Interpolation:
    """`t` (T,) from 0 to 1; `crossfade` uint8 (T, S, S), the pixels' own mean; a row a model."""

    t: Floats
    crossfade: Pixels
    rows: list[Row]


def end_of_code(model: Model, code: Floats) -> End:
    """An end that is a code (d,) of one model: its image for the others, itself for its own."""
    image = np.clip(decode(model, np.asarray(code, np.float64)[None])[0], 0, 1)
    return End(image, {model.name: np.asarray(code, np.float64)})


def interpolate(models: list[Model], start: End, end: End, frames: int = FRAMES) -> Interpolation:
    """Every model that encodes, or whose codes both ends know, from `start` to `end`."""
    t = steps(frames)
    rows = []
    for model in models:
        known = model.name in start.codes and model.name in end.codes
        if model.kind in ENCODING or known:
            rows.append(row(model, *ends_for(model, start, end), t))
    return Interpolation(t, crossfade(start.image, end.image, t), rows)


def steps(frames: int) -> Floats:
    """t from 0 to 1 in `frames` steps; ValueError unless there are 2 to 60."""
    if not isinstance(frames, int) or not 2 <= frames <= MOST_FRAMES:
        raise ValueError(f"frames={frames} must be from 2 to {MOST_FRAMES}; try {FRAMES}.")
    return np.linspace(0, 1, frames)


def crossfade(start: NDArray[np.float32], end: NDArray[np.float32], t: Floats) -> Pixels:
    """(1 - t) start + t end, pixel by pixel: uint8 (T, S, S)."""
    weight = t[:, None, None]
    return pixels(((1 - weight) * start + weight * end).astype(np.float32))


def ends_for(model: Model, start: End, end: End) -> tuple[Floats, Floats]:
    """Both ends' codes (d,): those known, or the mean codes of their images."""
    unknown = [one.image for one in (start, end) if model.name not in one.codes]
    encoded = iter(encode(model, np.stack(unknown)).mean) if unknown else iter(())
    first, last = (
        one.codes[model.name] if model.name in one.codes else next(encoded) for one in (start, end)
    )
    return first, last


def row(model: Model, start: Floats, end: Floats, t: Floats) -> Row:
    """Both ways between two codes (d,), decoded in one pass."""
    line, arc = latent.lerp(start, end, t), latent.slerp(start, end, t)
    codes = np.concatenate([line, arc])
    frames = pixels(decode(model, codes))
    norm = np.linalg.norm(codes, axis=1)
    distance = None if model.codes is None else latent.nearest_code(codes, model.codes.mu)[0]
    prior = model.kind in WITH_PRIOR
    density = (
        latent.prior_log_density(codes) if prior else model.known_codes.mixture.log_density(codes)
    )
    count = len(t)
    line_way, arc_way = (
        Way(codes[p], frames[p], norm[p], None if distance is None else distance[p], density[p])
        for p in (slice(None, count), slice(count, None))
    )
    justified = prior and model.latent_dim > 2
    note = slerp_note(model, norm[0], norm[count - 1])
    title = PRIOR_DENSITY if prior else MIXTURE_DENSITY
    return Row(model, line_way, arc_way, title, justified, note)


def slerp_note(model: Model, first: float, last: float) -> str:
    """What to think of the arc for this model and ends of these norms, in a sentence or two."""
    if model.latent_dim == 2:
        return PLANE_NOTE
    if model.kind in SLERP_NOTES:
        return SLERP_NOTES[model.kind]
    usual = latent.prior_norm(model.latent_dim)
    return (
        f"Draws from the prior in {model.latent_dim} dimensions have |z| near {usual:.1f}; these "
        f"ends have {first:.1f} and {last:.1f}. The arc keeps |z| only where both are equal."
    )


def draws_row(model: Model, seed: int, frames: int = FRAMES) -> Row:
    """Between two seeded draws from N(0, I): for a GAN, which encodes nothing."""
    start, end = np.random.default_rng(seed).standard_normal((2, model.latent_dim))
    return row(model, start, end, steps(frames))
