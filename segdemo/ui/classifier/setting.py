"""What the Classifier tab shows: its setting, checked at the door, to and from the address bar."""

from dataclasses import dataclass, replace
from math import isfinite
from typing import Any

from segdemo.heatmap.network import class_index
from segdemo.heatmap.photo import LARGEST, SMALLEST, STEP
from segdemo.heatmap.scores import COARSE, OUTPUT_STRIDES
from segdemo.ui import link
from segdemo.ui.examples import EXAMPLES
from segdemo.ui.source import Source

TAB = "classifier"
DEFAULT_PHOTO = "cat"
DEFAULT_SHORTER = 320
# What a cell scores: the key in a link, and its words on the page.
SCORED = {"cells": "the cell by itself", "windows": "its window of 224 × 224 pixels"}


@dataclass(frozen=True)
class Setting:
    """`index` is the class; None asks for the photo's most probable one.

    `shorter` is the photo's shorter side in pixels when it is scored, `stride` that of the heat
    map, `scored` a key of SCORED, `point` (y, x) as fractions of the photo, `step` the tab's
    section. `mounted` says whether the browser has told that the first section stands.
    """

    source: Source
    index: int | None = None
    shorter: int = DEFAULT_SHORTER
    stride: int = COARSE
    scored: str = "cells"
    point: tuple[float, float] = (0.5, 0.5)
    step: str = "linear"
    mounted: bool = False


def opening_setting() -> Setting:
    """What the tab opens with."""
    return Setting({"example": DEFAULT_PHOTO})


def checked_shorter(given: object) -> int:
    """The nearest size that is offered; ValueError for what is no number."""
    try:
        number = float(given)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        number = float("nan")
    if not isfinite(number):
        raise ValueError(
            f"size {str(given)[:20]!r} must be a number of pixels from {SMALLEST} to {LARGEST}; "
            f"try {DEFAULT_SHORTER}."
        )
    return round(min(max(number, SMALLEST), LARGEST) / STEP) * STEP


def checked_stride(given: object) -> int:
    """32, 16 or 8; ValueError for another."""
    if str(given) not in map(str, OUTPUT_STRIDES):
        raise ValueError(f"stride {str(given)[:20]!r} must be one of 32, 16, 8; try 32.")
    return int(str(given))


def checked_scored(given: object) -> str:
    """A key of SCORED; ValueError for anything else."""
    if not isinstance(given, str) or given not in SCORED:
        raise ValueError(f"{str(given)[:20]!r} must be one of {', '.join(SCORED)}; try cells.")
    return given


def checked_point(given: object) -> tuple[float, float]:
    """(y, x) as fractions of the photo, pulled inside it; ValueError for what is no point."""
    try:
        y, x = (float(number) for number in given)  # type: ignore[attr-defined]
    except (TypeError, ValueError):
        y = x = float("nan")
    if not (isfinite(y) and isfinite(x)):
        raise ValueError("a point must be two numbers from 0 to 1; press on the photo.")
    return min(max(y, 0.0), 1.0), min(max(x, 0.0), 1.0)


def linked(parameters: dict[str, str], setting: Setting, steps: list[str]) -> Setting:
    """`setting` with what a link asks for; a parameter that says nothing sensible is passed over.

    An example named in the link replaces the photo; a class belongs to the photo that it was
    chosen for.
    """
    if parameters.get("example") in EXAMPLES:
        source = {"example": parameters["example"]}
        if source != setting.source:
            setting = replace(Setting(source), mounted=setting.mounted)
    checks: dict[str, tuple[str, Any]] = {
        "class": ("index", class_index),
        "size": ("shorter", checked_shorter),
        "stride": ("stride", checked_stride),
        "scored": ("scored", checked_scored),
        "point": ("point", lambda text: checked_point(text.split(","))),
    }
    for name, (field, check) in checks.items():
        try:
            if name in parameters:
                setting = replace(setting, **{field: check(parameters[name])})
        except ValueError:
            continue
    step = parameters.get("step")
    return replace(setting, step=step) if step in steps else setting


def address_of(setting: Setting) -> dict[str, str]:
    """The link to a setting; an upload never goes into it."""
    y, x = setting.point
    return link.state(
        TAB,
        example=setting.source.get("example"),
        step=setting.step,
        size=setting.shorter,
        stride=setting.stride,
        scored=setting.scored,
        point=f"{y:.3f},{x:.3f}",
        **{"class": setting.index},
    )
