"""Image A or B out of a source: read and prepared, its codes where they are known."""

import base64
import binascii

import numpy as np

from segdemo.generation.coding import decode
from segdemo.generation.interpolate import End
from segdemo.generation.prepare import prepare
from segdemo.generation.shelf import ENCODING, Model, Shelf
from segdemo.images import Limits, opened
from segdemo.ui import photo_input
from segdemo.ui.generative.setting import Source
from segdemo.ui.small_examples import small_example

PREFIX = "data:image/png;base64,"
LARGEST_DRAWING = 200_000  # characters of a data URI
DRAWING = Limits(max_bytes=LARGEST_DRAWING, max_pixels=1024 * 1024)


def read(source: Source, data: str, shelf: Shelf) -> tuple[End, tuple[str, ...]]:
    """The picture as the models see it, with codes that are known, and what was done, in words."""
    if "code" in source:
        return end_of(checked_code(source["code"], data, shelf), data, shelf)
    seen = prepare(picture(source), data)
    return End(seen.image), seen.notes


def picture(source: Source) -> bytes:
    """The picture's file; ValueError where it is gone or unknown."""
    if "upload" in source:
        return photo_input.read_upload(source["upload"])
    if "drawing" in source:
        return drawn(source["drawing"])
    return small_example(source.get("example")).data


def changed_source(payload: object, data: str, shelf: Shelf) -> Source:
    """The source that the chooser's value asks for; ValueError for what isn't offered.

    The payload may be anything: an example's name is looked up, a code's number must be in range,
    a drawing must be a small PNG.
    """
    wanted = payload.get("source") if isinstance(payload, dict) else None
    if not isinstance(wanted, dict) or len(wanted) != 1:
        raise ValueError("a picture must be an example, a drawing or a code; choose an example.")
    kind, given = next(iter(wanted.items()))
    if kind == "example":
        return {"example": small_example(given).name}
    if kind == "drawing":
        drawn(given)
        return {"drawing": given}
    if kind == "code":
        checked_code(given, data, shelf)
        return {"code": given}
    raise ValueError(f"{str(kind)[:20]!r} is no kind of picture; choose an example.")


def uploaded_source(path: object, before: Source) -> Source:
    """The source after an upload; where the box was emptied, the one before stays."""
    return {"upload": path} if isinstance(path, str) and path else before


def drawn(given: object) -> bytes:
    """The PNG file of a drawing's data URI; ValueError for anything else or too large."""
    rule = "a drawing must be a small PNG picture made on this page"
    if not isinstance(given, str) or not given.startswith(PREFIX):
        raise ValueError(f"{rule}; draw again.")
    if len(given) > LARGEST_DRAWING:
        raise ValueError(
            f"{rule}, of {LARGEST_DRAWING} characters at most, and this one has {len(given)}; "
            "clear it and draw again."
        )
    try:
        png = base64.b64decode(given.removeprefix(PREFIX), validate=True)
    except (binascii.Error, ValueError):
        png = b""
    if not png.startswith(b"\x89PNG\r\n\x1a\n"):
        raise ValueError(f"{rule}; draw again.")
    with opened(png, DRAWING) as image:
        image.load()
    return png


def coded(data: str, shelf: Shelf) -> list[Model]:
    """The data set's models with codes of training images."""
    return [model for model in shelf.choose(data, kinds=ENCODING) if model.codes is not None]


def reader(data: str, shelf: Shelf) -> Model:
    """The model that shows what a code stands for: the largest VAE, else the first that encodes."""
    models = coded(data, shelf)
    vaes = [model for model in models if model.kind == "vae"]
    return max(vaes, key=lambda model: model.latent_dim) if vaes else models[0]


def checked_code(given: object, data: str, shelf: Shelf) -> int:
    """The number of a training image that every model has the code of; ValueError for another."""
    most = min((len(model.known_codes.mu) for model in coded(data, shelf)), default=0)
    if isinstance(given, bool) or not isinstance(given, int) or not 0 <= given < most:
        raise ValueError(
            f"code {str(given)[:20]!r} must be a whole number from 0 to {most - 1}; try 0."
        )
    return given


def end_of(index: int, data: str, shelf: Shelf) -> tuple[End, tuple[str, ...]]:
    """A training image by its stored codes, as the data set's largest VAE decodes it."""
    shows = reader(data, shelf)
    image = np.clip(decode(shows, shows.known_codes.mu[index][None])[0], 0, 1)
    codes = {model.name: model.known_codes.mu[index] for model in coded(data, shelf)}
    notes = (
        f"{label_of(shows, index)}, training image {index}: its stored code as {shows.name} "
        "decodes it; the image itself isn't shipped",
    )
    return End(image, codes), notes


def label_of(model: Model, index: int) -> str:
    """The class of a stored code, in words; for faces the person's number."""
    label = int(model.known_codes.labels[index])
    return model.classes[label] if len(model.classes) > 1 else f"person {label + 1}"
