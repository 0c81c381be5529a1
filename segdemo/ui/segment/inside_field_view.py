"""Look inside: what one pixel's score depends on, in theory and in this photo."""

from typing import Any

from segdemo.inside import fields
from segdemo.inside.features import Features
from segdemo.labels import LABEL_SETS
from segdemo.models.catalog import ARCHITECTURES
from segdemo.models.phase import STRIDES
from segdemo.ui.model_facts import WEIGHTS
from segdemo.ui.segment import inside_figures as figures
from segdemo.ui.segment.inside_settings import Settings

TRUNK = "The sum over the channels of the cell that holds the pixel, map by map."


def pixel_of(features: Features, settings: Settings) -> tuple[int, int]:
    """The pixel (y, x), at the networks' size, that a place on the photo falls into."""
    height, width = features.size
    return min(int(settings.y * height), height - 1), min(int(settings.x * width), width - 1)


def field_view(features: Features, settings: Settings, names: list[str]) -> dict[str, Any]:
    """The field of a pixel in every architecture; `features` must be traced."""
    y, x = pixel_of(features, settings)
    height, width = features.size
    made = [field_figure(features, name, y, x) for name in names]
    stages = [stage_figure(features, level, y, x) for level in range(len(STRIDES))]
    where = f"Pixel {x} from the left, {y} from the top"
    return {
        "sentence": "Press a place on a photo, or move there by the arrow keys and press Enter: "
        "how far does the brightness reach, and does it follow the object?",
        "note": "Bright pixels are those whose change would change the score most: the absolute "
        "gradient of the predicted class's score, summed over red, green and blue (effective "
        "receptive field, Luo et al. 2016; here for this photo, not averaged over many). Solid "
        "frame: all that the score could depend on whatever the weights. Dashed square: around "
        "the pixel, as small as holds 95 % of the gradient. "
        f"The networks see this photo at {figures.size(width, height)} pixels.",
        "rows": [
            figures.row(where, "The score of the class predicted there, by architecture.", made),
            figures.row("How the field grows in the trunk", TRUNK, stages),
        ],
    }


def field_figure(features: Features, name: str, y: int, x: int) -> figures.Figure:
    """One architecture's gradient with its two frames, and what they measure."""
    found = fields.pixel_field(features, name, y, x)
    winner = LABEL_SETS[WEIGHTS].classes[found.winner]
    note = f"{winner}, score {found.score:.1f}. {said(found.field)}"
    return drawn(ARCHITECTURES[name].title, note, found.field, (y, x))


def stage_figure(features: Features, level: int, y: int, x: int) -> figures.Figure:
    """The same for a map of the trunk."""
    field = fields.stage_field(features, level, y, x)
    return drawn(f"Trunk, stride {STRIDES[level]}", said(field), field, (y, x))


def drawn(title: str, note: str, field: fields.Field, pixel: tuple[int, int]) -> figures.Figure:
    """A field's figure."""
    return figures.field(title, note, field.gradient, (field.theory, field.effective), pixel)


def said(field: fields.Field) -> str:
    """A field's measures in words."""
    return (
        f"In theory {extent(field.theory)} pixels; {round(100 * fields.HELD)} % of the gradient "
        f"within {extent(field.effective)}, which is {figures.percent(field.share)} of the "
        "theoretical field on this photo."
    )


def extent(box: fields.Box) -> str:
    """A box's width and height."""
    height, width = box.size
    return figures.size(width, height)
