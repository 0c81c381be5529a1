"""Grey images for generative models: npz files with `images` and `labels`, split, batched."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

HELD_OUT_IMAGES = 10_000  # the last of a train file
HELD_OUT_PEOPLE = 4  # the last of the faces
SHIFT = 2  # pixels, at most, where images are augmented


@dataclass(frozen=True)
class Dataset:
    """A train file in the data folder, its classes, and how validation is held out."""

    file: str
    image_size: int
    classes: tuple[str, ...]
    by_person: bool
    credit: str
    licence: str


DATASETS: dict[str, Dataset] = {
    "digits": Dataset(
        file="mnist_train.npz",
        image_size=28,
        classes=tuple("0123456789"),
        by_person=False,
        credit="MNIST (LeCun, Cortes & Burges)",
        licence="CC BY-SA 3.0",
    ),
    "fashion": Dataset(
        file="fashion_train.npz",
        image_size=28,
        classes=(
            "T-shirt", "trouser", "pullover", "dress", "coat", "sandal", "shirt", "sneaker", "bag",
            "ankle boot",
        ),
        by_person=False,
        credit="Fashion-MNIST (Xiao, Rasul & Vollgraf 2017)",
        licence="MIT",
    ),
    "faces": Dataset(
        file="faces_train.npz",
        image_size=64,
        classes=("face",),
        by_person=True,
        credit="ORL faces (AT&T Laboratories Cambridge; Samaria & Harter 1994)",
        licence="research, with credit",
    ),
}  # fmt: skip


@dataclass(frozen=True)
class Images:
    """`pixels` uint8 (N, 1, S, S) and `labels` int64 (N,): a class, or a person."""

    pixels: Tensor
    labels: Tensor

    def __len__(self) -> int:
        return len(self.pixels)

    def __getitem__(self, index: Tensor | slice) -> "Images":
        return Images(self.pixels[index], self.labels[index])

    def grey(self) -> Tensor:
        """float32 (N, 1, S, S) in [0, 1]."""
        return self.pixels.float() / 255

    def to(self, device: torch.device) -> "Images":
        return Images(self.pixels.to(device), self.labels.to(device))


def read_images(path: Path, image_size: int) -> Images:
    """An npz file with uint8 `images` (N, S, S), 0 the background, and integer `labels` (N,)."""
    if not path.exists():
        raise ValueError(f"{path.name} is not in the data folder; put it there or name another.")
    with np.load(path, allow_pickle=False) as file:
        missing = {"images", "labels"} - set(file.files)
        if missing:
            raise ValueError(f"{path.name} has no array {min(missing)!r}; it needs images, labels.")
        images, labels = file["images"], file["labels"]
    if images.dtype != np.uint8 or images.shape != (len(labels), image_size, image_size):
        raise ValueError(
            f"{path.name} holds images of shape {images.shape} and dtype {images.dtype} with "
            f"{len(labels)} labels; this model takes uint8 of (N, {image_size}, {image_size}) and "
            "N labels."
        )
    if len(images) < 2:
        raise ValueError(f"{path.name} holds {len(images)} images; give at least 2.")
    return Images(torch.from_numpy(images)[:, None], torch.from_numpy(labels.astype(np.int64)))


def read_split(name: str, folder: Path) -> tuple[Images, Images]:
    """Training and validation images of a dataset: the last 10,000 held out, or the last people."""
    dataset = DATASETS[name]
    images = read_images(folder / dataset.file, dataset.image_size)
    if dataset.by_person:
        held = images.labels > images.labels.unique()[-1 - HELD_OUT_PEOPLE]
        return images[~held], images[held]
    if len(images) <= HELD_OUT_IMAGES:
        raise ValueError(
            f"{dataset.file} holds {len(images)} images; it must hold more than the "
            f"{HELD_OUT_IMAGES} kept for validation."
        )
    return images[slice(None, -HELD_OUT_IMAGES)], images[slice(-HELD_OUT_IMAGES, None)]


def batches(
    images: Images, batch: int, generator: torch.Generator, *, rank: int = 0, processes: int = 1
) -> Iterator[tuple[Tensor, Tensor]]:
    """Grey images and labels in a random order, one epoch; every process its own full batches.

    `generator` must be seeded alike in all processes, and live on the images' device.
    """
    order = torch.randperm(len(images), generator=generator, device=images.pixels.device)
    for index in range(batch_count(images, batch, processes)):
        start = (index * processes + rank) * batch
        chosen = images[order[start : start + batch]]
        yield chosen.grey(), chosen.labels


def batch_count(images: Images, batch: int, processes: int = 1) -> int:
    """Steps an epoch; at least one, for which there must be `batch` images a process."""
    count = len(images) // (batch * processes)
    if not count:
        raise ValueError(
            f"{len(images)} images are less than one batch of {batch} in each of {processes} "
            "processes; give more images or a smaller batch."
        )
    return count


def augmented(image: Tensor, generator: torch.Generator) -> Tensor:
    """Each image mirrored with probability 1/2, the batch shifted by up to SHIFT pixels."""
    device = image.device
    mirror = torch.rand(len(image), generator=generator, device=device) < 0.5
    image = torch.where(mirror[:, None, None, None], image.flip(-1), image)
    size = image.shape[-1]
    drawn = torch.randint(2 * SHIFT + 1, (2,), generator=generator, device=device)
    top, left = drawn.tolist()
    padded = F.pad(image, (SHIFT, SHIFT, SHIFT, SHIFT), mode="replicate")
    return padded[:, :, top : top + size, left : left + size]
