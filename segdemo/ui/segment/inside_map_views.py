"""Look inside: the views of feature maps (resolution ladder, DeconvNet's switches)."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from segdemo.inside import ladder, switches
from segdemo.inside.features import Features
from segdemo.inside.ladder import Rung
from segdemo.inside.switches import Unpooling
from segdemo.models.catalog import ARCHITECTURES, DILATED, STRIDED, with_sources
from segdemo.ui.segment import inside_figures as figures
from segdemo.ui.segment.inside_settings import Settings

Row = dict[str, Any]
CHANNELS = 3
CORNERS = ("top left", "top right", "bottom left", "bottom right")


def ladder_view(features: Features, names: list[str]) -> dict[str, Any]:
    """The trunk's maps and those of every head chosen, with their real sizes."""
    reads = {ARCHITECTURES[link].reads for name in names for link in with_sources([name])}
    return {
        "sentence": "Read each row from left to right: how coarse does an architecture become, "
        "and in how many steps does it come back?",
        "note": "Under a layer's name stand channels × height × width of its map, and how many "
        "pixels of the photo one cell stands for. Shown are the three channels that vary most "
        "over this photo, each on its own scale: red above 0, blue below, or from dark to bright "
        "where nothing is negative. The last step to the photo's size is bilinear for all.",
        "rows": [*trunk_rows(features, reads), *(head_row(features, name) for name in names)],
    }


def trunk_rows(features: Features, reads: set[str]) -> list[Row]:
    """The trunk's two passes, the dilated one where a head reads it."""
    strided = "EfficientNet-Lite0 halves the resolution five times."
    dilated = (
        "The last stages a second time over the same parameters: dilation in place of the last "
        "stride, so stride 16 stays."
    )
    rows = [ladder_row("Trunk, shared by all", strided, ladder.trunk_rungs(features, STRIDED))]
    if DILATED in reads:
        rows.append(ladder_row("Trunk, dilated", dilated, ladder.trunk_rungs(features, DILATED)))
    return rows


def head_row(features: Features, name: str) -> Row:
    """An architecture's head, and what it reads."""
    architecture = ARCHITECTURES[name]
    reads = architecture.reads
    source = f"scores of {ARCHITECTURES[reads].title}" if reads in ARCHITECTURES else reads
    sentence = f"{architecture.idea} It reads the {source}."
    return ladder_row(architecture.title, sentence, ladder.head_rungs(features, name))


def ladder_row(title: str, sentence: str, rungs: list[Rung]) -> Row:
    """One row of the ladder: for each map its size and a few of its channels."""
    made = [
        {
            "kind": "rung",
            "title": rung.layer.removeprefix("decoder.") or "scores",
            "note": f"{figures.size(*rung.size)}, stride {rung.stride}",
            "stride": rung.stride,
            "parts": [
                figures.thumbnail(f"channel {channel}", values)
                for channel, values in zip(rung.channels, rung.maps, strict=True)
            ],
        }
        for rung in rungs
    ]
    return {**figures.row(title, sentence, made), "rungs": True}


def switches_view(features: Features, settings: Settings) -> dict[str, Any]:
    """One unpooling of DeconvNet: maxima, map before, unpooled, behind the deconvolutions."""
    found = switches.unpooling(features, settings.stride)
    pairs = zip(most_varied(found.before), most_varied(found.after), strict=True)
    return {
        "sentence": "Compare the third map with the fourth: unpooling puts each value where the "
        "maximum was and leaves three of four cells empty; the deconvolutions fill them.",
        "note": "The switches come from 2 × 2 max pooling of the trunk's map at this stride; where "
        "the decoder has more channels than that map, its switches serve two or three times. "
        "Channels are those that vary most over this photo; the deconvolutions mix all channels, "
        "so the fourth map is no longer the same channel.",
        "rows": [unpooled_row(found, channel, behind) for channel, behind in pairs],
    }


def most_varied(maps: NDArray[np.float32]) -> list[int]:
    """The channels of (C, h, w) with the largest variance, first ones first."""
    return np.argsort(-maps.var((1, 2)), kind="stable")[:CHANNELS].tolist()


def unpooled_row(found: Unpooling, channel: int, behind: int) -> Row:
    """One channel on its way; `behind` is the channel shown behind the deconvolutions."""
    own = channel % len(found.source)
    corners = found.corners(own)
    shares = np.bincount(corners.ravel(), minlength=4) / corners.size
    said = ", ".join(
        f"{corner} {figures.percent(share)}" for corner, share in zip(CORNERS, shares, strict=True)
    )
    trunk = f"Trunk, channel {own}: maxima, others faded"
    after = f"Behind the deconvolutions, channel {behind}"
    made = [
        figures.switch_map(trunk, cells(found.source), found.source[own], corners),
        figures.number_map("Decoder, to unpool", cells(found.before), found.before[channel]),
        figures.number_map("Unpooled", cells(found.unpooled), found.unpooled[channel]),
        figures.number_map(after, cells(found.after), found.after[behind]),
    ]
    return figures.row(f"Channel {channel}", f"Place of the maximum in its window: {said}.", made)


def cells(maps: NDArray[np.float32]) -> str:
    """The size of a stack of maps."""
    return f"of {figures.size(*maps.shape)} (channels × height × width)"
