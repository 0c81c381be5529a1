"""Score a weight file on a labelled folder: the numbers of the README and of the manifest."""

import statistics
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch.utils.flop_counter import FlopCounterMode
from tqdm import tqdm

from segdemo import images, metrics, weights
from segdemo.inference import segment, working_size
from segdemo.labels import LABEL_SETS, LabelSet, read_mask, write_mask
from segdemo.models.catalog import with_sources
from segdemo.models.shared import SharedTrunkNetwork
from segdemo.training.segmentation_data import Sample, check_classes, read_split

# Multiply-adds are counted for a 4:3 photo at its working size, (320, 448).
COUNTED_SIZE = working_size(480, 640)


def evaluate(name: str, folder: Path, split: str, masks: Path | None = None) -> dict[str, Any]:
    """{"architectures": {NAME: scores}} as fractions, on one split of a labelled folder.

    mIoU is the mean over the classes with ground-truth pixels in the split, from one confusion
    matrix at the images' own sizes. `milliseconds` is the median of the whole call a photo, where
    this runs. Where `masks` is given, index PNGs are written to MASKS/ARCHITECTURE/.
    """
    entry = weights.segmentation_entry(name)
    label_set = LABEL_SETS[entry["label_set"]]
    check_classes(folder, label_set.classes)
    names = entry["arguments"]["architectures"]
    samples = read_split(folder, split)
    total = len(label_set)
    confusion = {n: np.zeros((total, total), np.int64) for n in names}
    boundary: dict[str, list[float]] = {n: [] for n in names}
    milliseconds: dict[str, list[float]] = {n: [] for n in names}
    for sample in tqdm(samples, desc=f"{name} on {split}"):
        image, truth = read_pair(sample, label_set)
        filled = metrics.fill_ignored(truth)  # unlabelled outlines are no boundary
        for n, result in segment(image, names, weights=name).items():
            confusion[n] += metrics.confusion(truth, result.mask, total)
            boundary[n].append(metrics.boundary_f(filled, result.mask, total))
            milliseconds[n].append(result.milliseconds.total)
            if masks is not None:
                (masks / n).mkdir(parents=True, exist_ok=True)
                write_mask(result.mask, label_set, masks / n / f"{sample.image.stem}.png")
    return {
        "architectures": {
            n: {
                "pixel_accuracy": metrics.pixel_accuracy(confusion[n]),
                "class_accuracy": metrics.class_accuracy(confusion[n]),
                "miou": metrics.miou(confusion[n]),
                "per_class_iou": named_iou(confusion[n], label_set.classes),
                "boundary_f": float(np.nanmean(boundary[n])),
                **size_and_cost(n, total),
                "milliseconds": statistics.median(milliseconds[n]),
            }
            for n in names
        }
    }


def read_pair(sample: Sample, label_set: LabelSet) -> tuple[np.ndarray, np.ndarray]:
    """A photo, RGB uint8 (H, W, 3), and its ground truth, uint8 (H, W), of the same size."""
    image, truth = images.decode(sample.image).pixels, read_mask(sample.label, label_set)
    if image.shape[:2] != truth.shape:
        raise ValueError(
            f"{sample.image.name} is {image.shape[1]}x{image.shape[0]} pixels but its label is "
            f"{truth.shape[1]}x{truth.shape[0]}; both must have one size."
        )
    return image, truth


def named_iou(matrix: np.ndarray, classes: tuple[str, ...]) -> dict[str, float | None]:
    """Class -> IoU, None (JSON's null) where the split has no pixel of the class."""
    values = metrics.per_class_iou(matrix)
    return {c: None if np.isnan(v) else float(v) for c, v in zip(classes, values, strict=True)}


def size_and_cost(name: str, num_classes: int) -> dict[str, int]:
    """Parameters, those of the head alone, and multiply-adds at `COUNTED_SIZE`."""
    with torch.device("meta"):
        network = SharedTrunkNetwork([name], num_classes=num_classes).eval()
        with FlopCounterMode(display=False) as counter:
            network(torch.empty(1, 3, *COUNTED_SIZE), [name])
    head = sum(p.numel() for n in with_sources([name]) for p in network.heads[n].parameters())
    return {
        "parameters": head + sum(p.numel() for p in network.trunk.parameters()),
        "head_parameters": head,
        "multiply_adds": counter.get_total_flops() // 2,
    }
