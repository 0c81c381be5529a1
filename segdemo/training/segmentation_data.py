"""Photos with full or partial labels, augmented, for training; the folders' splits for evaluation.

A label map is uint8 (H, W): a class index, 255 where nothing is known, or NOT + k where all that
is known is "anything but class k" (people/ and horses/ label one class and the rest by exclusion).
"""

import json
import math
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from PIL import Image
from torch import Tensor
from torch.utils.data import Dataset
from torchvision.transforms import v2

from segdemo.labels import CAMVID11, CAMVID11_TO_PHOTOS, PHOTOS, relabel

NOT = 128  # NOT + k: any class but k
IGNORE = 255
# Every so manieth picture of a folder without a split is kept for validation.
HELD_OUT = {"people": 10, "horses": 8}
ONE_CLASS = {"people": "person", "horses": "horse"}


class Sample(NamedTuple):
    """Where a picture and its label map lie, and the folder that they come from."""

    image: Path
    label: Path
    source: str


def read_split(folder: Path, split: str) -> list[Sample]:
    """The pictures of one split of a folder with images/, labels/ and, mostly, SPLIT.txt."""
    images = {path.stem: path for path in sorted((folder / "images").iterdir())}
    listing = folder / f"{split}.txt"
    if listing.exists():
        stems = [Path(line).stem for line in listing.read_text().split()]
    elif folder.name in HELD_OUT:
        held = HELD_OUT[folder.name]
        stems = [s for i, s in enumerate(images) if (i % held == 0) == (split == "val")]
    else:
        raise ValueError(f"{split}.txt is missing in the data folder; list one picture a line.")
    missing = [stem for stem in stems if stem not in images]
    if missing:
        raise ValueError(f"{split}.txt lists {missing[0]}, which is not in images/.")
    return [Sample(images[s], folder / "labels" / f"{s}.png", folder.name) for s in stems]


def check_classes(folder: Path, classes: Sequence[str]) -> None:
    """Refuse a folder whose classes.json isn't the weights' class list, in the same order."""
    found = json.loads((folder / "classes.json").read_text())
    if list(found) != list(classes):
        raise ValueError(
            f"classes.json lists {', '.join(found)}; these weights were trained on "
            f"{', '.join(classes)}: evaluate them on data with the same classes in the same order."
        )


def read_label(sample: Sample) -> np.ndarray:
    """The label map of a sample, uint8 (H, W), in the classes of `photos`."""
    label = np.array(Image.open(sample.label))
    if sample.source == "camvid11":
        return relabel(label, CAMVID11, PHOTOS, CAMVID11_TO_PHOTOS)
    if sample.source in ONE_CLASS:
        index = PHOTOS.index(ONE_CLASS[sample.source])
        return np.where(label == 1, index, NOT + index).astype(np.uint8)
    return label


class AugmentedPhotos(Dataset[tuple[Tensor, Tensor]]):
    """Random scale, aspect, rotation, crop, flip, colour and blur; image and label together.

    Items: image uint8 (3, h, w) RGB and label uint8 (h, w), at `crop` = (height, width).
    `length` is the longest side that a photo has at scale 1, in pixels.
    """

    def __init__(self, samples: Sequence[Sample], *, crop: tuple[int, int], length: int) -> None:
        self.samples, self.crop, self.length = samples, crop, length
        self.colour = v2.Compose(
            [
                v2.ColorJitter(brightness=0.4, contrast=0.4, saturation=0.4, hue=0.05),
                v2.RandomGrayscale(0.03),
                v2.RandomApply([v2.GaussianBlur(5, (0.3, 1.5))], 0.2),
            ]
        )

    def __len__(self) -> int:
        return len(self.samples)

    def __getitem__(self, index: int) -> tuple[Tensor, Tensor]:
        sample = self.samples[index]
        image = Image.open(sample.image).convert("RGB")
        label = Image.fromarray(read_label(sample))
        height, width = self.crop
        inverse = self._inverse_affine(image.size)
        pixels = image.transform(
            (width, height), Image.Transform.AFFINE, inverse, Image.Resampling.BILINEAR,
            fillcolor=(127, 127, 127),
        )  # fmt: skip
        target = label.transform(
            (width, height), Image.Transform.AFFINE, inverse, Image.Resampling.NEAREST,
            fillcolor=IGNORE,
        )  # fmt: skip
        tensor = torch.from_numpy(np.array(pixels)).permute(2, 0, 1)
        return self.colour(tensor), torch.from_numpy(np.array(target))

    def _inverse_affine(self, size: tuple[int, int]) -> tuple[float, ...]:
        """Pillow's six numbers: where in the photo each pixel of the crop is read."""
        (height, width), (photo_width, photo_height) = self.crop, size
        scale, aspect, angle, x, y, flip = torch.rand(6).tolist()
        zoom = self.length / max(size) * math.exp(math.log(0.6) + scale * math.log(3.2))
        stretch = math.exp((aspect - 0.5) * 0.3)
        zoom_x, zoom_y = zoom * stretch, zoom / stretch
        turn = math.radians((angle - 0.5) * 14)
        # The crop's centre: anywhere such that the crop hangs over the photo as little as it can.
        free_x = max(photo_width - width / zoom_x, 0.15 * photo_width)
        free_y = max(photo_height - height / zoom_y, 0.15 * photo_height)
        centre_x = photo_width / 2 + (x - 0.5) * free_x
        centre_y = photo_height / 2 + (y - 0.5) * free_y
        mirror = -1.0 if flip < 0.5 else 1.0
        a, b = mirror * math.cos(turn) / zoom_x, -math.sin(turn) / zoom_y
        d, e = mirror * math.sin(turn) / zoom_x, math.cos(turn) / zoom_y
        return (
            a, b, centre_x - a * width / 2 - b * height / 2,
            d, e, centre_y - d * width / 2 - e * height / 2,
        )  # fmt: skip


def epoch_samples(
    folders: dict[str, list[Sample]], counts: dict[str, int], generator: torch.Generator
) -> list[Sample]:
    """All of the folders whose count is 0, and `count` drawn from each of the others, shuffled."""
    chosen: list[Sample] = []
    for name, samples in folders.items():
        order = torch.randperm(len(samples), generator=generator).tolist()
        chosen += [samples[i] for i in (order[: counts[name]] if counts[name] else order)]
    return [chosen[i] for i in torch.randperm(len(chosen), generator=generator).tolist()]
