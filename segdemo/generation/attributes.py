"""Directions of attributes, from class means: bold, slant, sleeve. Images of the codes are read.

Only codes and labels are kept, so bold and slant are measured on what the model decodes from each
code; "has" means above the median of the image's own class, so that no class leaks in.
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from segdemo import latent
from segdemo.generation.coding import Pixels, decode, pixels
from segdemo.generation.shelf import Floats, Model

BY_CLASS = {  # data -> attribute -> (class without, class with)
    "digits": {"closed top (4 to 9)": ("4", "9")},
    "fashion": {
        "sleeve": ("T-shirt", "pullover"),
        "length": ("T-shirt", "dress"),
        "shaft": ("sneaker", "ankle boot"),
    },
    "faces": {},
}
BY_MOMENTS = {  # data -> attribute -> the quantity of `moments`
    "digits": {"bold": "mass", "slant": "slant"},
    "fashion": {"bright": "mass"},
    "faces": {"bright": "mass"},
}


@dataclass(frozen=True, eq=False)
class Direction:
    """`vector` (d,) from the mean of codes without to that of codes with; `how` says which."""

    name: str
    vector: Floats
    how: str


@lru_cache(maxsize=40)
def directions(model: Model) -> tuple[Direction, ...]:
    """The attributes of the model's data; ValueError for what has no codes."""
    codes = model.known_codes
    found = []
    for name, (without, having) in BY_CLASS.get(model.data, {}).items():
        found.append(between_classes(model, without, having, name))
    wanted = BY_MOMENTS.get(model.data, {})
    measured = moments(np.clip(decode(model, codes.mu), 0, 1)) if wanted else {}
    for name, quantity in wanted.items():
        has = above_own_median(measured[quantity], codes.labels)
        vector = latent.attribute_direction(codes.mu, has)
        found.append(
            Direction(name, vector, f"{quantity} above and below the median of the image's class")
        )
    return tuple(found)


def between_classes(model: Model, without: str, having: str, name: str | None = None) -> Direction:
    """From the mean code of one class to another's, by name; ValueError for an unknown class."""
    codes = model.known_codes
    for title in (without, having):
        if title not in model.classes:
            raise ValueError(
                f"class {str(title)[:40]!r} is not known; choose from {', '.join(model.classes)}."
            )
    first, last = (model.classes.index(title) for title in (without, having))
    chosen = np.isin(codes.labels, (first, last))
    vector = latent.attribute_direction(codes.mu[chosen], codes.labels[chosen] == last)
    how = f"mean code of {having} less that of {without}"
    return Direction(name or f"{without} to {having}", vector, how)


def above_own_median(values: Floats, labels: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Which values (N,) lie above the median of those with the same label."""
    median = np.zeros_like(values)
    for label in np.unique(labels):
        median[labels == label] = np.median(values[labels == label])
    return values > median


def moments(images: NDArray[np.float32]) -> dict[str, Floats]:
    """Of images (N, S, S): "mass", the mean grey value, and "slant", each (N,).

    Slant is -mu11 / mu02: columns to the right for each row up, so a letter leaning to the right
    has it above 0. 0 where there is no ink.
    """
    ink = np.asarray(images, np.float64)
    mass = ink.sum((1, 2))
    safe = np.maximum(mass, 1e-9)
    index = np.arange(ink.shape[1])
    y = (ink.sum(2) * index).sum(1) / safe
    x = (ink.sum(1) * index).sum(1) / safe
    down, right = index[None] - y[:, None], index[None] - x[:, None]
    mu11 = np.einsum("nij,ni,nj->n", ink, down, right)
    mu02 = np.einsum("nij,ni->n", ink, down**2)
    slant = np.where(mu02 > 1e-9, -mu11 / np.maximum(mu02, 1e-9), 0.0)
    return {"mass": mass / ink[0].size, "slant": slant}


def along(model: Model, code: Floats, direction: Direction, amounts: Floats) -> Pixels:
    """The images of code + amount times direction, for amounts (T,): uint8 (T, S, S)."""
    path = np.asarray(code)[None] + np.asarray(amounts, np.float64)[:, None] * direction.vector
    return pixels(decode(model, path))
