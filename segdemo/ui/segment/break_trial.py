"""A photo made worse: what each architecture makes of it, beside what it made of the clean one.

All of it happens at the network's working size, so that a pixel of shift is one of the network's
pixels and a curve of dozens of photos costs seconds.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from segdemo import inference, metrics
from segdemo.corruptions import CORRUPTIONS, agreement, corrupt
from segdemo.inside.features import Remembered
from segdemo.labels import IGNORE_INDEX, LABEL_SETS
from segdemo.ui.model_facts import WEIGHTS

Pixels = NDArray[np.uint8]
Setting = dict[str, float]


@dataclass(frozen=True, eq=False)
class Trial:
    """One architecture on one corrupted photo, compared with itself on the clean one.

    `mask` and `defined` (H, W) are in the clean photo's places; `agreement` is the share of defined
    pixels with the same class, `miou` the mIoU there with the clean mask taken for the truth.
    """

    mask: Pixels
    defined: NDArray[np.bool_]
    agreement: float
    miou: float


# Settings looked at, about 0.3 MB an architecture; clean masks; points of curves, two numbers each.
TRIALS: Remembered[dict[str, Trial]] = Remembered(24)
CLEAN: Remembered[dict[str, Pixels]] = Remembered(8)
POINTS: Remembered[dict[str, tuple[float, float]]] = Remembered(4096)


def working_photo(pixels: Pixels) -> Pixels:
    """RGB uint8 (H, W, 3) at the size at which the network sees it."""
    height, width = inference.working_size(*pixels.shape[:2])
    small = Image.fromarray(pixels).resize((width, height), Image.Resampling.BILINEAR)
    return np.array(small)


def checked(values: object) -> Setting:
    """name -> amount of all sliders, each in its range; ValueError for what no slider gives."""
    given = values if isinstance(values, dict) else {}
    setting = {}
    for name, corruption in CORRUPTIONS.items():
        amount = given.get(name, corruption.clean)
        fits = isinstance(amount, int | float) and corruption.low <= amount <= corruption.high
        if not fits:
            raise ValueError(
                f"{corruption.title.lower()} must be a number from {corruption.low:g} to "
                f"{corruption.high:g}; move the slider."
            )
        setting[name] = float(amount)
    return setting


def clean() -> Setting:
    """The setting that changes nothing."""
    return {name: corruption.clean for name, corruption in CORRUPTIONS.items()}


def trials(photo: Pixels, setting: Setting, names: list[str]) -> dict[str, Trial]:
    """Each architecture's trial; `photo` at working size. Remembered by content."""
    return TRIALS.of(_key(photo, setting, names), lambda: _made(photo, setting, names))


def _made(photo: Pixels, setting: Setting, names: list[str]) -> dict[str, Trial]:
    """The trials, worked out."""
    made = corrupt(photo, setting)
    found = inference.segment(made.image, names)
    clean_ones = clean_masks(photo, names)
    result = {}
    for name in names:
        mask, defined = made.restored(found[name].mask)
        result[name] = Trial(
            mask=mask,
            defined=defined,
            agreement=agreement(clean_ones[name], mask, defined),
            miou=_miou(clean_ones[name], mask, defined),
        )
    return result


def clean_masks(photo: Pixels, names: list[str]) -> dict[str, Pixels]:
    """Each architecture's mask of the clean photo, (H, W). Remembered."""
    return CLEAN.of(
        _key(photo, clean(), names),
        lambda: {n: result.mask for n, result in inference.segment(photo, names).items()},
    )


def _miou(clean_one: Pixels, mask: Pixels, defined: NDArray[np.bool_]) -> float:
    """mIoU against the clean mask on the defined pixels."""
    truth = np.where(defined, clean_one, np.uint8(IGNORE_INDEX))
    return metrics.miou(metrics.confusion(truth, mask, len(LABEL_SETS[WEIGHTS])))


def curve(photo: Pixels, name: str, names: list[str]) -> Iterator[dict[str, tuple[float, float]]]:
    """For every amount of one corruption: architecture -> (agreement, mIoU). Remembered."""
    for amount in CORRUPTIONS[name].amounts:
        setting = {**clean(), name: amount}

        def point(setting: Setting = setting) -> dict[str, tuple[float, float]]:
            made = _made(photo, setting, names)
            return {one: (trial.agreement, trial.miou) for one, trial in made.items()}

        yield POINTS.of(_key(photo, setting, names), point)


def _key(photo: Pixels, setting: Setting, names: list[str]) -> str:
    """What tells one trial from another."""
    digest = hashlib.sha256(photo.tobytes()).hexdigest()
    return f"{digest} {photo.shape} {sorted(setting.items())} {names}"
