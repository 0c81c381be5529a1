"""An interpolation as an animated GIF with its titles, for a slide: drawn by Pillow, in greys."""

from collections.abc import Sequence
from functools import cache
from io import BytesIO
from pathlib import Path

import numpy as np
from matplotlib import get_data_path
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from segdemo.figures.latent import tiled

Pixels = NDArray[np.uint8]
PICTURE = 112  # pixels that a picture's side has at least
GAP, HEAD, LEFT, FOOT = 8, 26, 78, 20  # pixels between pictures, and around them
LETTERS = 13
MILLISECONDS, LAST_MILLISECONDS = 80, 500  # a frame, and each end
WHITE = 255


def animated(columns: Sequence[tuple[str, Sequence[Pixels]]], lines: Sequence[str]) -> bytes:
    """There and back again, for ever: a titled column of rows of frames, uint8 (T, S, S), a model.

    `lines` names the rows. A column of one row stands beside the first. ValueError without one.
    """
    shapes = {frames.shape for _, rows in columns for frames in rows}
    if len(shapes) != 1:
        raise ValueError("a GIF needs rows of frames of one shape; interpolate in one data set.")
    ((count, side, _),) = shapes
    scale = -(-PICTURE // side)
    there = [sheet(columns, lines, t, scale) for t in range(count)]
    pictures = [*there, *there[-2:0:-1]]
    times = [MILLISECONDS] * len(pictures)
    times[0] = times[count - 1] = LAST_MILLISECONDS
    buffer = BytesIO()
    pictures[0].save(
        buffer, "GIF", save_all=True, append_images=pictures[1:], duration=times, loop=0
    )
    return buffer.getvalue()


def sheet(
    columns: Sequence[tuple[str, Sequence[Pixels]]], lines: Sequence[str], t: int, scale: int
) -> Image.Image:
    """Frame `t` of every row under its title, and a bar that says how far the way has come."""
    count, side = columns[0][1][0].shape[0], columns[0][1][0].shape[1] * scale
    step = side + GAP
    size = (LEFT + len(columns) * step, HEAD + len(lines) * step + FOOT)
    canvas = Image.new("L", size, WHITE)
    pen = ImageDraw.Draw(canvas)
    for j, (title, rows) in enumerate(columns):
        left = LEFT + j * step
        pen.text((left, 5), title, fill=0, font=font(LETTERS))
        for i, frames in enumerate(rows):
            picture = tiled(frames[None, t : t + 1]).repeat(scale, 0).repeat(scale, 1)
            canvas.paste(Image.fromarray(picture), (left, HEAD + i * step))
    for i, name in enumerate(lines):
        pen.text((GAP, HEAD + i * step + side // 2 - 8), name, fill=0, font=font(LETTERS))
    y, width = size[1] - FOOT // 2, size[0] - LEFT - GAP
    pen.line((LEFT, y, LEFT + width, y), fill=200, width=2)
    x = LEFT + round(width * t / max(count - 1, 1))
    pen.ellipse((x - 4, y - 4, x + 4, y + 4), fill=0)
    return canvas


@cache
def font(size: int) -> ImageFont.FreeTypeFont:
    """The font that matplotlib brings, which has Greek letters, in a size of pixels."""
    return ImageFont.truetype(Path(get_data_path()) / "fonts" / "ttf" / "DejaVuSans.ttf", size)
