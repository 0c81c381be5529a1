"""The named endpoints for programs; /segment and /models are here, a tab's own beside it."""

import re
import secrets
from pathlib import Path
from typing import Any

import gradio as gr
from gradio.utils import get_upload_folder

from segdemo import inference
from segdemo.images import decode
from segdemo.labels import LABEL_SETS, write_mask
from segdemo.models.catalog import ARCHITECTURES
from segdemo.ui.classifier import endpoint as classifier_endpoint
from segdemo.ui.convolution import endpoint as convolution_endpoint
from segdemo.ui.generative import endpoint as generative_endpoint
from segdemo.ui.model_facts import WEIGHTS, heads, papers
from segdemo.ui.photo_input import PhotoInput
from segdemo.ui.segment.regions import areas
from segdemo.ui.segment.results import checked_architectures
from segdemo.ui.theme import COMPUTE


def segment_file(photo: str | None, architectures: list[str]) -> tuple[list[str], dict[str, Any]]:
    """Segment a photo by each architecture named.

    Returns the masks, for each architecture one PNG of class indices with a palette, at the photo's
    own size and in the order of `statistics["architectures"]`; and statistics: classes in the order
    of their indices, the photo's size and what was fixed in it, and by architecture the share of
    the photo that each class covers (fractions) and the milliseconds it took.
    """
    if photo is None:
        raise gr.Error("no photo is given, but one is needed; upload a file.")
    try:
        names = checked_architectures(architectures)
        decoded = decode(photo)
        results = inference.segment(decoded.pixels, names, weights=WEIGHTS)
    except ValueError as error:
        raise gr.Error(str(error), print_exception=False) from None
    label_set = LABEL_SETS[WEIGHTS]
    folder = Path(get_upload_folder()) / secrets.token_hex(16)
    folder.mkdir(parents=True)
    files = []
    for name in names:
        write_mask(results[name].mask, label_set, folder / f"{name}.png")
        files.append(str(folder / f"{name}.png"))
    height, width = decoded.pixels.shape[:2]
    statistics = {
        "height": height,
        "width": width,
        "notes": list(decoded.notes),
        "classes": list(label_set.classes),
        "architectures": {
            name: {
                "areas": {label_set.classes[i]: share for i, share in areas(result.mask).items()},
                "milliseconds": {
                    part: round(getattr(result.milliseconds, part), 3)
                    for part in ("trunk", "head", "rest", "total")
                },
            }
            for name in names
            for result in [results[name]]
        },
    }
    return files, statistics


def model_list() -> dict[str, Any]:
    """List the architectures on the shared trunk and the papers' own networks.

    `architectures`: title, paper, idea, and what was measured on the validation photos; `papers`:
    what each network is, its citation, input size, parameters and multiply-adds.
    """
    return {"architectures": heads(), "papers": papers()}


def build() -> None:
    """Register all endpoints in the page that is being built; nothing of them is shown."""
    with gr.Row(visible=False):
        photo = PhotoInput(type="filepath", label="photo")
        names = gr.CheckboxGroup(list(ARCHITECTURES), label="architectures", value=["fcn8s"])
        masks = gr.File(label="masks", file_count="multiple")
        statistics, models = gr.JSON(label="statistics"), gr.JSON(label="models")
        segment, list_models = gr.Button("Segment"), gr.Button("Models")
    segment.click(
        segment_file,
        [photo, names],
        [masks, statistics],
        api_name="segment",
        api_description=described(segment_file),
        **COMPUTE,
    )
    list_models.click(
        model_list, None, models, api_name="models", api_description=described(model_list)
    )
    for endpoint in (convolution_endpoint, classifier_endpoint, generative_endpoint):
        endpoint.build()


def described(function: Any) -> str:
    """A handler's docstring as one line of prose."""
    return re.sub(r"\s+", " ", function.__doc__).strip()
