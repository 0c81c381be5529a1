"""The one decoder of uploads: any picture file -> RGB uint8 (H, W, 3) and what was fixed.

Only the formats in `FORMATS` are ever tried, size limits are checked on the header before a pixel
is decoded, and whatever goes wrong becomes one `ImageError` whose sentence names no path.
"""

import os
import re
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray
from PIL import ExifTags, Image, ImageCms, UnidentifiedImageError

FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF", "AVIF")  # MPO is opened as JPEG
MIN_SIDE = 16
# A progressive JPEG repeats its whole picture in every scan, so a small file of very many scans
# would keep a processor busy for hours; encoders write about ten.
MAX_SCANS = 100

Source = bytes | bytearray | memoryview | str | Path | BinaryIO
Pixels = NDArray[np.uint8]

_DEEP_MODES = ("I;16", "I;16L", "I;16B", "I;16N", "I", "F")
_SMOOTH_MODES = ("RGB", "RGBA", "L", "LA", "CMYK")  # an average of values is a value
_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
_LOOKALIKES = {  # how files begin that people take for photos
    rb"\x89PNG|\xff\xd8|GIF8|RIFF....WEBP|BM|II\*\0|MM\0\*|....ftypavi": "a damaged picture",
    rb"\s*<(\?xml|svg|!--)": "an SVG drawing or other XML",
    rb"\s*<(!doctype|html|head|body)": "a web page",
    rb"....ftyp(heic|heix|hevc|heim|mif1|msf1)": "an HEIC photo",
    rb"....ftyp": "a video",
    rb"%PDF": "a PDF",
    rb"%!PS": "PostScript",
    rb"PK\x03\x04": "a ZIP archive or office document",
    rb"8BPS": "a Photoshop document",
    rb"[\t\n\r -~]{16}": "text",
}


class ImageError(ValueError):
    """A file that can't be used as a picture; its text is one sentence fit for the page."""


@dataclass(frozen=True)
class Limits:
    """What a decoder accepts: bytes of the file, pixels in all, pixels on the shorter side."""

    max_bytes: int = 25_000_000
    max_pixels: int = 40_000_000
    min_side: int = MIN_SIDE


DEFAULT_LIMITS = Limits()


@dataclass(frozen=True, eq=False)
class DecodedImage:
    """`pixels`, RGB uint8 (H, W, 3) in sRGB, upright; `notes`, what was fixed, in words."""

    pixels: Pixels
    notes: tuple[str, ...]


def decode(
    source: Source, *, limits: Limits = DEFAULT_LIMITS, max_side: int | None = None
) -> DecodedImage:
    """Decode the first frame of a picture file to upright sRGB on white.

    `source` is the file's bytes, its path, or a binary stream read from where it stands. With
    `max_side`, the result is reduced as `fit` does; JPEGs then decode at reduced size, which saves
    time and memory. 16-bit grey is scaled from its full range; 32-bit and float grey, which have no
    agreed range, keep 0..1 (float), 0..255 or 0..65535 (32-bit) where all values lie in it, and are
    stretched from their own extremes otherwise. Raises ImageError for the file, and a plain
    ValueError for a `max_side` below 16.
    """
    notes: list[str] = []
    if max_side is not None:
        fitted_size(MIN_SIDE, MIN_SIDE, max_side)  # a wrong max_side is not the file's fault
    with opened(source, limits) as image:
        full = image.size
        size = full if max_side is None else fitted_size(full[1], full[0], max_side)[::-1]
        image.draft(image.mode, size)
        orientation = _orientation(image)
        image.load()
        # A phone's MPO holds a gain map or preview beside the photo: nothing that anyone misses.
        if getattr(image, "is_animated", False) and image.format != "MPO":
            notes.append("only the first of several frames used")
        # Reduce as early as the mode allows: all that follows then works on fewer pixels.
        early = image.mode in _SMOOTH_MODES and "transparency" not in image.info
        rgb = _to_rgb(_resized(image, size) if early else image, notes)
        rgb = _resized(rgb, size)
        if size != full:
            notes.append(f"reduced to a longer side of {max(size)} pixels")
        if orientation != 1:
            notes.append("turned by its EXIF orientation")
        # Pillow itself turns TIFFs while loading, and then no longer reports an orientation.
        turn = _TURNS.get(_orientation(image))
        return DecodedImage(np.array(rgb if turn is None else rgb.transpose(turn)), tuple(notes))


def fitted_size(height: int, width: int, longest: int) -> tuple[int, int]:
    """Return (height, width) with the longer side at most `longest`, never enlarged.

    The aspect ratio is kept up to rounding, but no side shrinks below 16 pixels: past an aspect
    ratio of longest / 16 the picture is squeezed rather than lost. ValueError where `longest` is
    below 16 or a side below 1.
    """
    if longest < MIN_SIDE or height < 1 or width < 1:
        raise ValueError(
            f"fitting {width} x {height} pixels to longest={longest} needs sides of at least 1 and "
            f"longest of at least {MIN_SIDE}; choose a larger working size."
        )
    scale = min(1.0, longest / max(height, width))
    new_height, new_width = (
        max(min(side, MIN_SIDE), round(side * scale)) for side in (height, width)
    )
    return new_height, new_width


def fit(pixels: Pixels, longest: int) -> Pixels:
    """Reduce (H, W, 3) or (H, W) uint8 to `fitted_size` with an antialiasing Lanczos filter.

    A picture that already fits comes back as it is.
    """
    height, width = fitted_size(pixels.shape[0], pixels.shape[1], longest)
    if (height, width) == pixels.shape[:2]:
        return pixels
    return np.array(_resized(Image.fromarray(pixels), (width, height)))


def _resized(image: Image.Image, size: tuple[int, int]) -> Image.Image:
    """Return the image at (width, height) `size`; itself where it has that size."""
    return image if image.size == size else image.resize(size, Image.Resampling.LANCZOS)


@contextmanager
def opened(source: Source, limits: Limits = DEFAULT_LIMITS) -> Iterator[Image.Image]:
    """Open a picture file with Pillow within `limits`, pixels not yet decoded.

    Whatever Pillow raises inside the `with` block becomes an ImageError. Pillow's process-wide
    settings are not touched, so threads may decode at once; its guard against decompression bombs
    counts as an error here, and stands beyond `limits` at 179 megapixels.
    """
    data = _read(source, limits)
    if data[:2] == b"\xff\xd8" and _jpeg_scans(data) > MAX_SCANS:
        raise ImageError(
            f"this JPEG repeats its picture in more than {MAX_SCANS} scans, which would take too "
            "long to decode; save it again as an ordinary JPEG or PNG."
        )
    Image.init()  # older builds of Pillow have no AVIF, and an unregistered name is a KeyError
    formats = [name for name in FORMATS if name in Image.OPEN]
    try:
        with Image.open(BytesIO(data), formats=formats) as image:
            _check_size(*image.size, limits)
            yield image
    except ImageError:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise ImageError(_too_large("far more", limits)) from error
    except UnidentifiedImageError as error:
        raise ImageError(_unrecognised(data)) from error
    except Exception as error:  # parsers answer hostile files with any exception there is
        raise ImageError(
            "this picture is damaged or cut short, so its pixels can't be read; "
            "download or save it again."
        ) from error


def _read(source: Source, limits: Limits) -> bytes:
    """Read a source whole, but never more than the limit and a byte."""
    if isinstance(source, bytes | bytearray | memoryview):
        data = source if len(source) > limits.max_bytes else bytes(source)
    elif isinstance(source, str | os.PathLike):
        data = _read_file(source, limits.max_bytes + 1)
    elif hasattr(source, "read"):
        data = _read_stream(source, limits.max_bytes + 1)
    else:
        raise ImageError("no picture was given, but one is needed; choose or drop a file.")
    if not isinstance(data, bytes | bytearray | memoryview):
        raise ImageError("a text stream was given, but a picture is binary; open it as binary.")
    if len(data) > limits.max_bytes:
        raise ImageError(
            f"this file is larger than the {limits.max_bytes / 1e6:g} MB that are accepted; "
            "save it smaller, as a JPEG for example."
        )
    if not data:
        raise ImageError("this file is empty, but a picture is needed; download or save it again.")
    return bytes(data)


def _read_stream(stream: BinaryIO, count: int) -> bytes:
    """Read up to `count` bytes from where a stream stands."""
    try:
        return stream.read(count)
    except (OSError, ValueError) as error:
        raise ImageError("this file can't be read any more; choose it again.") from error


def _read_file(path: str | os.PathLike[str], count: int) -> bytes:
    """Read up to `count` bytes of a regular file; devices and pipes could block for ever."""
    try:
        if not stat.S_ISREG(os.stat(path).st_mode):
            raise ImageError("a folder or device was given, but a file is needed; choose a file.")
        with open(path, "rb") as file:
            return file.read(count)
    except ImageError:
        raise
    except (OSError, ValueError):  # the error's own text would name the path
        raise ImageError("this file can't be found or read; choose it again.") from None


def _jpeg_scans(data: bytes) -> int:
    """Count a JPEG's scans up to its end marker, skipping what other segments hold."""
    marker = re.compile(rb"\xff+([^\x00\xd0-\xd7\xff])")
    position, scans = 2, 0
    while (found := marker.search(data, position)) and found[1] != b"\xd9" and scans <= MAX_SCANS:
        scans += found[1] == b"\xda"
        length = int.from_bytes(data[found.end() : found.end() + 2], "big")
        position = found.end() + (0 if found[1] in (b"\x01", b"\xd8") else length)
    return scans


def _check_size(width: int, height: int, limits: Limits) -> None:
    """Refuse what is too large or too small, by the header alone."""
    if width * height > limits.max_pixels:
        count = f"{width} x {height} = {width * height / 1e6:.1f} megapixels, more"
        raise ImageError(_too_large(count, limits))
    if min(width, height) < limits.min_side:
        raise ImageError(
            f"this picture is {width} x {height} pixels, but each side must be at least "
            f"{limits.min_side}; choose a larger one."
        )


def _too_large(count: str, limits: Limits) -> str:
    """Say that a picture has too many pixels."""
    return (
        f"this picture has {count} than the {limits.max_pixels / 1e6:g} megapixels that are "
        "accepted; scale it down."
    )


def _unrecognised(data: bytes) -> str:
    """Say what a file looks like that no decoder took."""
    guesses = (
        words
        for pattern, words in _LOOKALIKES.items()
        if re.match(pattern, data[:64], re.IGNORECASE | re.DOTALL)
    )
    seen = next(guesses, "no picture format known here")
    return f"this file looks like {seen}, but a photo is needed; save it as JPEG, PNG or WebP."


def _orientation(image: Image.Image) -> int:
    """Return the EXIF orientation, 1..8; 1 where it is missing or unreadable."""
    try:
        value = image.getexif().get(ExifTags.Base.Orientation, 1)
    except Exception:  # a broken EXIF block is no reason to refuse the picture
        return 1
    return value if isinstance(value, int) and value in _TURNS else 1


def _to_rgb(image: Image.Image, notes: list[str]) -> Image.Image:
    """Return a loaded image of any mode as RGB on white, and note what that took."""
    if image.mode in _DEEP_MODES:
        return _from_deep(image, notes)
    alpha = None
    if image.has_transparency_data:
        image_with_alpha = image.convert("RGBA")
        alpha = image_with_alpha.getchannel("A")
        flat = image_with_alpha.convert("RGB")
    else:
        flat = image if image.mode in ("RGB", "L", "CMYK", "LAB") else image.convert("RGB")
    if image.mode in ("1", "L", "LA"):
        notes.append("grey copied to red, green and blue")
    elif image.mode in ("CMYK", "LAB"):
        notes.append(f"converted from {image.mode}")
    elif image.mode in ("P", "PA"):
        notes.append("colours looked up in its palette")
    rgb = _to_srgb(flat, image.info.get("icc_profile"), notes).convert("RGB")
    if alpha is not None and alpha.getextrema() != (255, 255):
        white = Image.new("RGB", rgb.size, (255, 255, 255))
        white.paste(rgb, mask=alpha)
        rgb = white
        notes.append("transparency laid on white")
    return rgb


def _to_srgb(image: Image.Image, profile: bytes | None, notes: list[str]) -> Image.Image:
    """Convert from the embedded ICC profile to sRGB; without a usable one, return `image`."""
    if image.mode == "LAB":
        lab, srgb = ImageCms.createProfile("LAB"), ImageCms.createProfile("sRGB")
        return ImageCms.profileToProfile(image, lab, srgb, outputMode="RGB") or image
    if not profile:
        return image
    try:
        embedded = ImageCms.ImageCmsProfile(BytesIO(profile))
        if "sRGB" in ImageCms.getProfileDescription(embedded):
            return image
        srgb = ImageCms.createProfile("sRGB")
        converted = ImageCms.profileToProfile(image, embedded, srgb, outputMode="RGB")
    except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
        notes.append("its colour profile ignored, because it doesn't fit the picture")
        return image
    notes.append("colours converted from its own profile to sRGB")
    return converted or image


def _from_deep(image: Image.Image, notes: list[str]) -> Image.Image:
    """Scale grey of more than 8 bits to RGB."""
    values = np.array(image, dtype=np.float64)
    np.nan_to_num(values, copy=False, posinf=0.0, neginf=0.0)
    low, high = float(values.min()), float(values.max())
    sixteen = image.mode == "I" and low >= 0 and 255 < high <= 65535
    if sixteen or image.mode.startswith("I;16"):
        low, high, words = 0.0, 65535.0, "16-bit grey scaled to 8-bit"
    elif image.mode == "F" and low >= 0 and high <= 1:
        low, high, words = 0.0, 1.0, "float grey scaled from 0..1 to 8-bit"
    elif low >= 0 and high <= 255:
        low, high, words = 0.0, 255.0, "32-bit grey taken as 8-bit"
    else:
        words = f"grey stretched from its range {low:g}..{high:g} to 8-bit"
    values -= low
    values *= 255.0 / (high - low) if high > low else 0.0
    notes.append(words)
    return Image.fromarray(np.rint(values, out=values).astype(np.uint8)).convert("RGB")
