"""Grey pictures and signed maps as data URIs, for the page."""

import base64
from io import BytesIO

import matplotlib
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from segdemo.figures import latent as figures

SIGNED = "RdBu_r"  # ColorBrewer's, safe for colour-blind eyes: blue below zero, white, red above


def uri(png: bytes) -> str:
    """A PNG file as a data URI."""
    return f"data:image/png;base64,{base64.b64encode(png).decode()}"


def picture_uri(image: NDArray[np.uint8]) -> str:
    """A grey picture (S, S)."""
    return uri(figures.png(image))


def sprite_uri(frames: NDArray[np.uint8]) -> str:
    """Frames (T, S, S) side by side in one picture."""
    return uri(figures.sprite(frames))


def signed_uri(values: NDArray[np.floating], scale: float) -> str:
    """Signed numbers (H, W): -scale is blue, 0 white, +scale red."""
    share = np.clip(np.asarray(values, np.float64) / (2 * max(scale, 1e-9)) + 0.5, 0, 1)
    rgb = matplotlib.colormaps[SIGNED](share, bytes=True)[..., :3]
    buffer = BytesIO()
    Image.fromarray(rgb).save(buffer, "PNG")
    return uri(buffer.getvalue())
