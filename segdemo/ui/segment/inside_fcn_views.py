"""Look inside: FCN-8s skip by skip, and its learnt upsampling beside the bilinear one."""

from itertools import pairwise
from typing import Any

import numpy as np

from segdemo.inside import skips, upsampling
from segdemo.inside.features import Features
from segdemo.inside.skips import Term
from segdemo.inside.upsampling import Comparison
from segdemo.models.catalog import ARCHITECTURES
from segdemo.ui.segment import inside_figures as figures
from segdemo.ui.segment.inside_settings import Settings, chosen_class

Row = dict[str, Any]
SO_FAR = ("Stride 32 alone", "+ pool4, stride 16", "+ pool3, stride 8")


def skips_view(features: Features, settings: Settings) -> dict[str, Any]:
    """FCN-8s's three terms: masks and sums so far, what each adds, each layer's own scores."""
    terms = skips.terms(features)
    index, name = chosen_class(settings, terms[-1].mask)
    return {
        "class_index": index,
        "sentence": "Follow one outline from left to right: each finer map moves it to where the "
        "photo has an edge, and adds what stride 32 was too coarse to see.",
        "note": "These are partial sums inside FCN-8s as it was trained: its upsampling is linear, "
        "so its scores are a sum of three terms. FCN-32s and FCN-16s are heads of their own, "
        "trained on their own sums; their masks stand in the last row.",
        "rows": [
            masks_so_far(terms),
            sums_so_far(terms, index, name),
            additions(terms, index, name),
            own_scores(terms, index, name),
            separate_heads(features),
        ],
    }


def masks_so_far(terms: list[Term]) -> Row:
    """The masks of the partial sums, and how much changes from one to the next."""
    notes = ["where FCN-8s starts"]
    for before, after in pairwise(terms):
        notes.append(f"{figures.changed(before.mask, after.mask)} of the pixels changed class")
    sentence = "The class of the highest partial sum at each pixel, each class's offset added."
    made = [
        figures.mask(title, note, term.mask)
        for title, note, term in zip(SO_FAR, notes, terms, strict=True)
    ]
    return figures.row("Mask so far", sentence, made)


def sums_so_far(terms: list[Term], index: int, name: str) -> Row:
    """One class's partial sums."""
    sums = [term.total[index] for term in terms]
    span = figures.limits(*sums)
    sentence = (
        f"The scores of {name} at stride 8, one scale for all three; the last is what FCN-8s gives."
    )
    made = [
        figures.number_map(title, figures.cells(values), values, span)
        for title, values in zip(SO_FAR, sums, strict=True)
    ]
    return figures.row(f"Sum so far: {name}", sentence, made)


def additions(terms: list[Term], index: int, name: str) -> Row:
    """What each term adds to one class, carried to stride 8."""
    span = figures.limits(*(term.contribution[index] for term in terms))
    made = [
        figures.number_map(
            f"{term.layer}, carried to stride 8", figures.cells(values), values, span
        )
        for term in terms
        for values in [term.contribution[index]]
    ]
    sentence = "Point at one: the three numbers add up to the last sum above, but for rounding."
    return figures.row(f"What each term adds to {name}", sentence, made)


def own_scores(terms: list[Term], index: int, name: str) -> Row:
    """One class's scores as each layer gives them, at its own stride."""
    span = figures.limits(*(term.scores[index] for term in terms))
    made = [
        figures.number_map(
            f"{term.layer}, stride {term.stride}", figures.cells(values), values, span
        )
        for term in terms
        for values in [term.scores[index]]
    ]
    sentence = "Before the learnt upsampling: one number for each cell of 32, 16 and 8 pixels."
    return figures.row(f"The layers' own scores of {name}", sentence, made)


def separate_heads(features: Features) -> Row:
    """The masks of FCN-32s, FCN-16s and FCN-8s as heads of their own."""
    masks = skips.separate_masks(features)
    notes = {
        head: f"{figures.changed(mask, masks['fcn8s'])} of the pixels differ from FCN-8s"
        for head, mask in masks.items()
    } | {"fcn8s": "the same as the last partial sum"}
    made = [figures.mask(ARCHITECTURES[h].title, notes[h], mask) for h, mask in masks.items()]
    sentence = (
        "FCN-32s had to make do with stride 32; the first partial sum above could rely on what is "
        "added to it."
    )
    return figures.row("Three heads, each trained for itself", sentence, made)


def upsampling_view(features: Features, settings: Settings) -> dict[str, Any]:
    """FCN-8s's learnt kernels beside the bilinear one, and the masks by either."""
    found = upsampling.comparison(features)
    index, name = chosen_class(settings, found.mask_learnt)
    scores = figures.pair(
        ("Bilinear", "Learnt", "Learnt minus bilinear"), found.bilinear[index], found.learnt[index]
    )
    return {
        "class_index": index,
        "sentence": "What did learning change: the shape of a kernel, or how much one class's "
        "score adds to another's? Look for places where that decides the mask.",
        "note": "FCN-8s upsamples by 2 twice, with learnt 4 × 4 kernels of stride 2 that began as "
        "bilinear interpolation. The last step, by 8, is bilinear on both sides. The bilinear mask "
        "uses the same three score maps, which were trained with the learnt kernels.",
        "rows": [
            kernels_of(index, name),
            mixing(),
            either_mask(found),
            figures.row(f"Scores of {name}", "At stride 8.", scores),
        ],
    }


def kernels_of(index: int, name: str) -> Row:
    """The bilinear kernel and both learnt ones of a class, on one scale."""
    kernels = {layer: upsampling.kernels(layer) for layer in upsampling.LAYERS}
    shown = {"bilinear": next(iter(kernels.values())).bilinear[index, index]}
    shown |= {f"{layer}, learnt": kernel.learnt[index, index] for layer, kernel in kernels.items()}
    span = figures.limits(*shown.values())
    made = [figures.grid(title, "4 × 4 weights", kernel, span) for title, kernel in shown.items()]
    sentence = (
        "What one score adds to the 4 × 4 cells of the enlarged map around it; the bilinear kernel "
        "is 1/4, 3/4, 3/4, 1/4 along both axes, multiplied."
    )
    return figures.row(f"The kernels from {name} to {name}", sentence, made)


def mixing() -> Row:
    """Both layers' tables of what class adds to what class, less the bilinear identity."""
    shown = {}
    for layer in upsampling.LAYERS:
        table = upsampling.kernels(layer).mixing
        shown[f"{layer}, learnt minus bilinear"] = table - np.eye(len(table), dtype=np.float32)
    span = figures.limits(*shown.values())
    made = [figures.grid(t, figures.size(*m.shape) + " classes", m, span) for t, m in shown.items()]
    sentence = (
        "Row: a class whose score is 1 everywhere; column: the class that it is added to. Bilinear "
        "interpolation adds 1 on the diagonal and nothing elsewhere."
    )
    return figures.row("What one class adds to another", sentence, made)


def either_mask(found: Comparison) -> Row:
    """The masks by learnt and by bilinear upsampling."""
    different = figures.changed(found.mask_learnt, found.mask_bilinear)
    made = [
        figures.mask("Learnt", "FCN-8s as it is", found.mask_learnt),
        figures.mask("Bilinear", "both kernels replaced", found.mask_bilinear),
    ]
    return figures.row("Masks", f"{different} of the pixels change class.", made)
