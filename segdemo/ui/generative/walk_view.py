"""What Walk's sliders, strips and directions show: worked out once, moved in the browser."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import numpy as np

from segdemo.generation.attributes import Direction, along, between_classes, directions
from segdemo.generation.coding import pixels
from segdemo.generation.shelf import ENCODING, WITH_PRIOR, Floats, Model
from segdemo.generation.walk import (
    HIGHEST,
    LOWEST,
    STEPS,
    Dimension,
    Traversal,
    at_quantiles,
    dimensions,
    moved,
    traversal,
)
from segdemo.ui.generative.pictures import picture_uri, signed_uri, sprite_uri
from segdemo.ui.generative.scene import Scene

FIRST = 8  # dimensions that are shown at once; the others on request
AMOUNTS = np.linspace(-2, 2, 17)  # of a direction; 1 is the way from one mean code to the other
LEGEND = 65  # colours of the maps' key
# Data set -> the classes between which the first direction leads.
BETWEEN = {"digits": ("3", "8"), "fashion": ("trouser", "dress")}
NO_CODES = "A GAN has no encoder, so it has no codes of images whose means could give a direction."


def value(scene: Scene, model: Model) -> dict[str, Any]:
    """The whole view for a model, from image A's code or, for a GAN, a seeded draw."""
    start = start_of(scene, model)
    order = dimensions(model)
    encodes = model.kind in ENCODING
    where = "image A's code" if encodes else f"a draw from N(0, I), seed {scene.setting.seed}"
    still = moved(model, start, start)
    return {
        "model": model.name,
        "title": model.title,
        "start": start.tolist(),  # every digit: going back to it gives the same picture
        "where": where,
        "image": picture_uri(still.image),
        "changed": signed_uri(still.changed, 1),
        "legend": signed_uri(np.linspace(-1, 1, LEGEND)[None], 1),
        "quantiles": "of the prior" if model.kind in WITH_PRIOR else "of the codes",
        **knots(model),
        "dimensions": [described(one) for one in order],
        "first": FIRST,
        "rows": row_values(traversal(model, start, rows=FIRST)),
        "directions": direction_values(model, start),
        "classes": model.classes if encodes and len(model.classes) > 1 else [],
        "noDirections": "" if encodes else NO_CODES,
    }


def start_of(scene: Scene, model: Model) -> Floats:
    """Where the walk starts: image A's mean code (d,), for a GAN a seeded draw from N(0, I)."""
    if model.kind in ENCODING:
        return scene.code(model)
    return np.random.default_rng(scene.setting.seed).standard_normal(model.latent_dim)


@lru_cache(maxsize=40)
def knots(model: Model) -> Mapping[str, Any]:
    """Quantiles, ascending, and z at each: one list for all dimensions or one a dimension.

    Every hundredth, and the columns of the strips: the browser finds z by interpolation. The last
    few models' are remembered: the quantiles of codes take a third of a second.
    """
    columns = (np.arange(STEPS) + 0.5) / STEPS
    at = np.unique(np.concatenate([np.arange(1, 100) / 100, columns]))
    size = model.latent_dim
    table = np.stack([at_quantiles(model, np.full(size, q)) for q in at], axis=1)  # (d, K)
    shared = model.kind in WITH_PRIOR
    return {
        "range": [LOWEST, HIGHEST],
        "at": [round(float(q), 6) for q in at],
        "z": [rounded(row) for row in (table[:1] if shared else table)],
    }


def described(one: Dimension) -> dict[str, Any]:
    """A dimension's number and what is known of it, in words."""
    if one.kl is not None:
        note = f"KL {one.kl:.2f} nats"
    elif one.variance is not None:
        note = f"variance {one.variance:.2f}"
    else:
        note = ""
    return {"index": one.index, "note": note, "inactive": one.active is False}


def row_values(made: Traversal) -> list[dict[str, Any]]:
    """A strip and a map of the mean absolute change for each dimension of a traversal.

    All maps share one scale, from 0 to the traversal's largest change.
    """
    most = max(float(made.changed.max()), 1e-6)
    return [
        {
            "index": int(index),
            "frames": sprite_uri(frames),
            "changed": picture_uri(pixels(changed / most)),
            "mean": f"{changed.mean():.3f}",
        }
        for index, frames, changed in zip(made.dimension, made.frames, made.changed, strict=True)
    ]


def direction_values(model: Model, start: Floats) -> list[dict[str, Any]]:
    """Frames along each attribute's direction, that between two classes last; none for a GAN."""
    if model.kind not in ENCODING:
        return []
    found = list(directions(model))
    if model.data in BETWEEN:
        found.append(between_classes(model, *BETWEEN[model.data]))
    return [direction_value(model, start, one) for one in found]


def direction_value(model: Model, start: Floats, one: Direction) -> dict[str, Any]:
    """One direction: its name, how it was found, a sprite of frames at AMOUNTS."""
    return {
        "name": one.name,
        "how": one.how,
        "frames": sprite_uri(along(model, start, one, AMOUNTS)),
        "amounts": [round(float(amount), 3) for amount in AMOUNTS],
    }


def rounded(numbers: Floats) -> list[float]:
    """Numbers for the browser."""
    return [round(float(number), 4) for number in numbers]
