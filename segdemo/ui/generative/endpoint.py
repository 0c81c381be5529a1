"""The named endpoints of the generative models: /reconstruct, /interpolate and /sample."""

import re
import secrets
from collections.abc import Callable
from pathlib import Path
from typing import Any

import gradio as gr
from gradio.utils import get_upload_folder

from segdemo.figures import latent as figures
from segdemo.generation.coding import pixels
from segdemo.generation.interpolate import FRAMES, End, interpolate
from segdemo.generation.prepare import PREPARATIONS, prepare
from segdemo.generation.reconstruct import Reconstruction, side_by_side, unusualness
from segdemo.generation.sample import SHOWN, sample
from segdemo.generation.shelf import ENCODING, SHELF
from segdemo.ui.photo_input import PhotoInput
from segdemo.ui.theme import COMPUTE

DATA = "digits"
LATENT_DIM = 16


def reconstruct_file(
    picture: str | None, data: str, latent_dim: float
) -> tuple[list[str], dict[str, Any]]:
    """Reconstruct a picture by every model of one data set and latent size.

    `data` is digits, fashion or faces. Returns PNG files: what the models see, then each model's
    reconstruction from its mean code, in the order of `numbers["models"]`; and numbers: what was
    done to the picture, and by model the squared error a pixel, the percentage of held-out images
    that it exceeds, and for VAEs the ledger in nats: the reconstruction term, averaged over the
    stated number of posterior samples, its floor, KL by dimension, and their total.
    """
    try:
        prepared = prepare(uploaded(picture), checked_data(data))
        models = SHELF.choose(data, whole(latent_dim, "latent_dim"), ENCODING)
        made = side_by_side(models, prepared.image)
        numbers = {one.model.name: described(one) for one in made}
    except ValueError as error:
        raise gr.Error(str(error), print_exception=False) from None
    pictures = {"input": pixels(prepared.image)}
    pictures |= {one.model.name: pixels(one.image) for one in made}
    files = written({f"{name}.png": figures.png(image) for name, image in pictures.items()})
    return files, {"notes": list(prepared.notes), "models": numbers}


def described(made: Reconstruction) -> dict[str, Any]:
    """A reconstruction's numbers."""
    found: dict[str, Any] = {"mse": made.mse, "exceeds_percent": unusualness(made).error.percent}
    if made.account is not None:
        book = made.account
        found["ledger"] = {
            "reconstruction": book.reconstruction,
            "standard_error": book.standard_error,
            "samples": book.samples,
            "floor": book.floor,
            "at_mean": book.at_mean,
            "kl": book.kl.tolist(),
            "total": book.total,
            "beta": book.beta,
            "likelihood": book.likelihood,
            "image": book.image_note,
        }
    return found


def interpolate_files(
    start: str | None, end: str | None, data: str, latent_dim: float, frames: float
) -> tuple[list[str], dict[str, Any]]:
    """Interpolate between two pictures through every model of one data set and latent size.

    Returns PNG strips of `frames` frames: the pixels' cross-fade, then for each model the linear
    and the spherical way; and numbers: by model and way |z|, the distance to the nearest code of a
    training image and the log density, frame by frame, and which density it is.
    """
    try:
        ends = [End(prepare(uploaded(p), checked_data(data)).image) for p in (start, end)]
        models = SHELF.choose(data, whole(latent_dim, "latent_dim"), ENCODING)
        made = interpolate(models, ends[0], ends[1], whole(frames, "frames"))
    except ValueError as error:
        raise gr.Error(str(error), print_exception=False) from None
    strips = {"crossfade.png": figures.sprite(made.crossfade)}
    numbers = {}
    for row in made.rows:
        ways = {"linear": row.linear, "spherical": row.spherical}
        numbers[row.model.name] = {
            "density": row.density_title,
            "note": row.note,
            **{
                name: {
                    "norm": way.norm.tolist(),
                    "distance": None if way.distance is None else way.distance.tolist(),
                    "log_density": way.log_density.tolist(),
                }
                for name, way in ways.items()
            },
        }
        strips |= {f"{row.model.name}-{n}.png": figures.sprite(w.frames) for n, w in ways.items()}
    return written(strips), {"t": made.t.tolist(), "models": numbers}


def sample_files(
    data: str, latent_dim: float, count: float, seed: float
) -> tuple[list[str], dict[str, Any]]:
    """Draw images from every source that a data set has: prior, aggregate posterior, mixture, GAN.

    Returns for each source a PNG of `count` images side by side, decoder means of drawn codes; and
    numbers: by source the model, the share of each class by the data's own classifier over
    `counted` samples, and the distance to the nearest code of a training image.
    """
    try:
        made = sample(
            SHELF,
            checked_data(data),
            whole(latent_dim, "latent_dim"),
            count=whole(count, "count"),
            seed=checked_seed(seed),
        )
    except ValueError as error:
        raise gr.Error(str(error), print_exception=False) from None
    numbers = {
        one.source: {
            "title": one.title,
            "model": one.model.name,
            "class_histogram": None if one.histogram is None else one.histogram.tolist(),
            "counted": one.counted,
            "distance": None if one.distance is None else one.distance.tolist(),
            "distance_in": one.compared,
        }
        for one in made
    }
    return written({f"{one.source}.png": figures.sprite(one.images) for one in made}), numbers


def uploaded(path: str | None) -> str:
    """An upload's path; ValueError where there is none."""
    if path is None:
        raise ValueError("no picture is given, but one is needed; upload a file.")
    return path


def checked_data(data: object) -> str:
    """A data set's key; ValueError for anything else."""
    if not isinstance(data, str) or data not in PREPARATIONS:
        raise ValueError(
            f"data {str(data)[:40]!r} is not known; choose from {', '.join(PREPARATIONS)}."
        )
    return data


def whole(value: object, name: str) -> int:
    """A whole number, which arrives as 24 or 24.0; ValueError for anything else."""
    if isinstance(value, bool) or not isinstance(value, int | float) or value != value // 1:
        raise ValueError(f"{name} {str(value)[:20]!r} must be a whole number; try another.")
    return int(value)


def checked_seed(value: object) -> int:
    """A seed from 0 to 2^31 - 1; ValueError for anything else."""
    seed = whole(value, "seed")
    if not 0 <= seed < 2**31:
        raise ValueError(f"seed={str(seed)[:20]} must be from 0 to {2**31 - 1}; try 0.")
    return seed


def written(contents: dict[str, bytes]) -> list[str]:
    """Files in a new folder of the server's own, in their order: their paths."""
    folder = Path(get_upload_folder()) / secrets.token_hex(16)
    folder.mkdir(parents=True)
    for name, content in contents.items():
        (folder / name).write_bytes(content)
    return [str(folder / name) for name in contents]


def build() -> None:
    """Register the endpoints in the page that is being built; nothing of them is shown."""
    with gr.Row(visible=False):
        picture, start, end = (
            PhotoInput(type="filepath", label=label) for label in ("picture", "start", "end")
        )
        data = gr.Textbox(DATA, label="data")
        latent_dim = gr.Number(LATENT_DIM, label="latent_dim")
        frames, count = gr.Number(FRAMES, label="frames"), gr.Number(SHOWN, label="count")
        seed = gr.Number(0, label="seed")
        files, numbers = gr.File(label="files", file_count="multiple"), gr.JSON(label="numbers")
    endpoints: dict[str, tuple[Callable[..., Any], list[Any]]] = {
        "reconstruct": (reconstruct_file, [picture, data, latent_dim]),
        "interpolate": (interpolate_files, [start, end, data, latent_dim, frames]),
        "sample": (sample_files, [data, latent_dim, count, seed]),
    }
    for name, (function, inputs) in endpoints.items():
        description = re.sub(r"\s+", " ", function.__doc__ or "").strip()
        gr.Button(name, visible=False).click(
            function, inputs, [files, numbers], api_name=name, api_description=description,
            **COMPUTE,
        )  # fmt: skip
