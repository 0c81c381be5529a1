"""A photo under the classifier: everything worked out about it, once, keyed by its content."""

import hashlib
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from threading import RLock
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from segdemo.heatmap.linear import LinearAndConvolution, linear_and_convolution
from segdemo.heatmap.network import class_names
from segdemo.heatmap.photo import working_size
from segdemo.heatmap.receptive import Seen, nearest_cell, seen
from segdemo.heatmap.scores import COARSE, ScoreMaps, score_maps
from segdemo.heatmap.sliding import Comparison, Exact, exactly
from segdemo.images import decode
from segdemo.ui.classifier.setting import Setting
from segdemo.ui.examples import EXAMPLES
from segdemo.ui.source import picture

SHOWN_SIDE = 800  # pixels, the longer side of the photo on the page
# Results remembered, by kind; the largest maps have 25 MB, the usual ones under 1 MB.
REMEMBERED = {"photo": 12, "linear": 32, "maps": 8, "sliding": 8, "exact": 32, "seen": 12}
Result = TypeVar("Result")


class Cache:
    """The last results of each kind; one computation at a time."""

    def __init__(self) -> None:
        self.results: dict[str, OrderedDict[Any, Any]] = {
            kind: OrderedDict() for kind in REMEMBERED
        }
        self.lock = RLock()

    def of(self, kind: str, key: Any, make: Callable[[], Result]) -> Result:
        """The result under `key`, made if it isn't remembered."""
        with self.lock:
            if key not in self.results[kind]:
                self.put(kind, key, make())
            self.results[kind].move_to_end(key)
            found: Result = self.results[kind][key]
            return found

    def put(self, kind: str, key: Any, result: Any) -> None:
        """Remember a result, and forget the oldest beyond the number kept."""
        with self.lock:
            self.results[kind][key] = result
            while len(self.results[kind]) > REMEMBERED[kind]:
                self.results[kind].popitem(last=False)

    def peek(self, kind: str, key: Any) -> Any:
        """The result under `key`, or None."""
        with self.lock:
            return self.results[kind].get(key)


CACHE = Cache()


@dataclass(frozen=True)
class Scene:
    """A setting with its photo: RGB uint8 (H, W, 3), what was fixed in it, its content's hash."""

    setting: Setting
    pixels: NDArray[np.uint8]
    notes: tuple[str, ...]
    digest: str

    @property
    def linear(self) -> LinearAndConvolution:
        """The classifier's last layer in both forms, on the photo squeezed to 224x224."""
        return CACHE.of("linear", self.digest, lambda: linear_and_convolution(self.pixels))

    @property
    def index(self) -> int:
        """The class chosen, or the photo's most probable one."""
        chosen = self.setting.index
        return self.linear.top(1)[0][0] if chosen is None else chosen

    @property
    def name(self) -> str:
        """That class's name."""
        return class_names()[self.index]

    @property
    def size(self) -> tuple[int, int]:
        """(height, width) at which the photo is scored."""
        return self.resized_to(self.setting.shorter)

    def resized_to(self, shorter: int) -> tuple[int, int]:
        """The same for another shorter side."""
        height, width = self.pixels.shape[:2]
        return working_size(height, width, shorter)

    @property
    def window_size(self) -> tuple[int, int]:
        """The same in multiples of 32, so that naive windows start at the cells' pixels."""
        height, width = self.pixels.shape[:2]
        return working_size(height, width, self.setting.shorter, multiple=COARSE)

    def maps(self, stride: int, *, windows: bool = True) -> ScoreMaps:
        """The score maps at a stride."""
        size = self.size
        key = (self.digest, size, stride, windows)
        return CACHE.of(
            "maps", key, lambda: score_maps(self.pixels, size, stride=stride, windows=windows)
        )

    @property
    def exact(self) -> Exact:
        """Both ways through the network without padding."""
        return CACHE.of("exact", self.digest, lambda: exactly(self.pixels))

    @property
    def sliding(self) -> Comparison | None:
        """The sliding window against one pass, if it was done."""
        found: Comparison | None = CACHE.peek("sliding", (self.digest, self.window_size))
        return found

    def keep_sliding(self, comparison: Comparison) -> None:
        """Remember it, by the photo's content and size."""
        CACHE.put("sliding", (self.digest, self.window_size), comparison)

    def seen(self, stride: int) -> Seen:
        """What the cell nearest to the setting's point sees."""
        size, index = self.size, self.index
        cell = nearest_cell(self.setting.point, size, stride)
        key = (self.digest, size, index, stride, cell)
        return CACHE.of(
            "seen", key, lambda: seen(self.pixels, size, index=index, stride=stride, cell=cell)
        )

    @property
    def credit(self) -> str:
        """Whom an example is owed to; nothing for a person's own photo."""
        example = EXAMPLES.get(self.setting.source.get("example", ""))
        return f"Photo: {example.credit}" if example else ""


def scene_of(setting: Setting) -> Scene:
    """The setting with its photo; ValueError where that is gone or can't be read."""
    data, _ = picture(setting.source)
    digest = hashlib.sha256(data).hexdigest()
    photo = CACHE.of("photo", digest, lambda: decode(data, max_side=SHOWN_SIDE))
    return Scene(setting, photo.pixels, tuple(photo.notes), digest)
