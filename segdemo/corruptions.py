"""What can happen to a photo, in numbered strength, and how its mask is brought back.

Images are RGB uint8 (H, W, 3) and stay that size. What moves pixels (shift, rotation, scale) is
undone on the mask, so that it can be compared with the clean photo's pixel on pixel.
"""

from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from scipy import ndimage

Pixels = NDArray[np.uint8]
Floats = NDArray[np.float64]

NOISE_SEED = 0


@dataclass(frozen=True)
class Corruption:
    """One slider: `clean` is the amount that changes nothing; a curve runs over `amounts`.

    `unit` follows a number on the page. Either `apply` changes the photo's values, or `matrix`
    moves its pixels: for an amount and a (height, width), the affine map, (3, 3), from a
    (row, column, 1) of the corrupted photo to the clean one's.
    """

    title: str
    unit: str
    info: str
    clean: float
    amounts: tuple[float, ...]
    step: float
    apply: Callable[[Pixels, float], Pixels] | None = None
    matrix: Callable[[float, tuple[int, int]], Floats] | None = None

    @property
    def low(self) -> float:
        """The slider's lower end."""
        return min(self.amounts)

    @property
    def high(self) -> float:
        """The slider's upper end."""
        return max(self.amounts)


def blur(image: Pixels, sigma: float) -> Pixels:
    """Gaussian blur with a standard deviation of `sigma` pixels."""
    return _bytes(ndimage.gaussian_filter(image.astype(np.float64), (sigma, sigma, 0)))


def noise(image: Pixels, sigma: float) -> Pixels:
    """Gaussian noise of standard deviation `sigma` grey levels, the same every time."""
    drawn = np.random.default_rng(NOISE_SEED).standard_normal(image.shape)
    return _bytes(image + sigma * drawn)


def brightness(image: Pixels, factor: float) -> Pixels:
    """Every value times `factor`, clipped at white."""
    return _bytes(image.astype(np.float64) * factor)


def jpeg(image: Pixels, quality: float) -> Pixels:
    """Through a JPEG file of this quality, 1 to 95; 100 stands for no JPEG at all."""
    if quality >= 100:
        return image.copy()
    buffer = BytesIO()
    Image.fromarray(image).save(buffer, "JPEG", quality=round(quality))
    with Image.open(buffer) as again:
        return np.array(again.convert("RGB"))


def shift_matrix(pixels: float, size: tuple[int, int]) -> Floats:
    """A shift to the right."""
    return np.array([[1.0, 0.0, 0.0], [0.0, 1.0, -pixels], [0.0, 0.0, 1.0]])


def rotation_matrix(degrees: float, size: tuple[int, int]) -> Floats:
    """A turn about the centre, counterclockwise as seen."""
    angle = np.deg2rad(degrees)
    cosine, sine = np.cos(angle), np.sin(angle)
    return _about_centre(np.array([[cosine, sine], [-sine, cosine]]), size)


def scale_matrix(factor: float, size: tuple[int, int]) -> Floats:
    """An enlargement about the centre; below 1 the photo's surroundings are mirrored in."""
    return _about_centre(np.eye(2) / factor, size)


def _about_centre(linear: Floats, size: tuple[int, int]) -> Floats:
    """A linear map of (row, column) that leaves the photo's centre where it is, as (3, 3)."""
    centre = (np.array(size) - 1) / 2
    matrix = np.eye(3)
    matrix[:2, :2] = linear
    matrix[:2, 2] = centre - linear @ centre
    return matrix


def moved(image: Pixels, matrix: Floats) -> Pixels:
    """The photo through an affine map, bilinear, mirrored where it ends."""
    reduction = np.sqrt(abs(np.linalg.det(matrix[:2, :2])))
    values = image.astype(np.float64)
    if reduction > 1:  # fewer pixels than before: smooth first, or fine patterns turn to noise
        sigma = (reduction - 1) / 2
        values = ndimage.gaussian_filter(values, (sigma, sigma, 0))
    planes = [
        ndimage.affine_transform(values[..., k], matrix, order=1, mode="reflect") for k in range(3)
    ]
    return _bytes(np.stack(planes, axis=-1))


def moved_back(
    mask: Pixels, matrix: Floats, size: tuple[int, int]
) -> tuple[Pixels, NDArray[np.bool_]]:
    """A (H, W) mask of the moved photo in the clean one's places, and where it is defined.

    Nearest neighbour. Undefined is what the movement pushed out of the picture.
    """
    back = np.linalg.inv(matrix)
    rows, columns = np.indices(size)
    places = np.tensordot(back[:2], np.stack([rows, columns, np.ones(size)]), axes=1)
    nearest = np.rint(places).astype(np.int64)
    height, width = size
    defined = (nearest[0] >= 0) & (nearest[0] < height) & (nearest[1] >= 0)
    defined &= nearest[1] < width
    found = mask[nearest[0].clip(0, height - 1), nearest[1].clip(0, width - 1)]
    return found, defined


def _bytes(values: NDArray[np.floating]) -> Pixels:
    """Rounded and clipped to uint8."""
    return np.rint(values).clip(0, 255).astype(np.uint8)


# In the order in which they are applied: first what moves, all at once, then lens, light, sensor
# and file.
CORRUPTIONS: dict[str, Corruption] = {
    "shift": Corruption(
        "Shift",
        "pixels",
        "To the right, in the network's own pixels.",
        0,
        tuple(float(n) for n in range(33)),
        1,
        matrix=shift_matrix,
    ),
    "rotation": Corruption(
        "Rotation",
        "degrees",
        "About the centre, counterclockwise.",
        0,
        (-45.0, -30.0, -20.0, -10.0, -5.0, 0.0, 5.0, 10.0, 20.0, 30.0, 45.0),
        1,
        matrix=rotation_matrix,
    ),
    "scale": Corruption(
        "Scale",
        "times",
        "About the centre: larger is nearer.",
        1,
        (0.5, 0.6, 0.7, 0.8, 0.9, 1.0, 1.2, 1.4, 1.6, 1.8, 2.0),
        0.1,
        matrix=scale_matrix,
    ),
    "blur": Corruption(
        "Blur",
        "pixels",
        "Standard deviation of a Gaussian.",
        0,
        (0.0, 0.5, 1.0, 1.5, 2.0, 3.0, 4.0, 5.0, 6.0, 8.0),
        0.5,
        apply=blur,
    ),
    "brightness": Corruption(
        "Brightness",
        "times",
        "Every value times this, clipped at white.",
        1,
        (0.1, 0.2, 0.4, 0.6, 0.8, 1.0, 1.25, 1.5, 2.0, 2.5, 3.0),
        0.05,
        apply=brightness,
    ),
    "noise": Corruption(
        "Noise",
        "grey levels",
        "Standard deviation, of 255; the same grains every time.",
        0,
        (0.0, 5.0, 10.0, 15.0, 20.0, 30.0, 40.0, 60.0, 80.0),
        1,
        apply=noise,
    ),
    "jpeg": Corruption(
        "JPEG quality",
        "",
        "100 is no JPEG at all; below 20 its blocks show.",
        100,
        (1.0, 5.0, 10.0, 15.0, 20.0, 30.0, 50.0, 70.0, 90.0, 100.0),
        1,
        apply=jpeg,
    ),
}


@dataclass(frozen=True, eq=False)
class Corrupted:
    """A photo made worse, RGB uint8 (H, W, 3), and the map that its masks go back through."""

    image: Pixels
    matrix: Floats

    def restored(self, mask: Pixels) -> tuple[Pixels, NDArray[np.bool_]]:
        """A mask of `image` in the clean photo's places, and where it is defined, both (H, W)."""
        size = (self.image.shape[0], self.image.shape[1])
        return moved_back(mask, self.matrix, size)


def corrupt(image: Pixels, setting: dict[str, float]) -> Corrupted:
    """Apply every corruption whose amount isn't its clean one; `setting` is name -> amount.

    ValueError for an unknown name, or an amount outside the slider.
    """
    for name, amount in setting.items():
        if name not in CORRUPTIONS:
            known = ", ".join(CORRUPTIONS)
            raise ValueError(f"corruption {name[:40]!r} is not known; choose from {known}.")
        known_one = CORRUPTIONS[name]
        if not known_one.low <= amount <= known_one.high:
            raise ValueError(
                f"{name}={amount:g} must be from {known_one.low:g} to {known_one.high:g}; move "
                "the slider."
            )
    changed = {
        name: setting[name]
        for name, corruption in CORRUPTIONS.items()
        if setting.get(name, corruption.clean) != corruption.clean
    }
    matrix = np.eye(3)
    for name, amount in changed.items():
        move = CORRUPTIONS[name].matrix
        if move is not None:
            matrix = matrix @ move(amount, (image.shape[0], image.shape[1]))
    result = moved(image, matrix) if (matrix != np.eye(3)).any() else image.copy()
    for name, amount in changed.items():
        change = CORRUPTIONS[name].apply
        if change is not None:
            result = change(result, amount)
    return Corrupted(result, matrix)


def agreement(clean: Pixels, other: Pixels, defined: NDArray[np.bool_] | None = None) -> float:
    """The share of defined pixels with the same class, 0..1; nan where none is defined."""
    same = clean == other if defined is None else (clean == other)[defined]
    return float(same.mean()) if same.size else float("nan")
