"""A picture as the models want it: what MNIST, Fashion-MNIST and the faces did to theirs.

MNIST (LeCun et al.): the ink's box is scaled to fit 20x20 pixels with its aspect kept, and laid
into 28x28 so that its centre of mass is in the middle. Fashion-MNIST (Xiao, Rasul & Vollgraf 2017,
section 2): the object's longer side is scaled to 28 pixels and centred, bright on black. Faces:
the middle square, 64x64, grey.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from segdemo.images import Source, decode

LONGEST = 512  # pixels to which a picture is reduced before anything else
BLANK = 0.06  # of the grey scale: less contrast than this is an empty picture
FAINT = 0.02  # above the ground, at least, to count as ink
NOISE = 4.0  # ... and this many robust standard deviations of the border,
MOST_NOISE = 0.5  # but no more than this, so that a photo leaves something too
DIGIT_SIZE, DIGIT_BOX, FASHION_SIZE, FACE_SIZE = 28, 20, 28, 64

GREY_ALREADY = "grey copied to red, green and blue"  # the decoder's note, of no concern here

Grey = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Prepared:
    """`image` float32 (S, S) in [0, 1], what the model sees; `notes`, what was done, in words."""

    image: Grey
    notes: tuple[str, ...]


def prepare(source: Source, data: str) -> Prepared:
    """A picture file for the models of `data`; ValueError in one sentence where it can't be used.

    `source` is what `segdemo.images.decode` takes: bytes, a path, a stream.
    """
    if data not in PREPARATIONS:
        raise ValueError(
            f"data {str(data)[:40]!r} is not known; choose from {', '.join(PREPARATIONS)}."
        )
    decoded = decode(source, max_side=LONGEST)
    image, notes = PREPARATIONS[data](grey_of(decoded.pixels))
    fixed = (note for note in decoded.notes if note != GREY_ALREADY)
    return Prepared(image, (*fixed, *notes))


def grey_of(rgb: NDArray[np.uint8]) -> Grey:
    """The luma (ITU-R BT.601) of RGB uint8 (H, W, 3): float32 (H, W) in [0, 1]."""
    return (rgb @ np.array([0.299, 0.587, 0.114]) / 255).astype(np.float32)


def prepare_digit(grey: Grey) -> tuple[Grey, list[str]]:
    """A digit (H, W) as MNIST's are, (28, 28), and what was done."""
    ink, notes = ink_of(grey)
    box = boxed(ink)
    digit = resized_to(box, DIGIT_BOX)
    notes.append(
        f"the ink's box, {box.shape[1]} x {box.shape[0]} pixels, scaled to fit "
        f"{DIGIT_BOX} x {DIGIT_BOX}"
    )
    peak = float(digit.max())
    if peak < 0.8:
        notes.append("thin strokes brightened")
    digit = digit / peak
    notes.append("its centre of mass laid into the middle of 28 x 28")
    return centred_by_mass(digit, DIGIT_SIZE), notes


def prepare_fashion(grey: Grey) -> tuple[Grey, list[str]]:
    """A garment (H, W) as Fashion-MNIST's are, (28, 28), and what was done.

    One of 28 x 28 on black is one of its own, whose place in the frame is left alone.
    """
    ink, notes = ink_of(grey)
    if grey.shape == (FASHION_SIZE, FASHION_SIZE) and not notes and np.median(grey[0]) < FAINT:
        return grey, ["28 x 28 pixels on black already, so taken as it is"]
    box = boxed(ink)
    garment = resized_to(box, FASHION_SIZE)
    canvas = np.zeros((FASHION_SIZE, FASHION_SIZE), np.float32)
    top, left = ((FASHION_SIZE - side) // 2 for side in garment.shape)
    canvas[top : top + garment.shape[0], left : left + garment.shape[1]] = garment
    notes.append(
        f"its box, {box.shape[1]} x {box.shape[0]} pixels, scaled to a longer side of "
        f"{FASHION_SIZE} and centred"
    )
    return canvas, notes


def prepare_face(grey: Grey) -> tuple[Grey, list[str]]:
    """A photo's middle square (H, W) as grey (64, 64), and what was done."""
    refuse_blank(grey)
    height, width = grey.shape
    side = min(height, width)
    top, left = (height - side) // 2, (width - side) // 2
    square = grey[top : top + side, left : left + side]
    notes = ["made grey", f"the middle square scaled to {FACE_SIZE} x {FACE_SIZE}"]
    return resized(square, (FACE_SIZE, FACE_SIZE)), notes


PREPARATIONS: dict[str, Callable[[Grey], tuple[Grey, list[str]]]] = {
    "digits": prepare_digit,
    "fashion": prepare_fashion,
    "faces": prepare_face,
}


def refuse_blank(grey: Grey) -> None:
    """ValueError where nothing can be told from the ground."""
    contrast = float(grey.max() - grey.min())
    if contrast < BLANK:
        raise ValueError(
            f"the picture is blank: its grey values differ by {100 * contrast:.0f} % where "
            f"{100 * BLANK:.0f} % are needed; draw something or choose an example."
        )


def ink_of(grey: Grey) -> tuple[Grey, list[str]]:
    """The picture with its ground at 0 and its brightest ink at 1, (H, W), and what was done.

    The ground is the border's median. Ink is what differs from it more, darker or brighter.
    """
    refuse_blank(grey)
    border = np.concatenate([grey[0], grey[-1], grey[1:-1, 0], grey[1:-1, -1]])
    ground = float(np.median(border))
    darker, brighter = ground - float(grey.min()), float(grey.max()) - ground
    inverted = darker > brighter
    ink = (ground - grey if inverted else grey - ground) / max(darker, brighter)
    noise = 1.4826 * float(np.median(np.abs(border - ground))) / max(darker, brighter)
    ink = np.where(ink > max(FAINT, min(NOISE * noise, MOST_NOISE)), ink, 0)
    notes = ["dark on bright, so inverted"] if inverted else []
    return np.clip(ink, 0, 1).astype(np.float32), notes


def boxed(ink: Grey) -> Grey:
    """The smallest part that holds all ink."""
    rows, columns = np.flatnonzero(ink.any(1)), np.flatnonzero(ink.any(0))
    return ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]


def resized_to(image: Grey, longest: int) -> Grey:
    """Scaled, enlarged too, so that the longer side is `longest`; the aspect kept."""
    height, width = image.shape
    scale = longest / max(height, width)
    return resized(image, (max(round(height * scale), 1), max(round(width * scale), 1)))


def resized(image: Grey, size: tuple[int, int]) -> Grey:
    """Scaled to (height, width), antialiased, clipped to [0, 1]."""
    if image.shape == size:
        return image
    scaled = Image.fromarray(image).resize(size[::-1], Image.Resampling.BICUBIC)
    return np.clip(np.asarray(scaled, np.float32), 0, 1)


def centred_by_mass(digit: Grey, size: int) -> Grey:
    """Laid into (size, size) by whole pixels, its centre of mass nearest the middle.

    The middle is the point between pixels 13 and 14 of 28, counted as pixel 14 like MNIST's own;
    no ink is cut off.
    """
    offsets = []
    for axis, side in enumerate(digit.shape):
        mass = digit.sum(1 - axis)
        centre = float((mass * np.arange(side)).sum() / mass.sum())
        offsets.append(int(np.clip(round(size / 2 - centre), 0, size - side)))
    canvas = np.zeros((size, size), np.float32)
    top, left = offsets
    canvas[top : top + digit.shape[0], left : left + digit.shape[1]] = digit
    return canvas
