"""Results by content: while remembered, nothing is worked out twice."""

import hashlib
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from io import BytesIO
from threading import Lock
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from segdemo import inference
from segdemo.images import decode
from segdemo.inference import Segmentation
from segdemo.labels import LABEL_SETS
from segdemo.models.catalog import ARCHITECTURES
from segdemo.ui.model_facts import WEIGHTS, measured
from segdemo.ui.segment import panes, score_details

SHOWN_SIDE = 1024  # the page's photos are reduced to this; the endpoint works at full size
REMEMBERED = 48  # photos; about 1 MB each, the pixels most of it

Segment = Callable[[NDArray[np.uint8], list[str]], dict[str, Segmentation]]


class Warm:
    """`inference.segment`, but every architecture runs twice when it first meets a photo's size.

    A first pass at a size is several times slower than all others, and the times on the page are
    to be those of the architectures.
    """

    def __init__(self) -> None:
        self.met: set[tuple[str, tuple[int, int]]] = set()

    def __call__(self, image: NDArray[np.uint8], names: list[str]) -> dict[str, Segmentation]:
        """Name -> result, as `inference.segment` gives it."""
        inference.check_image(image)
        size = inference.working_size(*image.shape[:2])
        cold = [name for name in names if (name, size) not in self.met]
        if cold:
            inference.segment(image, cold)
            self.met.update((name, size) for name in cold)
        return inference.segment(image, names)


class Masks(Mapping[str, NDArray[np.uint8]]):
    """Architecture -> (H, W) uint8 class indices, read from its pane's PNG when asked for."""

    def __init__(self, of_panes: dict[str, dict[str, Any]]) -> None:
        self._panes = of_panes

    def __getitem__(self, name: str) -> NDArray[np.uint8]:
        """One architecture's mask; KeyError where it has no pane yet."""
        return panes.indices(self._panes[name])

    def __iter__(self) -> Iterator[str]:
        """The architectures that have a pane."""
        return iter(self._panes)

    def __len__(self) -> int:
        """How many have one."""
        return len(self._panes)


@dataclass
class Photo:
    """What is remembered of a photo: what its panes share, what was fixed, the panes so far.

    `packed` are the decoded pixels, as a PNG, so that many photos fit in memory.
    """

    shared: dict[str, Any]
    notes: tuple[str, ...]
    packed: bytes
    panes: dict[str, dict[str, Any]] = field(default_factory=dict)

    @property
    def pixels(self) -> NDArray[np.uint8]:
        """RGB uint8 (H, W, 3): what the networks were given, at the size that is shown."""
        with Image.open(BytesIO(self.packed)) as image:
            return np.array(image)

    @property
    def masks(self) -> Masks:
        """Each architecture's mask, (H, W) uint8 class indices, of the same size."""
        return Masks(self.panes)


class Results:
    """A bounded cache of photos and their panes; one computation at a time."""

    def __init__(self, segment: Segment | None = None, remembered: int = REMEMBERED) -> None:
        self.segment = segment or Warm()
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
            shared = panes.photo(decoded.pixels, LABEL_SETS[WEIGHTS])
            photo = Photo(shared, decoded.notes, packed(decoded.pixels))
        made = self.segment(decoded.pixels, missing)
        photo.panes |= {name: pane_of(name, result) for name, result in made.items()}
        return photo


RESULTS = Results()


def packed(pixels: NDArray[np.uint8]) -> bytes:
    """RGB uint8 (H, W, 3) as a PNG, quickly rather than as small as can be."""
    buffer = BytesIO()
    Image.fromarray(pixels).save(buffer, "PNG", compress_level=1)
    return buffer.getvalue()


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
    scores = score_details.packed(result)
    return panes.pane(name, ARCHITECTURES[name].title, result.mask, scores, numbers)
