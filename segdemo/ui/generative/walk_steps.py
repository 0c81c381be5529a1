"""What Walk asks for while someone walks: a step, the other dimensions' rows, another direction.

Every payload may come from a stranger: models are looked up, codes checked and clamped.
"""

from collections.abc import Callable
from typing import Any

import numpy as np

from segdemo.generation.attributes import between_classes
from segdemo.generation.shelf import Floats, Model, Shelf
from segdemo.generation.walk import moved, traversal
from segdemo.ui.generative.pictures import picture_uri, signed_uri
from segdemo.ui.generative.walk_view import direction_value, row_values

FARTHEST = 100.0  # no number of a code goes beyond
Asked = dict[str, Any]


def answered(asked: Asked, shelf: Shelf) -> dict[str, Any]:
    """The answer to {"kind", "model", "start", ...}; ValueError for what isn't offered."""
    kind = asked.get("kind")
    if not isinstance(kind, str) or kind not in ANSWERS:
        raise ValueError(f"{str(kind)[:20]!r} is no step; choose from {', '.join(ANSWERS)}.")
    model = shelf.of(asked.get("model"))
    if model.kind == "classifier":
        raise ValueError(f"{model.name} decodes no codes; choose another model.")
    return {"kind": kind, "model": model.name} | ANSWERS[kind](
        model, checked_code(asked.get("start"), model), asked
    )


def step(model: Model, start: Floats, asked: Asked) -> dict[str, Any]:
    """The image of the code `z` and what changed from the start's, from -1 to 1."""
    made = moved(model, checked_code(asked.get("z"), model), start)
    return {
        "image": picture_uri(made.image),
        "changed": signed_uri(made.changed, 1),
        "mean": f"{np.abs(made.changed).mean():.3f}",
    }


def all_rows(model: Model, start: Floats, asked: Asked) -> dict[str, Any]:
    """The strips of all dimensions."""
    return {"rows": row_values(traversal(model, start, rows=model.latent_dim))}


def direction(model: Model, start: Floats, asked: Asked) -> dict[str, Any]:
    """The frames between two classes, by name."""
    without, having = (str(asked.get(name)) for name in ("without", "having"))
    if without == having:
        raise ValueError(f"both classes are {without[:40]}; a direction needs two: choose another.")
    return {"direction": direction_value(model, start, between_classes(model, without, having))}


ANSWERS: dict[str, Callable[[Model, Floats, Asked], dict[str, Any]]] = {
    "step": step,
    "rows": all_rows,
    "direction": direction,
}


def checked_code(given: object, model: Model) -> Floats:
    """A code (d,) of the model, each number pulled into -100 to 100; ValueError for no code."""
    try:
        code = np.asarray(given, np.float64)
    except (TypeError, ValueError):
        code = np.empty(0)
    if code.shape != (model.latent_dim,) or not np.isfinite(code).all():
        raise ValueError(
            f"a code of {model.name} must be {model.latent_dim} finite numbers; "
            "go back to the image's code."
        )
    return np.clip(code, -FARTHEST, FARTHEST)
