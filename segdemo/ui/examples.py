"""The example photos: what to look at in each, whom it is owed to, and the picker."""

import base64
from dataclasses import dataclass
from html import escape
from io import BytesIO
from pathlib import Path

import gradio as gr
from PIL import Image

from segdemo.ui.scripts import script

FOLDER = Path(__file__).parent / "examples"
THUMBNAIL = (168, 112)


@dataclass(frozen=True)
class Example:
    """A photo in `examples/`: its name on the page, photographer and licence, what to look at."""

    file: str
    title: str
    credit: str
    sentence: str

    def data(self) -> bytes:
        """The photo's file."""
        return (FOLDER / self.file).read_bytes()


EXAMPLES: dict[str, Example] = {
    "palace": Example(
        "palace.jpg",
        "Palace",
        "danielbuechele, CC BY 2.0",
        "Follow the roofs' edge against the sky: every skip or finer map makes it sharper, "
        "and FCN-32s, which has none, leaves a blob.",
    ),
    "cat": Example(
        "cat.jpg",
        "Cat",
        "Stéfan van der Walt, CC0",
        "The cat nearly fills the photo. Look at its ears, and at what the blurred background is "
        "taken for.",
    ),
    "flower": Example(
        "flower.jpg",
        "Flower",
        "vultilion, CC BY 2.0",
        "A round outline shows the stride: the coarser the score map, the more it becomes a "
        "polygon. Is the second flower, cut off below, found too?",
    ),
    "astronaut": Example(
        "astronaut.jpg",
        "Astronaut",
        "NASA, public domain",
        "Flag, helmet and model rocket belong to no class here. Which of them end as other, and "
        "which become part of the person?",
    ),
    "rocket": Example(
        "rocket.jpg",
        "Rocket",
        "SpaceX, public domain",
        "Thin masts are the hardest case: they are narrower than one cell of a stride 32 score "
        "map. See which architecture keeps any of them.",
    ),
    "coffee": Example(
        "coffee.jpg",
        "Coffee",
        "Rachel Michetti, CC0",
        "Nothing here belongs to one of the 21 named classes, so other is the right answer "
        "everywhere.",
    ),
}
DEFAULT_EXAMPLE = "palace"


def example(name: object) -> Example:
    """The example of that name; ValueError for anything else."""
    if not isinstance(name, str) or name not in EXAMPLES:
        raise ValueError(f"example {name!r} is not known; choose from {', '.join(EXAMPLES)}.")
    return EXAMPLES[name]


def picker(chosen: str, elem_id: str = "picker") -> gr.HTML:
    """Thumbnails to press; the component's value is the chosen example's name, None for none."""
    buttons = "".join(_button(name, shown) for name, shown in EXAMPLES.items())
    return gr.HTML(
        chosen,
        html_template=(
            f'<div class="picker" role="group" aria-label="Example photos">{buttons}</div>'
            '<p class="picker-credit" aria-live="polite"></p>'
        ),
        js_on_load=script("picker.js"),
        elem_id=elem_id,
        apply_default_css=False,
    )


def _button(name: str, shown: Example) -> str:
    """One thumbnail as HTML."""
    with Image.open(FOLDER / shown.file) as image:
        image.thumbnail(THUMBNAIL)
        buffer = BytesIO()
        image.save(buffer, "JPEG", quality=80)
    uri = f"data:image/jpeg;base64,{base64.b64encode(buffer.getvalue()).decode()}"
    return (
        f'<button type="button" aria-pressed="false" data-name="{escape(name)}"'
        f' data-credit="{escape(shown.credit)}"><img alt="" src="{uri}">'
        f"<span>{escape(shown.title)}</span></button>"
    )
