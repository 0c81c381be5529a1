"""Steps of a layer as an animated GIF, drawn by Pillow: frames of one size, one palette."""

from collections.abc import Iterable
from functools import cache
from io import BytesIO
from pathlib import Path

import numpy as np
from matplotlib import get_data_path
from PIL import Image, ImageDraw, ImageFont

from segdemo.figures.convolution_frame import (
    ACCENT,
    EMPTY,
    PADDING,
    RULE,
    STUFFED,
    TINT,
    Board,
    Frame,
    shades,
    written,
)

WIDTH = 900  # pixels at most
LARGEST_CELL = 40
SMALLEST_CELL = 3
MARGIN = 16
HEAD = 62  # pixels for both titles
FOOT = 40
MILLISECONDS = 500
LAST_MILLISECONDS = 2000
MOST_FRAMES = 96


def chosen_steps(steps: int, most: int = MOST_FRAMES) -> list[int]:
    """At most `most` of `steps` steps, evenly spread, the first and the last among them."""
    count = min(steps, most)
    return sorted({round(n * (steps - 1) / max(count - 1, 1)) for n in range(count)})


def animate(frames: Iterable[Frame]) -> bytes:
    """The frames as an animated GIF that repeats; ValueError without one."""
    pictures = [picture(frame) for frame in frames]
    if not pictures:
        raise ValueError("an animation needs at least one frame, got none.")
    size = tuple(max(one.size[side] for one in pictures) for side in (0, 1))
    sheets = [_on_white(one, (size[0], size[1])) for one in pictures]
    palette = sheets[-1].quantize(64, dither=Image.Dither.NONE)
    indexed = [sheet.quantize(palette=palette, dither=Image.Dither.NONE) for sheet in sheets]
    buffer = BytesIO()
    times = [MILLISECONDS] * (len(indexed) - 1) + [LAST_MILLISECONDS]
    indexed[0].save(
        buffer, "GIF", save_all=True, append_images=indexed[1:], duration=times, loop=0, disposal=1
    )
    return buffer.getvalue()


@cache
def _font(size: int) -> ImageFont.FreeTypeFont:
    """The font that matplotlib brings, which has a minus sign, in a size of pixels."""
    return ImageFont.truetype(Path(get_data_path()) / "fonts" / "ttf" / "DejaVuSans.ttf", size)


def picture(frame: Frame) -> Image.Image:
    """One frame as an RGB picture."""
    columns = sum(board.values.shape[1] for board in frame.boards) + len(frame.boards) - 1
    tallest = max(board.values.shape[0] for board in frame.boards)
    room = (WIDTH - 2 * MARGIN) // columns
    side = max(SMALLEST_CELL, min(LARGEST_CELL, room, 600 // tallest))
    width = max(columns * side + 2 * MARGIN, 520)
    canvas = Image.new("RGB", (width, tallest * side + HEAD + FOOT), "white")
    pen = ImageDraw.Draw(canvas)
    pen.text((MARGIN, 8), frame.title, fill="black", font=_font(15))
    left = MARGIN
    for board in frame.boards:
        _draw_board(pen, board, left, HEAD, side)
        left += (board.values.shape[1] + 1) * side
    foot = fitted(frame.equation, _font(13), width - 2 * MARGIN)
    pen.text((MARGIN, HEAD + tallest * side + 12), foot, fill="black", font=_font(13))
    return canvas


def fitted(text: str, font: ImageFont.FreeTypeFont, width: int) -> str:
    """The text, its middle left out where it is longer than `width` pixels."""
    if font.getlength(text) <= width:
        return text
    head, equals, tail = text.rpartition(" = ")
    while head and font.getlength(f"{head} …{equals}{tail}") > width:
        head = head[:-1]
    return f"{head} …{equals}{tail}"


def _draw_board(pen: ImageDraw.ImageDraw, board: Board, left: int, top: int, side: int) -> None:
    pen.text((left, top - 22), board.title, fill="black", font=_font(12))
    greys = shades(board)
    for row, column in np.ndindex(board.values.shape):
        kind, lit = int(board.kinds[row, column]), bool(board.lit[row, column])
        x, y = left + column * side, top + row * side
        grey = int(255 * greys[row, column])
        face = "white" if board.numbered or kind == EMPTY else f"#{grey:02x}{grey:02x}{grey:02x}"
        if lit and board.numbered and kind != EMPTY:
            face = TINT
        pen.rectangle((x, y, x + side, y + side), fill=face, outline=RULE if side > 6 else None)
        _mark_kind(pen, kind, x, y, side)
        text = written(float(board.values[row, column])) if board.numbered and kind != EMPTY else ""
        if text:
            size = round(min(14.0, side / max(len(text), 2) * 1.4))
            font = _font(size)
            middle = (x + side / 2, y + side / 2)
            pen.text(middle, text, fill="black", font=font, anchor="mm")
    for row, column in np.argwhere(board.lit):
        x, y = left + int(column) * side, top + int(row) * side
        pen.rectangle((x, y, x + side, y + side), outline=ACCENT, width=3 if side > 12 else 1)


def _mark_kind(pen: ImageDraw.ImageDraw, kind: int, x: int, y: int, side: int) -> None:
    """Padding gets its corners cut, a stuffed zero a dot in each corner."""
    if side < 10:
        return
    cut = side // 4
    if kind == PADDING:
        pen.line((x, y + cut, x + cut, y), fill=RULE)
        pen.line((x + side - cut, y + side, x + side, y + side - cut), fill=RULE)
    elif kind == STUFFED:
        for dx, dy in ((4, 4), (side - 5, 4), (4, side - 5), (side - 5, side - 5)):
            pen.rectangle((x + dx, y + dy, x + dx + 1, y + dy + 1), fill=RULE)


def _on_white(one: Image.Image, size: tuple[int, int]) -> Image.Image:
    if one.size == size:
        return one
    sheet = Image.new("RGB", size, "white")
    sheet.paste(one)
    return sheet
