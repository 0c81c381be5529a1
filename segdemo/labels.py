"""Label sets: class names, colours that colour-blind eyes can tell apart, crosswalks, mask files.

A mask is a (H, W) uint8 array of indices into `LabelSet.classes`; 255 marks pixels without a
label. Colours are sRGB, 0-255.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from segdemo.images import ImageError, Limits, Source, opened

IGNORE_INDEX = 255
MASK_LIMITS = Limits(min_side=1)
IGNORE_COLOUR = (224, 224, 192)  # what PASCAL VOC paints its void pixels with


@dataclass(frozen=True, eq=False)
class LabelSet:
    """Names and colours of a set of classes.

    `classes` are in index order; `palette` is (len(classes), 3) uint8 sRGB, read-only;
    `ignore_index` marks pixels without a label in masks of this set.
    """

    name: str
    classes: tuple[str, ...]
    palette: NDArray[np.uint8]
    ignore_index: int = IGNORE_INDEX

    def __post_init__(self) -> None:
        """Copy and freeze the palette; ValueError where it does not fit the classes."""
        palette = np.array(self.palette, dtype=np.uint8)
        if palette.shape != (len(self.classes), 3):
            raise ValueError(
                f"palette of shape {palette.shape} must be ({len(self.classes)}, 3) for the "
                f"{len(self.classes)} classes of {self.name!r}; give one RGB row a class."
            )
        palette.flags.writeable = False
        object.__setattr__(self, "palette", palette)

    def __len__(self) -> int:
        """Return the number of classes."""
        return len(self.classes)

    def index(self, name: str) -> int:
        """Return the index of a class; ValueError names the known ones."""
        if name not in self.classes:
            known = ", ".join(self.classes)
            raise ValueError(f"class {name!r} is not in {self.name!r}; choose one of: {known}.")
        return self.classes.index(name)

    def hex(self, index: int) -> str:
        """Return the colour of a class as "#rrggbb"."""
        return "#{:02x}{:02x}{:02x}".format(*self.palette[index])


def _label_set(name: str, colours: Mapping[str, int]) -> LabelSet:
    """Build a set from {class: 0xRRGGBB}, classes in index order."""
    rows = [(rgb >> 16, rgb >> 8 & 255, rgb & 255) for rgb in colours.values()]
    return LabelSet(name, tuple(colours), np.array(rows, dtype=np.uint8))


# Found by simulated annealing: the nearest two colours are as far apart as could be (CIEDE2000 of
# 12.6), for eyes of full colour vision and for simulated protanopia, deuteranopia and tritanopia
# (Machado, Oliveira, Fernandes, TVCG 2009), within a region of hues and lightness for each class.
PHOTOS = _label_set(
    "photos",
    {
        "building": 0x91635F,
        "grass": 0xB2EE98,
        "tree": 0x008C23,
        "cow": 0x683B36,
        "sheep": 0xE9F8E0,
        "sky": 0x56CBFE,
        "aeroplane": 0x3700E1,
        "water": 0x4861E8,
        "car": 0xFF021D,
        "bicycle": 0xFBE0F4,
        "flower": 0xFA2893,
        "sign": 0xFFFE00,
        "bird": 0xA89DB8,
        "book": 0xEFA0A7,
        "chair": 0x6492FF,
        "road": 0x707E86,
        "cat": 0x675361,
        "dog": 0x8F1801,
        "person": 0xAF8B69,
        "boat": 0x314578,
        "horse": 0xC9BF0A,
        "other": 0x332F37,
    },
)

# SegNet's eleven classes of CamVid in its order and colours (Badrinarayanan, Kendall, Cipolla,
# PAMI 2017). They are not safe for colour-blind eyes: show them through CAMVID11_TO_PHOTOS.
CAMVID11 = _label_set(
    "camvid11",
    {
        "sky": 0x808080,
        "building": 0x800000,
        "pole": 0xC0C080,
        "road": 0x804080,
        "pavement": 0x3C28DE,
        "tree": 0x808000,
        "sign_symbol": 0xC08080,
        "fence": 0x404080,
        "car": 0x400080,
        "pedestrian": 0x404000,
        "bicyclist": 0x0080C0,
    },
)

# PASCAL VOC 2012 (Everingham et al., IJCV 2010), colours of the development kit's VOClabelcolormap.
VOC = _label_set(
    "voc",
    {
        "background": 0x000000,
        "aeroplane": 0x800000,
        "bicycle": 0x008000,
        "bird": 0x808000,
        "boat": 0x000080,
        "bottle": 0x800080,
        "bus": 0x008080,
        "car": 0x808080,
        "cat": 0x400000,
        "chair": 0xC00000,
        "cow": 0x408000,
        "diningtable": 0xC08000,
        "dog": 0x400080,
        "horse": 0xC00080,
        "motorbike": 0x408080,
        "person": 0xC08080,
        "pottedplant": 0x004000,
        "sheep": 0x804000,
        "sofa": 0x00C000,
        "train": 0x80C000,
        "tvmonitor": 0x004080,
    },
)

LABEL_SETS: dict[str, LabelSet] = {"photos": PHOTOS, "camvid11": CAMVID11, "voc": VOC}

# Class of CamVid -> class of `photos`, None where it has no honest counterpart (a bicyclist is
# person and bicycle in one region).
CAMVID11_TO_PHOTOS: dict[str, str | None] = {
    "sky": "sky",
    "building": "building",
    "pole": "other",
    "road": "road",
    "pavement": "road",
    "tree": "tree",
    "sign_symbol": "sign",
    "fence": "other",
    "car": "car",
    "pedestrian": "person",
    "bicyclist": None,
}


def lookup_table(
    source: LabelSet, target: LabelSet, crosswalk: Mapping[str, str | None]
) -> NDArray[np.uint8]:
    """Return a crosswalk as a table: (256,) uint8, index in `source` -> index in `target`.

    `crosswalk` names each class of `source` and its class in `target`, or None to ignore it; what
    is no class of `source` becomes `target.ignore_index`. ValueError where a class is left out.
    """
    missing = [name for name in source.classes if name not in crosswalk]
    if missing:
        raise ValueError(
            f"the crosswalk from {source.name!r} leaves out {', '.join(missing)}, but must name "
            "every class; map these to a class or to None."
        )
    table = np.full(256, target.ignore_index, dtype=np.uint8)
    for name, other in crosswalk.items():
        if other is not None:
            table[source.index(name)] = target.index(other)
    return table


def relabel(
    mask: NDArray[np.integer],
    source: LabelSet,
    target: LabelSet,
    crosswalk: Mapping[str, str | None],
) -> NDArray[np.uint8]:
    """Translate a (H, W) mask from one label set to another: uint8, `lookup_table` applied.

    ValueError where the mask holds what is neither a class of `source` nor ignored.
    """
    check_mask(mask, source)
    return lookup_table(source, target, crosswalk)[mask]


def paint(mask: NDArray[np.integer], label_set: LabelSet) -> NDArray[np.uint8]:
    """Return a (H, W) mask in its colours, RGB uint8 (H, W, 3); ignored pixels in cream."""
    check_mask(mask, label_set)
    return _colour_table(label_set)[mask]


def write_mask(
    mask: NDArray[np.integer], label_set: LabelSet, target: str | Path | BinaryIO
) -> None:
    """Write a (H, W) mask as a palette PNG: its pixels are the indices, shown in their colours.

    An index PNG without a palette looks all black in an image viewer. `target` is a path or a
    binary stream. ValueError where the mask doesn't fit the label set.
    """
    check_mask(mask, label_set)
    image = Image.fromarray(mask.astype(np.uint8))
    image.putpalette(_colour_table(label_set).tobytes())
    image.save(target, format="PNG", optimize=True)


def read_mask(
    source: Source, label_set: LabelSet, *, limits: Limits = MASK_LIMITS
) -> NDArray[np.uint8]:
    """Read a mask file as (H, W) uint8 indices into `label_set`.

    Palette and grey files hold indices; colour files are looked up in the set's palette, exactly.
    Takes what `images.decode` takes. ImageError where the file can't be read, or doesn't fit.
    """
    with opened(source, limits) as image:
        indexed = image.mode in ("P", "L", "1", "I;16", "I")
        pixels = np.asarray(image if indexed else image.convert("RGB"))
    mask = pixels.astype(np.int64) if indexed else _indices_of(pixels, label_set)
    try:
        check_mask(mask, label_set)
    except ValueError as error:
        raise ImageError(str(error)) from None
    return mask.astype(np.uint8)


def check_mask(mask: NDArray[np.integer], label_set: LabelSet) -> None:
    """Raise ValueError unless `mask` is (H, W) integers, classes of `label_set` or ignored."""
    if mask.ndim != 2 or mask.dtype.kind not in "iu":
        raise ValueError(
            f"a mask of shape {mask.shape} and dtype {mask.dtype} must be (H, W) integers; "
            "take the argmax of scores first."
        )
    wrong = mask[((mask < 0) | (mask >= len(label_set))) & (mask != label_set.ignore_index)]
    if wrong.size:
        raise ValueError(
            f"the mask holds index {wrong[0]}, but {label_set.name!r} has the classes 0 to "
            f"{len(label_set) - 1} and {label_set.ignore_index} for ignored; choose the label set "
            "that it was made with."
        )


def _colour_table(label_set: LabelSet) -> NDArray[np.uint8]:
    """Return the palette as (256, 3) uint8, the ignored index in its own colour."""
    table = np.zeros((256, 3), dtype=np.uint8)
    table[: len(label_set)] = label_set.palette
    table[label_set.ignore_index] = IGNORE_COLOUR
    return table


def _indices_of(pixels: NDArray[np.uint8], label_set: LabelSet) -> NDArray[np.int64]:
    """Look up (H, W, 3) colours in a palette; ImageError for a colour that isn't in it."""
    colours = np.concatenate([label_set.palette, [IGNORE_COLOUR]]).astype(np.int64)
    indices = np.append(np.arange(len(label_set)), label_set.ignore_index)
    weights = np.array([65536, 256, 1])
    keys, codes = colours @ weights, pixels.astype(np.int64) @ weights
    order = np.argsort(keys)
    place = np.searchsorted(keys[order], codes).clip(max=len(keys) - 1)
    found = order[place]
    if (keys[found] != codes).any():
        red, green, blue = pixels[keys[found] != codes][0]
        raise ImageError(
            f"the mask holds the colour #{red:02x}{green:02x}{blue:02x}, which is no class of "
            f"{label_set.name!r}; choose the label set that it was made with, saved as PNG."
        )
    return indices[found]
