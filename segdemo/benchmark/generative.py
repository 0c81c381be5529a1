"""Interpolation through every model of a data set, a slider's change, a reconstruction."""

from functools import partial

import numpy as np

from segdemo.benchmark.timing import Rows, print_table, timed
from segdemo.generation.interpolate import FRAMES, End, draws_row, interpolate
from segdemo.generation.reconstruct import side_by_side
from segdemo.generation.shelf import ENCODING, SHELF, Model
from segdemo.generation.walk import moved, traversal


def ends(size: int) -> tuple[End, End]:
    """Two random pictures of (size, size): what a picture shows costs nothing more."""
    drawn = np.random.default_rng(0).random((2, size, size)).astype(np.float32)
    return End(drawn[0]), End(drawn[1])


def through_all(models: list[Model], frames: int) -> None:
    """`frames` frames, both ways, through every model; a GAN's between two draws."""
    start, end = ends(models[0].image_size)
    interpolate(models, start, end, frames)
    for model in models:
        if model.kind == "gan":
            draws_row(model, 0, frames)


def benchmark_generative(rounds: int) -> None:
    """The rows of the generative models' speed table, for each data set that is shipped."""
    for data in SHELF.datasets():
        models = SHELF.choose(data, kinds=(*ENCODING, "gan"))
        encoding = [model for model in models if model.kind in ENCODING]
        walked = next((m for m in models if m.kind == "vae"), encoding[-1])
        code = np.full(walked.latent_dim, 0.5)
        image = ends(walked.image_size)[0].image
        one = f"slider of {walked.name}"
        rows: Rows = {
            one: partial(moved, walked, code, np.zeros(walked.latent_dim)),
            f"traversals of {walked.name}": partial(traversal, walked, code),
            f"reconstruct by {len(encoding)} models": partial(side_by_side, encoding, image),
            f"{FRAMES} frames through {len(models)} models": partial(through_all, models, FRAMES),
        }
        print_table(f"{data}, generative", timed(rows, rounds), one)
