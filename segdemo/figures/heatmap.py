"""A class's heat map over a photo: the colours, the picture, the figure for a paper."""

import matplotlib
import numpy as np
from matplotlib.colors import to_hex
from matplotlib.figure import Figure
from numpy.typing import NDArray

COLOUR_MAP = "inferno"  # even in lightness, so it reads in grey and to colour-blind eyes
OPACITY = 0.6
WIDTH = 6.4  # inches
SMALL, FINE = 9, 8  # points
Limits = tuple[float, float]
Extent = tuple[float, float, float, float]  # (top, left, bottom, right), pixels of the photo


def colours(count: int) -> list[str]:
    """`count` colours as #rrggbb, from the lowest value's to the highest's."""
    return [to_hex(sample) for sample in matplotlib.colormaps[COLOUR_MAP](np.linspace(0, 1, count))]


def limits(values: NDArray[np.float32], *, probability: bool) -> Limits:
    """(low, high) of the colours: probabilities start at 0, logits at the lowest there is."""
    low, high = 0.0 if probability else float(values.min()), float(values.max())
    return (low, high) if high > low else (low, low + 1e-6)


def overlaid(
    photo: NDArray[np.uint8], values: NDArray[np.float32], extent: Extent, between: Limits
) -> NDArray[np.uint8]:
    """`photo` (H, W, 3) with the map (h, w) over it in blocks, one a cell; uint8 (H, W, 3).

    Outside the map's extent the photo stays as it is.
    """
    top, left, bottom, right = extent
    rows, in_rows = cells_of(photo.shape[0], top, bottom, values.shape[0])
    columns, in_columns = cells_of(photo.shape[1], left, right, values.shape[1])
    low, high = between
    painted = matplotlib.colormaps[COLOUR_MAP](np.clip((values - low) / (high - low), 0, 1))
    layer = 255 * painted[np.ix_(rows, columns)][..., :3]
    alpha = OPACITY * (in_rows[:, None] & in_columns)[..., None]
    return (photo + alpha * (layer - photo)).round().astype(np.uint8)


def cells_of(
    pixels: int, start: float, stop: float, cells: int
) -> tuple[NDArray[np.intp], NDArray[np.bool_]]:
    """For each pixel of an axis the cell that covers it, and whether one does."""
    position = (np.arange(pixels) + 0.5 - start) / (stop - start) * cells
    return np.clip(position, 0, cells - 1).astype(np.intp), (position >= 0) & (position < cells)


def figure(
    photo: NDArray[np.uint8],
    values: NDArray[np.float32],
    extent: Extent,
    between: Limits,
    *,
    title: str,
    label: str,
    credit: str,
) -> Figure:
    """The same with a title, a colour bar labelled `label` and the photo's credit below."""
    height, width = photo.shape[:2]
    drawn = Figure(figsize=(WIDTH, WIDTH * 0.82 * height / width + 0.9))
    axes = drawn.subplots()
    axes.imshow(photo, extent=(0, width, height, 0))
    top, left, bottom, right = extent
    layer = axes.imshow(
        values,
        cmap=COLOUR_MAP,
        vmin=between[0],
        vmax=between[1],
        alpha=OPACITY,
        extent=(left, right, bottom, top),
        interpolation="nearest",
    )
    axes.set(xlim=(0, width), ylim=(height, 0), title=title)
    axes.set_axis_off()
    bar = drawn.colorbar(layer, ax=axes, fraction=0.035, pad=0.02)
    bar.set_label(label, fontsize=SMALL)
    bar.ax.tick_params(labelsize=SMALL)
    axes.text(0, -0.02, credit, transform=axes.transAxes, va="top", fontsize=FINE, color="0.35")
    return drawn
