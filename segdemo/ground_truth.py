"""Ground truth of one photo: read from a mask file, or from outlines drawn by hand; its ceiling.

Everything here ends as a (H, W) uint8 mask of indices into one label set, 255 where a pixel has no
label, which `metrics` compares with a prediction.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw
from scipy import ndimage

from segdemo import metrics
from segdemo.images import ImageError, Limits, Source, opened
from segdemo.labels import (
    CAMVID11_TO_PHOTOS,
    IGNORE_COLOUR,
    IGNORE_INDEX,
    LABEL_SETS,
    PHOTOS,
    LabelSet,
    read_mask,
    relabel,
)

LIMITS = Limits(max_bytes=10_000_000, max_pixels=16_000_000, min_side=1)
STRIDES = (2, 4, 8, 16, 32, 64)  # pixels

# Class of PASCAL VOC -> class of `photos`. Background holds buildings, sky and grass alike, so no
# one class stands for it: it is left out.
VOC_TO_PHOTOS: dict[str, str | None] = {
    "background": None,
    "aeroplane": "aeroplane",
    "bicycle": "bicycle",
    "bird": "bird",
    "boat": "boat",
    "bottle": "other",
    "bus": "other",
    "car": "car",
    "cat": "cat",
    "chair": "chair",
    "cow": "cow",
    "diningtable": "other",
    "dog": "dog",
    "horse": "horse",
    "motorbike": "other",
    "person": "person",
    "pottedplant": "other",
    "sheep": "sheep",
    "sofa": "other",
    "train": "other",
    "tvmonitor": "other",
}
CROSSWALKS: dict[str, Mapping[str, str | None]] = {
    "photos": {name: name for name in PHOTOS.classes},
    "camvid11": CAMVID11_TO_PHOTOS,
    "voc": VOC_TO_PHOTOS,
}


@dataclass(frozen=True, eq=False)
class GroundTruth:
    """`mask` (H, W) uint8 indices into `photos`, 255 unlabelled; `label_set`, what it was in."""

    mask: NDArray[np.uint8]
    label_set: str


def read(source: Source, size: tuple[int, int], label_set: str | None = None) -> GroundTruth:
    """Read a mask file of exactly (height, width) `size`, in `label_set` or a recognised one.

    Palette and grey files hold indices, colour files a known palette's colours. ImageError where
    the file can't be read, has another size, holds no label, or what is in no label set.
    """
    height, width = size
    with opened(source, LIMITS) as image:
        if image.size != (width, height):
            raise ImageError(
                f"this ground truth is {image.size[0]} x {image.size[1]} pixels, but must have the "
                f"{width} x {height} of the photo as shown, pixel on pixel; resize it with nearest "
                "neighbour, or upload the photo that it belongs to."
            )
    name = label_set or recognised(source)
    if name not in LABEL_SETS:
        raise ImageError(f"label set {name[:40]!r} is not known; choose {', '.join(LABEL_SETS)}.")
    mask = read_mask(source, LABEL_SETS[name], limits=LIMITS)
    mask = relabel(mask, LABEL_SETS[name], PHOTOS, CROSSWALKS[name])
    if (mask == IGNORE_INDEX).all():
        raise ImageError(
            "this ground truth labels no pixel with a class that is known here, but needs one; "
            "check which classes it was made with."
        )
    return GroundTruth(mask, name)


def recognised(source: Source) -> str:
    """The label set whose colours a mask file uses; `photos` for a grey file, which has none.

    ImageError where its colours are no label set's.
    """
    with opened(source, LIMITS) as image:
        if image.mode in ("L", "1", "I", "I;16"):
            return PHOTOS.name
        pixels = np.asarray(image.convert("RGB")).reshape(-1, 3)
        paletted = image.mode == "P"
    used = {tuple(int(v) for v in colour) for colour in np.unique(pixels, axis=0)}
    for name, label_set in LABEL_SETS.items():
        if used <= _colours(label_set):
            return name
    if paletted:  # its indices may be right whatever they are painted with
        return PHOTOS.name
    strange = min(used - _colours(PHOTOS))
    raise ImageError(
        "this ground truth holds the colour #{:02x}{:02x}{:02x}, which no palette known here has; "
        "save it as PNG, without smoothing, in the colours of this page, CamVid or VOC.".format(
            *strange
        )
    )


def _colours(label_set: LabelSet) -> set[tuple[int, ...]]:
    """A label set's colours, and the cream of unlabelled pixels."""
    colours = {tuple(int(v) for v in row) for row in label_set.palette}
    return colours | {IGNORE_COLOUR}


def from_outlines(data: Mapping[str, object], label_set: LabelSet = PHOTOS) -> NDArray[np.uint8]:
    """Fill outlines, (H, W) uint8; see `segdemo/ui/examples/*.outlines.json`.

    `data` has "width", "height" and "ignore_band" in pixels, and "regions": each a "class" (None
    for unlabelled) and an "outline" of [x, y] pixel corners. Later regions lie on earlier ones.
    What nearer than the band to a change of class lies is unlabelled, for no hand is exact there.
    """
    width, height, band = (int(str(data[key])) for key in ("width", "height", "ignore_band"))
    image = Image.new("L", (width, height), IGNORE_INDEX)
    draw = ImageDraw.Draw(image)
    regions = data["regions"]
    assert isinstance(regions, list)  # the files are the project's own
    for region in regions:
        name = region["class"]
        value = IGNORE_INDEX if name is None else label_set.index(name)
        draw.polygon([(float(x) - 0.5, float(y) - 0.5) for x, y in region["outline"]], fill=value)
    return with_band(np.array(image), band)


def read_outlines(path: Path) -> NDArray[np.uint8]:
    """The mask of an outlines file, (H, W) uint8 indices into `photos`."""
    return from_outlines(json.loads(path.read_text()))


def with_band(mask: NDArray[np.uint8], band: float) -> NDArray[np.uint8]:
    """The mask with pixels up to `band` pixels from a change of label unlabelled."""
    change = np.zeros(mask.shape, bool)
    change[:, 1:] |= mask[:, 1:] != mask[:, :-1]
    change[1:] |= mask[1:] != mask[:-1]
    if not change.any() or band <= 0:
        return mask.copy()
    near = ndimage.distance_transform_edt(~change) < band
    return np.where(near, np.uint8(IGNORE_INDEX), mask)


def reduced_labels(mask: NDArray[np.uint8], stride: int) -> NDArray[np.uint8]:
    """The label at each cell's centre, repeated over the cell: (H, W) uint8 as given."""
    height, width = mask.shape
    rows = np.minimum(np.arange(height) // stride * stride + stride // 2, height - 1)
    columns = np.minimum(np.arange(width) // stride * stride + stride // 2, width - 1)
    return mask[np.ix_(rows, columns)]


def reduced_shares(mask: NDArray[np.uint8], stride: int) -> NDArray[np.uint8]:
    """Each class's share of a cell, enlarged bilinearly; the largest wins: (H, W) uint8.

    What a network with this stride would draw whose scores were these shares: the best that most
    heads here can do, since they enlarge scores and not labels.
    """
    height, width = mask.shape
    padded = np.pad(mask, ((0, -height % stride), (0, -width % stride)), mode="edge")
    tall, wide = padded.shape[0] // stride, padded.shape[1] // stride
    best = np.full(mask.shape, -1.0, np.float32)
    winner = np.zeros(mask.shape, np.uint8)
    for value in np.unique(mask):
        share = (padded == value).reshape(tall, stride, wide, stride).mean((1, 3), np.float32)
        enlarged = Image.fromarray(share).resize(
            (wide * stride, tall * stride), Image.Resampling.BILINEAR
        )
        values = np.asarray(enlarged)[:height, :width]
        winner[values > best] = value
        best = np.maximum(best, values)
    return winner


@dataclass(frozen=True)
class Ceiling:
    """mIoU (0..1) of a ground truth reduced by each of `strides` pixels and enlarged again."""

    strides: tuple[int, ...]
    labels: tuple[float, ...]  # the cell's label repeated, as in Long et al., appendix A
    shares: tuple[float, ...]  # the classes' shares, enlarged bilinearly


def stride_ceiling(
    truth: NDArray[np.uint8],
    strides: Sequence[int] = STRIDES,
    num_classes: int = len(PHOTOS),
) -> Ceiling:
    """How good a prediction of each stride could be at best, judged on labelled pixels.

    Unlabelled pixels take the nearest label before reducing, so that they cost nothing.
    """
    filled = metrics.fill_ignored(truth).astype(np.uint8)

    def miou(mask: NDArray[np.uint8]) -> float:
        return metrics.miou(metrics.confusion(truth, mask, num_classes))

    return Ceiling(
        tuple(strides),
        tuple(miou(reduced_labels(filled, stride)) for stride in strides),
        tuple(miou(reduced_shares(filled, stride)) for stride in strides),
    )
