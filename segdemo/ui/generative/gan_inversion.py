"""Inversion by optimisation beside a VAE's encoding: what the page shows of both."""

from collections.abc import Iterator
from dataclasses import dataclass
from time import perf_counter
from typing import Any

import numpy as np

from segdemo.generation.coding import Pixels, decode, encode, pixels
from segdemo.generation.inversion import Progress, invert
from segdemo.generation.shelf import Floats, Model
from segdemo.ui.generative.pictures import picture_uri
from segdemo.ui.generative.scene import Scene, preferred


@dataclass(frozen=True, eq=False)
class Encoding:
    """A model's reconstruction of image A from its mean code, error a pixel, time.

    `sought`, image A, and `image` are uint8 (S, S).
    """

    model: Model
    sought: Pixels
    image: Pixels
    mse: float
    milliseconds: float


def encoding(scene: Scene) -> Encoding:
    """One pass through the encoder and one through the decoder, timed, by the VAE if there is one.

    A training image chosen by its number is encoded like any other, so that both start from pixels.
    """
    model, image = preferred(scene.models), scene.start.image
    began = perf_counter()
    made = decode(model, encode(model, image[None]).mean)[0]
    milliseconds = 1000 * (perf_counter() - began)
    return Encoding(
        model, pixels(image), pixels(made), float(np.mean((made - image) ** 2)), milliseconds
    )


@dataclass(frozen=True, eq=False)
class Search:
    """A search so far: the last report, seconds spent, and at `steps` (T,) the errors (T, R).

    `best` (T,) is the error of the start that was best by the objective.
    """

    last: Progress
    seconds: float
    steps: list[int]
    errors: list[Floats]
    best: list[float]


def searches(gan: Model, scene: Scene, *, steps: int, restarts: int) -> Iterator[Search]:
    """Search image A's z, seeded by the setting; ValueError at once for bounds passed."""
    reports = invert(
        gan, scene.start.image, seed=scene.setting.seed, steps=steps, restarts=restarts
    )
    return followed(reports)


def followed(reports: Iterator[Progress]) -> Iterator[Search]:
    """What was reported up to each report; only the search's own time counts."""
    seconds = 0.0
    at: list[int] = []
    errors: list[Floats] = []
    best: list[float] = []
    began = perf_counter()
    for report in reports:
        seconds += perf_counter() - began
        at, errors = [*at, report.step], [*errors, report.errors]
        best = [*best, report.mse]
        yield Search(report, seconds, at, errors, best)
        began = perf_counter()


def panel(gan: Model, encoded: Encoding, search: Search | None) -> dict[str, Any]:
    """Image A, what the VAE makes of it, and the GAN's best so far."""
    cards = [
        card(picture_uri(encoded.sought), "Image A", "what is looked for"),
        card(
            picture_uri(encoded.image),
            f"{encoded.model.title}: encoded",
            f"one pass, {encoded.milliseconds:.0f} ms with decoding",
            encoded.mse,
        ),
    ]
    if search is None:
        cards.append(card(None, f"{gan.title}: searched", "not searched yet"))
        return {"cards": cards, "words": "", "curve": None}
    last = search.last
    cards.append(
        card(
            picture_uri(last.image),
            f"{gan.title}: searched",
            f"step {last.step} of {last.steps}, {search.seconds:.1f} s",
            last.mse,
        )
    )
    return {"cards": cards, "words": compared(encoded, search), "curve": curve(encoded, search)}


def card(uri: str | None, title: str, note: str, mse: float | None = None) -> dict[str, str | None]:
    """A picture with its words; without a picture an empty frame."""
    said = "" if mse is None else f"squared error a pixel {mse:.4f}"
    return {"uri": uri, "title": title, "note": note, "error": said}


def compared(encoded: Encoding, search: Search) -> str:
    """Errors and times of both, and how far the starts came apart, in words."""
    last = search.last
    times = 1000 * search.seconds / max(encoded.milliseconds, 1e-6)
    starts = len(last.errors)
    spread = (
        f" The {starts} starts stand between {last.errors.min():.4f} and {last.errors.max():.4f}: "
        "the search has local minima."
        if starts > 1
        else ""
    )
    return (
        f"Searched in {search.seconds:.1f} s, {times:.0f} times as long as encoding and decoding; "
        f"error {last.mse:.4f} against {encoded.mse:.4f}; |z| = {np.linalg.norm(last.z):.1f} in "
        f"{len(last.z)} dimensions.{spread}"
    )


def curve(encoded: Encoding, search: Search) -> dict[str, Any]:
    """Every start's error by step, the best one's, and the encoding's as a level."""
    errors = np.stack(search.errors)
    return {
        "steps": search.steps,
        "until": search.last.steps,
        "starts": [np.round(one, 5).tolist() for one in errors.T],
        "best": np.round(search.best, 5).tolist(),
        "level": round(encoded.mse, 5),
        "level_name": f"{encoded.model.title}, encoded",
    }
