"""Where a picture comes in: an example, a drawing, an upload; and what the model sees of it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache, partial
from io import BytesIO
from typing import Any

import gradio as gr
import numpy as np
from gradio.components import Component
from PIL import Image

from segdemo.generation.coding import decode, pixels
from segdemo.generation.interpolate import End
from segdemo.generation.shelf import SHELF, Shelf
from segdemo.ui import photo_input
from segdemo.ui.generative.part import Change
from segdemo.ui.generative.picture_source import (
    changed_source,
    label_of,
    reader,
    uploaded_source,
)
from segdemo.ui.generative.pictures import picture_uri, uri
from segdemo.ui.generative.setting import Setting, Source
from segdemo.ui.scripts import script
from segdemo.ui.small_examples import small_example

SCRIPTS = ("elements.js", "generative_sketch.js", "generative_input.js")
SETTABLE = 2  # how many values `values` gives
THUMBNAIL = 64  # pixels, the longer side
# Data set -> examples beside it: its own first, then some that its models never saw.
OFFERED: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "digits": (tuple(f"{digit}a" for digit in range(10)), ("ankle-boot", "cat")),
    "fashion": (
        (
            "t-shirt", "trouser", "pullover", "dress", "coat", "sandal", "shirt", "sneaker", "bag",
            "ankle-boot",
        ),
        ("3a", "cat"),
    ),
    "faces": (("face",), ("cat", "3a")),
}  # fmt: skip
CODES_OFFERED = {"faces": 9}  # data set -> of how many labels the first stored code is offered


@dataclass(frozen=True)
class PictureInput:
    """As laid out. `chooser`: examples, canvas and what the model sees; `upload`: a file."""

    chooser: gr.HTML
    upload: photo_input.PhotoInput

    @property
    def settable(self) -> list[Component]:
        """Those that `values` gives values to, in its order."""
        return [self.chooser, self.upload]


def build(elem_id: str, label: str) -> PictureInput:
    """Lay the input out; `elem_id` also tells its drawing from another input's."""
    chooser = gr.HTML(
        None,
        html_template=f'<div class="gen-input" data-key="{elem_id}" data-label="{label}"></div>',
        js_on_load=script(*SCRIPTS),
        elem_id=elem_id,
        apply_default_css=False,
    )
    upload = photo_input.box(
        f"{elem_id}-upload", height=120, label=f"{label}: a picture of your own", noun="picture"
    )
    return PictureInput(chooser, upload)


def changes(shown: PictureInput, field: str) -> list[Change]:
    """What happens in the input changes the setting's `field`: "source" or "other"."""
    return [
        Change(shown.chooser.input, shown.chooser, partial(chosen, field)),
        Change(shown.upload.input, shown.upload, partial(uploaded, field)),
    ]


def chosen(field: str, given: object, setting: Setting) -> Setting:
    """The setting after an example was pressed or a stroke was drawn."""
    source: dict[str, Any] = {field: changed_source(given, setting.data, SHELF)}
    return replace(setting, **source)


def uploaded(field: str, path: object, setting: Setting) -> Setting:
    """The setting after a file came in, or after the box was emptied, which changes nothing."""
    source: dict[str, Any] = {field: uploaded_source(path, getattr(setting, field))}
    return replace(setting, **source)


def values(source: Source, data: str, end: End, notes: Sequence[str]) -> list[Any]:
    """What `settable` shows of a source that was read as `end` with `notes`.

    The upload box keeps what it holds. A drawing isn't sent back: the browser has it.
    """
    shown = {
        "source": {kind: source[kind] for kind in source if kind in ("example", "code")},
        "drawn": "drawing" in source,
        "choices": list(choices(data, SHELF)),
        "seen": {
            "uri": picture_uri(pixels(end.image)),
            "size": end.image.shape[0],
            "note": said(source, notes),
        },
    }
    return [shown, gr.skip() if "upload" in source else None]


def said(source: Source, notes: Sequence[str]) -> str:
    """What was done to the picture, as a sentence."""
    if not notes:
        return "Used as it is."
    text = "; ".join(notes)
    return f"{text[:1].upper()}{text[1:]}." if "code" in source else f"Done to it: {text}."


@lru_cache(maxsize=8)
def choices(data: str, shelf: Shelf) -> tuple[dict[str, Any], ...]:
    """The examples beside a data set: {"source", "title", "credit", "uri"} each."""
    own, strange = OFFERED.get(data, ((), ()))
    return (
        *(choice_of(name) for name in own),
        *coded_choices(data, shelf),
        *(choice_of(name) for name in strange),
    )


def choice_of(name: str) -> dict[str, Any]:
    """An example among the choices, as a thumbnail."""
    one, buffer = small_example(name), BytesIO()
    with Image.open(BytesIO(one.data)) as image:
        image.thumbnail((THUMBNAIL, THUMBNAIL))
        image.save(buffer, "PNG")
    return {
        "source": {"example": name},
        "title": one.title,
        "credit": one.credit,
        "uri": uri(buffer.getvalue()),
    }


def coded_choices(data: str, shelf: Shelf) -> list[dict[str, Any]]:
    """The first stored code of some labels among the choices, decoded."""
    count = CODES_OFFERED.get(data, 0)
    if not count:
        return []
    shows = reader(data, shelf)
    _, first = np.unique(shows.known_codes.labels, return_index=True)
    images = pixels(decode(shows, shows.known_codes.mu[first[:count]]))
    return [
        {
            "source": {"code": int(index)},
            "title": label_of(shows, int(index)),
            "credit": f"the code of a training image, decoded by {shows.name}",
            "uri": picture_uri(image),
        }
        for index, image in zip(first, images, strict=False)
    ]
