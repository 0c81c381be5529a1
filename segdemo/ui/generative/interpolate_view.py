"""The view of an interpolation, drawn in the browser: rows of frames in step, curves along the way.

The browser gets every frame and number once; scrubbing, playing and choosing ask nothing.
"""

from typing import Any

import gradio as gr
import numpy as np

from segdemo import latent
from segdemo.generation.interpolate import Interpolation, Row, Way
from segdemo.generation.shelf import WITH_PRIOR, Floats, Model
from segdemo.ui.generative.pictures import sprite_uri
from segdemo.ui.scripts import script

SCRIPTS = (
    "elements.js",
    "generative_interpolate_rows.js",
    "generative_interpolate_player.js",
    "generative_interpolate_curves.js",
    "generative_interpolate.js",
)
CROSSFADE = "crossfade"  # the key of the row that isn't a model's
CROSSFADE_NOTE = (
    "The pixels' own weighted mean: halfway, both pictures lie over one another, and hardly ever "
    "is that a picture of anything."
)
DRAWS_NOTE = "A GAN has no encoder: these ends are two draws from N(0, I), not A and B."
EMPTY = "The way from A to B is being worked out."


def component() -> gr.HTML:
    """The view, saying `EMPTY` until it gets its first value."""
    return gr.HTML(
        None,
        html_template='<div class="gi"></div>',
        js_on_load=script(*SCRIPTS),
        elem_id="generate-interpolation",
        apply_default_css=False,
        empty=EMPTY,
    )


def value(made: Interpolation, draws: Row | None, preferred: str) -> dict[str, Any]:
    """The component's value. `draws`: a GAN's row; `preferred`: whose curves are shown first."""
    rows = [*made.rows, *([] if draws is None else [draws])]
    crossfade = {
        "key": CROSSFADE,
        "title": "Pixel cross-fade",
        "detail": "",
        "note": CROSSFADE_NOTE,
        "ways": [{"name": "", "sprite": sprite_uri(made.crossfade)}],
    }
    return {
        "t": rounded(made.t),
        "preferred": preferred,
        "rows": [crossfade, *(row_value(row, drawn=row is draws) for row in rows)],
    }


def row_value(row: Row, *, drawn: bool) -> dict[str, Any]:
    """A model's row: its frames, its curves, and what to think of the arc."""
    ways = {"linear": row.linear, "spherical": row.spherical}
    return {
        "key": row.model.name,
        "title": row.model.title,
        "detail": f"{row.model.latent_dim} dimensions",
        "note": f"{DRAWS_NOTE} {row.note}" if drawn else row.note,
        "densityTitle": row.density_title,
        "usual": usual(row.model),
        "ways": [{"name": name, **way_value(way)} for name, way in ways.items()],
    }


def way_value(way: Way) -> dict[str, Any]:
    """A way's frames side by side, and its curves."""
    return {
        "sprite": sprite_uri(way.frames),
        "norm": rounded(way.norm),
        "distance": None if way.distance is None else rounded(way.distance),
        "density": rounded(way.log_density),
    }


def usual(model: Model) -> dict[str, dict[str, Any]]:
    """What to hold the curves against, by curve: a number and what it is; {} where none is known.

    Norm and log density are the means over draws from the prior; the distance is the median from
    one training code to the nearest other.
    """
    found: dict[str, dict[str, Any]] = {}
    if model.kind in WITH_PRIOR:
        size = model.latent_dim
        found["norm"] = mark(latent.prior_norm(size), "mean over draws from N(0, I)")
        found["density"] = mark(mean_log_density(size), "mean over draws from N(0, I)")
    if model.codes is not None:
        found["distance"] = mark(
            float(np.median(model.codes.spacing)), "median between a training code and its nearest"
        )
    return found


def mark(number: float, text: str) -> dict[str, Any]:
    """A number to hold a curve against."""
    return {"value": float(f"{number:.5g}"), "text": text}


def mean_log_density(size: int) -> float:
    """E log p(z) = -d/2 log(2 pi e) over z from N(0, I) in d = `size` dimensions, nats."""
    return -size / 2 * float(np.log(2 * np.pi * np.e))


def rounded(values: Floats) -> list[float]:
    """Numbers in five digits, enough for a plot."""
    return [float(f"{value:.5g}") for value in values]
