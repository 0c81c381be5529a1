"""Results by content: while remembered, nothing is worked out twice."""

import hashlib
from collections import OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from threading import Lock
from typing import Any

import numpy as np
from numpy.typing import NDArray

from segdemo import inference
from segdemo.images import decode
from segdemo.inference import Segmentation
from segdemo.labels import LABEL_SETS
from segdemo.models.catalog import ARCHITECTURES
from segdemo.ui import panes
from segdemo.ui.model_facts import WEIGHTS, measured

SHOWN_SIDE = 1024  # the page's photos are reduced to this; the endpoint works at full size
REMEMBERED = 48  # photos; about 0.3 MB each

Segment = Callable[[NDArray[np.uint8], list[str]], dict[str, Segmentation]]


@dataclass
class Photo:
    """What is remembered of a photo: what its panes share, what was fixed, the panes so far."""

    shared: dict[str, Any]
    notes: tuple[str, ...]
    panes: dict[str, dict[str, Any]] = field(default_factory=dict)


class Results:
    """A bounded cache of photos and their panes; one computation at a time."""

    def __init__(self, segment: Segment | None = None, remembered: int = REMEMBERED) -> None:
        self.segment = segment or inference.segment
        self.remembered = remembered
        self.photos: OrderedDict[str, Photo] = OrderedDict()
        self.lock = Lock()

    def of(self, data: bytes, names: Iterable[str]) -> Photo:
        """The photo in a picture file, with panes for at least the architectures in `names`.

        ImageError for a file that can't be read, ValueError for an unknown architecture.
        """
        names = checked_architectures(names)
        key = hashlib.sha256(data).hexdigest()
        with self.lock:
            photo = self.photos.get(key)
            known = photo.panes if photo else {}
            missing = [name for name in names if name not in known]
            if photo is None or missing:
                photo = self.photos[key] = self.extended(photo, data, missing)
            self.photos.move_to_end(key)
            while len(self.photos) > self.remembered:
                self.photos.popitem(last=False)
            return photo

    def extended(self, photo: Photo | None, data: bytes, missing: list[str]) -> Photo:
        """`photo`, or a new one, with the missing panes worked out."""
        decoded = decode(data, max_side=SHOWN_SIDE)
        if photo is None:
            photo = Photo(panes.photo(decoded.pixels, LABEL_SETS[WEIGHTS]), decoded.notes)
        made = self.segment(decoded.pixels, missing)
        photo.panes |= {name: pane_of(name, result) for name, result in made.items()}
        return photo


RESULTS = Results()


def checked_architectures(names: object) -> list[str]:
    """The architectures asked for, in the catalog's order; ValueError for what is none."""
    if not isinstance(names, list | tuple) or not names:
        raise ValueError("no architecture is chosen, but one is needed; choose at least one.")
    unknown = [name for name in names if not isinstance(name, str) or name not in ARCHITECTURES]
    if unknown:
        raise ValueError(
            f"architecture {str(unknown[0])[:40]!r} is not known; "
            f"choose from {', '.join(ARCHITECTURES)}."
        )
    return [name for name in ARCHITECTURES if name in names]


def pane_of(name: str, result: Segmentation) -> dict[str, Any]:
    """An architecture's pane, with its time and what the manifest holds about it."""
    known = measured(name)
    numbers = {
        "milliseconds": result.milliseconds.total,
        "parameters": known.get("parameters"),
        "miou": known.get("miou"),
    }
    return panes.pane(name, ARCHITECTURES[name].title, result.mask, numbers)
