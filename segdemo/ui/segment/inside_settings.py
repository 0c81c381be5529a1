"""What a visitor has set in Look inside, checked at the door."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import isfinite
from typing import Any

import numpy as np
from numpy.typing import NDArray

from segdemo.inside import switches, unet_skips
from segdemo.inside.features import largest_class
from segdemo.labels import LABEL_SETS
from segdemo.ui.model_facts import WEIGHTS

VIEWS: dict[str, str] = {
    "skips": "Skips of FCN-8s",
    "ladder": "Resolution ladder",
    "switches": "Switches of DeconvNet",
    "context": "Dilated context",
    "unet": "Skips of U-Net",
    "upsampling": "Upsampling",
    "field": "Receptive field",
}


@dataclass(frozen=True)
class Settings:
    """The view and what is chosen in it.

    `class_index` None stands for the largest class; `stride` of DeconvNet's unpooled map; `off`
    the strides of U-Net's skips that are switched off, and `fill` what stands in for them; `x` and
    `y` the pixel, as shares of the photo's width and height.
    """

    view: str = "skips"
    class_index: int | None = None
    stride: int = 16
    off: tuple[int, ...] = (4,)
    fill: str = "zeros"
    x: float = 0.5
    y: float = 0.5

    def plain(self) -> dict[str, Any]:
        """The same for the browser, and for a session's state."""
        return {**self.__dict__, "off": list(self.off)}


def one_of(value: object, offered: Mapping[Any, Any] | tuple[Any, ...], what: str) -> Any:
    """`value` where it is offered; ValueError for anything else."""
    if isinstance(value, bool) or not isinstance(value, int | str) or value not in offered:
        known = ", ".join(str(name) for name in offered)
        raise ValueError(f"{what} {str(value)[:40]!r} is not known; choose from {known}.")
    return value


def class_index(value: object) -> int | None:
    """A class of the label set, or None."""
    return None if value is None else one_of(value, tuple(range(len(LABEL_SETS[WEIGHTS]))), "class")


def off(value: object) -> tuple[int, ...]:
    """Strides of skips, each once."""
    if not isinstance(value, list | tuple) or len(value) > len(unet_skips.SKIPS):
        raise ValueError(f"skips {str(value)[:40]!r} must be a list of strides; try [4].")
    chosen = [one_of(stride, unet_skips.SKIPS, "skip") for stride in value]
    return tuple(stride for stride in unet_skips.SKIPS if stride in chosen)


def share(value: object) -> float:
    """A number, clamped to 0 to 1."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not isfinite(value):
        raise ValueError(f"place {str(value)[:40]!r} must be a number from 0 to 1; try 0.5.")
    return min(max(float(value), 0.0), 1.0)


CHECKS: dict[str, Callable[[object], Any]] = {
    "view": lambda value: one_of(value, VIEWS, "view"),
    "class_index": class_index,
    "stride": lambda value: one_of(value, switches.LEVELS, "stride"),
    "off": off,
    "fill": lambda value: one_of(value, unet_skips.FILLS, "fill"),
    "x": share,
    "y": share,
}


def checked(payload: object) -> Settings:
    """Settings from whatever came in; what is left out is as at first, ValueError for the rest."""
    if not isinstance(payload, Mapping):
        raise ValueError("the settings must be a set of names and values; reload the page.")
    known = {name: payload[name] for name in CHECKS if name in payload}
    return Settings(**{name: CHECKS[name](value) for name, value in known.items()})


# What a link says of the settings: its parameter -> the setting, and how its text is read.
LINKED: dict[str, tuple[str, Callable[[str], Any]]] = {
    "look": ("view", str),
    "look_class": ("class_index", int),
    "look_stride": ("stride", int),
    "look_off": (
        "off",
        lambda text: [] if text == "none" else [int(one) for one in text.split("-")],
    ),
    "look_fill": ("fill", str),
    "look_x": ("x", float),
    "look_y": ("y", float),
}


def linked(parameters: Mapping[str, str], settings: Settings) -> Settings:
    """The settings with what a link says of them; as they were where it says what can't be."""
    try:
        named = {
            setting: read(parameters[name])
            for name, (setting, read) in LINKED.items()
            if name in parameters
        }
        return checked(settings.plain() | named)
    except ValueError:
        return settings


def chosen_class(settings: Settings, mask: NDArray[np.uint8]) -> tuple[int, str]:
    """The class chosen, or the largest of a mask: its index and name."""
    index = largest_class(mask) if settings.class_index is None else settings.class_index
    return index, LABEL_SETS[WEIGHTS].classes[index]
