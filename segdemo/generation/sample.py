"""Samples of four sources side by side: where z is drawn from is what differs.

What is shown are decoder means of drawn codes. A class histogram is this project's classifier's.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from segdemo import latent
from segdemo.generation.coding import Pixels, classify, decode, encode, pixels
from segdemo.generation.shelf import Floats, Model, Shelf

SHOWN, MOST_SHOWN = 24, 100
COUNTED, MOST_COUNTED = 200, 1000  # samples behind a class histogram
SOURCES = {  # key -> (kinds that it needs, title)
    "prior": (("vae",), "VAE, z from the prior N(0, I)"),
    "aggregate": (("vae",), "VAE, z from the aggregate posterior"),
    "mixture": (("ae",), "Autoencoder, z from a mixture fitted to its codes"),
    "gan": (("gan",), "GAN, z from N(0, I)"),
}
OWN_CODES = "Euclidean distance in the model's own latent space"
BORROWED_CODES = "the GAN has no codes: its images are encoded by {name} and compared there"


@dataclass(frozen=True, eq=False)
class Samples:
    """One source's samples: `images` uint8 (n, S, S) of `codes` (n, d).

    `histogram`: by class the share of `counted` samples, None where there is no classifier.
    `nearest` (n,): which stored training code is nearest, `distance` (n,) to it, `neighbours`
    uint8 (n, S, S) the images decoded from it, by `compared_by`; `compared` says how.
    """

    source: str
    title: str
    model: Model
    images: Pixels
    codes: Floats
    histogram: Floats | None
    counted: int
    nearest: NDArray[np.int64] | None
    distance: Floats | None
    neighbours: Pixels | None
    compared: str


def sample(
    shelf: Shelf,
    data: str,
    latent_dim: int,
    *,
    count: int = SHOWN,
    counted: int = COUNTED,
    seed: int = 0,
) -> list[Samples]:
    """Every source that the data set has, the GAN at its own latent size; seeded."""
    for name, value, most in (("count", count, MOST_SHOWN), ("counted", counted, MOST_COUNTED)):
        if not isinstance(value, int) or not 1 <= value <= most:
            raise ValueError(f"{name}={value} must be from 1 to {most}; try {SHOWN}.")
    of_size = {m.kind: m for m in shelf.choose(data, latent_dim, ["ae", "vae"])}
    of_size |= {m.kind: m for m in shelf.choose(data, None, ["gan"])}
    classifier = shelf.classifier(data)
    found = []
    for source, (kinds, _) in SOURCES.items():
        model = of_size.get(kinds[0])
        if model is not None:
            codes = draw(model, source, max(count, counted), np.random.default_rng(seed))
            judge = model if model.codes is not None else of_size.get("ae")
            found.append(sampled(source, model, codes, (count, counted), (classifier, judge)))
    return found


def draw(model: Model, source: str, count: int, rng: np.random.Generator) -> Floats:
    """`count` codes (count, d) from a source: "prior", "aggregate", "mixture" or "gan"."""
    if source in ("prior", "gan"):
        return rng.standard_normal((count, model.latent_dim))
    codes = model.known_codes
    if source == "mixture":
        return codes.mixture.sample(count, rng)
    if source != "aggregate" or codes.log_var is None:
        raise ValueError(
            f"source {source!r} doesn't fit {model.name}; choose from {', '.join(SOURCES)}."
        )
    return latent.aggregate_sample(codes.mu, codes.log_var, count, rng)


def sampled(
    source: str,
    model: Model,
    codes: Floats,
    counts: tuple[int, int],
    judges: tuple[Model | None, Model | None],
) -> Samples:
    """Decode codes; `counts`: shown, counted; `judges`: classifier, and whose codes to search."""
    (count, counted), (classifier, judge) = counts, judges
    made = np.clip(decode(model, codes), 0, 1)
    histogram = nearest = distance = neighbours = None
    compared = ""
    if classifier is not None:
        classes = classify(classifier, made[:counted])
        histogram = np.bincount(classes, minlength=len(classifier.classes)) / counted
    if judge is not None:
        own = judge is model
        points = codes[:count] if own else encode(judge, made[:count]).mean
        distance, nearest = latent.nearest_code(points, judge.known_codes.mu)
        neighbours = pixels(decode(judge, judge.known_codes.mu[nearest]))
        compared = OWN_CODES if own else BORROWED_CODES.format(name=judge.name)
    return Samples(
        source, SOURCES[source][1], model, pixels(made[:count]), codes[:count], histogram,
        counted if classifier is not None else 0, nearest, distance, neighbours, compared,
    )  # fmt: skip
