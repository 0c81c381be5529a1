"""The named endpoint /heatmap: one class of the ImageNet classifier over a photo."""

import secrets
from pathlib import Path
from typing import Any

import gradio as gr
from gradio.utils import get_upload_folder
from PIL import Image

from segdemo.figures import heatmap
from segdemo.heatmap.linear import linear_and_convolution
from segdemo.heatmap.network import class_index, class_names
from segdemo.heatmap.photo import SMALLEST, working_size
from segdemo.heatmap.scores import score_maps
from segdemo.images import decode
from segdemo.ui.classifier.setting import (
    DEFAULT_SHORTER,
    checked_scored,
    checked_shorter,
    checked_stride,
)
from segdemo.ui.classifier.view import extent
from segdemo.ui.photo_input import PhotoInput
from segdemo.ui.theme import COMPUTE


def heatmap_file(
    photo: str | None, class_name: str, size: float, stride: float, scored: str
) -> tuple[str, dict[str, Any]]:
    """Where in a photo an ImageNet class is, by the classifier turned into a convolution.

    `class_name` is a name or an index from 0 to 999; empty takes the most probable class. `size` is
    the photo's shorter side in pixels when it is scored, `stride` 32, 16 or 8, `scored` "cells" for
    the cells of the network's map or "windows" for windows of 224x224. Returns a PNG of the photo
    at its own size with the map over it, and numbers: the five most probable classes of the photo
    as a whole, the sizes in pixels and in cells, as [height, width], the class, and the class's
    probability in each cell, row by row.
    """
    if photo is None:
        raise gr.Error("no photo is given, but one is needed; upload a file.")
    try:
        # A number reaches here as 32.0.
        shorter, pixels_apart = checked_shorter(size), checked_stride(f"{float(stride):g}")
        scored = checked_scored(scored)
        decoded = decode(photo)
        whole = linear_and_convolution(decoded.pixels)
        index = class_index(class_name) if str(class_name or "").strip() else whole.top(1)[0][0]
        height, width = decoded.pixels.shape[:2]
        scale = working_size(height, width, shorter)
        maps = score_maps(decoded.pixels, scale, stride=pixels_apart, windows=scored == "windows")
    except (ValueError, TypeError) as error:
        raise gr.Error(str(error), print_exception=False) from None
    probabilities = maps.probabilities(index)
    shown = extent(maps, (height, width))
    limits = heatmap.limits(probabilities, probability=True)
    folder = Path(get_upload_folder()) / secrets.token_hex(16)
    folder.mkdir(parents=True)
    picture = heatmap.overlaid(decoded.pixels, probabilities, shown, limits)
    Image.fromarray(picture).save(folder / "heatmap.png")
    numbers = {
        "class": {"index": index, "name": class_names()[index]},
        "top5": [
            {"index": i, "name": name, "probability": round(share, 6)}
            for i, name, share in whole.top()
        ],
        "photo_size": [height, width],
        "scored_size": list(maps.size),
        "map_size": list(probabilities.shape),
        "stride": maps.stride,
        "scored": scored,
        "notes": list(decoded.notes),
        "probabilities": [[round(float(share), 6) for share in row] for row in probabilities],
    }
    return str(folder / "heatmap.png"), numbers


def build() -> None:
    """Register the endpoint in the page that is being built; nothing of it is shown."""
    with gr.Row(visible=False):
        photo = PhotoInput(type="filepath", label="photo")
        name = gr.Textbox(label="class_name", value="")
        size = gr.Number(label="size", value=DEFAULT_SHORTER, minimum=SMALLEST)
        stride = gr.Number(label="stride", value=32)
        scored = gr.Textbox(label="scored", value="cells")
        picture, numbers = gr.File(label="heatmap"), gr.JSON(label="numbers")
        button = gr.Button("Heat map")
    description = " ".join((heatmap_file.__doc__ or "").split())
    button.click(
        heatmap_file,
        [photo, name, size, stride, scored],
        [picture, numbers],
        api_name="heatmap",
        api_description=description,
        **COMPUTE,
    )
