"""Segment photos from the command line: index PNGs, overlays and the areas of the classes.

    python -m segdemo.segment PHOTOS... --architectures fcn8s unet --out DIR

PHOTOS are files or folders. For photo.jpg and fcn8s, DIR gets photo.fcn8s.png (class indices, with
a palette), photo.fcn8s.overlay.png, and photo.json with what was found. A file that can't be read
is named and skipped; the exit status is then 1.
"""

import argparse
import json
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from tqdm import tqdm

from segdemo import weights
from segdemo.images import ImageError, decode
from segdemo.inference import Segmentation, segment
from segdemo.labels import LABEL_SETS, LabelSet, paint, write_mask

OVERLAY_OPACITY = 0.55


def main(argv: list[str] | None = None) -> int:
    """Segment every photo; 0, 1 where a file was skipped, 2 where nothing can be done."""
    arguments = parser().parse_args(argv)
    photos = list(listed(arguments.photos))
    if not photos:
        print("error: no file was found; name photos, or folders that hold some.", file=sys.stderr)
        return 2
    skipped = 0
    arguments.out.mkdir(parents=True, exist_ok=True)
    for path, stem in tqdm(named_apart(photos), desc="segmenting", unit="photo"):
        try:
            decoded = decode(path)
        except ImageError as error:
            tqdm.write(f"skipped {path}: {error}", file=sys.stderr)
            skipped += 1
            continue
        try:
            found = segment(decoded.pixels, arguments.architectures, weights=arguments.weights)
        except ValueError as error:
            print(f"error: {error}", file=sys.stderr)
            return 2
        write(arguments.out / stem, decoded.pixels, decoded.notes, found, arguments.weights)
    done = len(photos) - skipped
    print(f"{done} segmented, {skipped} skipped, in {arguments.out}", file=sys.stderr)
    return 1 if skipped else 0


def parser() -> argparse.ArgumentParser:
    """The command's arguments."""
    top = argparse.ArgumentParser(
        prog="python -m segdemo.segment",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    top.add_argument("photos", nargs="+", type=Path, help="files, or folders that hold some")
    top.add_argument("--architectures", nargs="+", default=["unet"], metavar="NAME")
    top.add_argument("--weights", default="photos")
    top.add_argument("--out", type=Path, required=True, metavar="DIR")
    return top


def listed(paths: Iterable[Path]) -> Iterable[Path]:
    """The files named, and those directly in the folders named, sorted."""
    for path in paths:
        if path.is_dir():
            yield from sorted(p for p in path.iterdir() if p.is_file())
        else:
            yield path


def named_apart(photos: list[Path]) -> list[tuple[Path, str]]:
    """Each photo with the stem of its results; a repeated stem gets a number."""
    seen: dict[str, int] = {}
    named = []
    for path in photos:
        seen[path.stem] = seen.get(path.stem, 0) + 1
        number = "" if seen[path.stem] == 1 else f"-{seen[path.stem]}"
        named.append((path, path.stem + number))
    return named


def write(
    target: Path,
    pixels: NDArray[np.uint8],
    notes: tuple[str, ...],
    found: dict[str, Segmentation],
    name: str,
) -> None:
    """Write one photo's results; `target` is their path without an ending."""
    label_set = LABEL_SETS[weights.segmentation_entry(name)["label_set"]]
    summary: dict[str, Any] = {
        "height": pixels.shape[0],
        "width": pixels.shape[1],
        "fixed": list(notes),
        "weights": name,
        "architectures": {},
    }
    for architecture, result in found.items():
        write_mask(result.mask, label_set, f"{target}.{architecture}.png")
        overlay(pixels, result.mask, label_set).save(f"{target}.{architecture}.overlay.png")
        summary["architectures"][architecture] = {
            "areas": areas(result.mask, label_set),
            "milliseconds": round(result.milliseconds.total, 1),
        }
    Path(f"{target}.json").write_text(json.dumps(summary, indent=1) + "\n")


def overlay(pixels: NDArray[np.uint8], mask: NDArray[np.uint8], label_set: LabelSet) -> Image.Image:
    """The photo (H, W, 3) with the mask (H, W) in its classes' colours laid over it."""
    return Image.blend(
        Image.fromarray(pixels), Image.fromarray(paint(mask, label_set)), OVERLAY_OPACITY
    )


def areas(mask: NDArray[np.uint8], label_set: LabelSet) -> dict[str, float]:
    """Class -> share of the photo, 0 to 1, for the classes that occur, largest first."""
    shares = np.bincount(mask.ravel(), minlength=len(label_set)) / mask.size
    order = np.argsort(-shares, kind="stable")
    return {label_set.classes[i]: round(float(shares[i]), 4) for i in order if shares[i] > 0}


if __name__ == "__main__":
    sys.exit(main())
