"""What the browser shows of samples: pictures, class shares, the training code nearest to each."""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

import numpy as np

from segdemo.generation.sample import SOURCES, Samples, sample
from segdemo.generation.shelf import Model, Shelf
from segdemo.ui import tables
from segdemo.ui.generative.pictures import sprite_uri

DRAWN = 48  # images of a source; the browser shows as many of them as is asked for
COUNTED = 200  # samples behind the class shares worked out on the page
REMEMBERED = 6  # draws
METRICS = ("frechet_classifier_distance", "frechet_real_floor", "precision", "recall")
MEASURED = ("vae", "betavae", "gan")  # what draws from N(0, I), as the manifest's measures do
NOTES = {
    "prior": "What training promised: the posteriors were pulled towards this distribution.",
    "aggregate": "A training image's posterior at random, then a draw from it: where the decoder "
    "was trained.",
    "mixture": "{components} normals fitted to the codes. N(0, I) would mean nothing here.",
    "gan": "All that it was trained on. {latent_dim} latent numbers, whatever is set beside.",
}


@lru_cache(maxsize=REMEMBERED)
def drawn(shelf: Shelf, data: str, latent_dim: int, seed: int) -> tuple[Samples, ...]:
    """Every source's samples, () where none is trained at this latent size; remembered."""
    if not any(one.latent_dim == latent_dim for one in shelf.choose(data, kinds=["ae", "vae"])):
        return ()
    return tuple(sample(shelf, data, latent_dim, count=DRAWN, counted=COUNTED, seed=seed))


def value(shelf: Shelf, data: str, latent_dim: int, seed: int) -> dict[str, Any]:
    """The component's value: a column for each source, the classes, what the bars mean."""
    sources = drawn(shelf, data, latent_dim, seed)
    classifier = shelf.classifier(data)
    return {
        "sources": [column(one) for one in sources],
        "classes": [] if classifier is None else classifier.classes,
        "bars": bars_meaning(sources, classifier),
        "missing": missing(sources, data),
        "count": DRAWN,
    }


def column(samples: Samples) -> dict[str, Any]:
    """One source: its pictures, and for each the training code nearest to it."""
    model, nearest = samples.model, samples.nearest
    told = samples.model.entry.get("metrics", {}).get("class_histogram")
    return {
        "title": samples.title,
        "name": model.name,
        "note": note(samples),
        "sprite": sprite_uri(samples.images),
        "neighbours": None if samples.neighbours is None else sprite_uri(samples.neighbours),
        "nearest": None if nearest is None else nearest.tolist(),
        "distance": None if samples.distance is None else np.round(samples.distance, 2).tolist(),
        "compared": samples.compared,
        "shares": None if samples.histogram is None else np.round(samples.histogram, 4).tolist(),
        "told": told if samples.source in ("prior", "gan") else None,
    }


def note(samples: Samples) -> str:
    """Where the codes of a source come from, in a sentence."""
    model = samples.model
    components = len(model.known_codes.mixture.weights) if samples.source == "mixture" else 0
    return NOTES[samples.source].format(components=components, latent_dim=model.latent_dim)


def missing(sources: Sequence[Samples], data: str) -> str:
    """Which sources there are no models for."""
    found = {one.source for one in sources}
    absent = [title for source, (_, title) in SOURCES.items() if source not in found]
    return f"Not shipped for {data}: {'; '.join(absent)}." if absent else ""


def bars_meaning(sources: Sequence[Samples], classifier: Model | None) -> str:
    """What is counted, by whom, and how far chance alone moves a bar."""
    if classifier is None:
        return "No classifier was trained on these images, so no classes are counted."
    right = classifier.entry.get("metrics", {}).get("accuracy")
    trust = "" if right is None else f", right on {tables.percent(right)} of held-out images"
    counts = [told_count(one.model) for one in sources if told_count(one.model)]
    ticks = (
        f" The line across a bar: the same share among {tables.count(max(counts))} samples, from "
        "the manifest, where it was measured."
        if counts
        else ""
    )
    return (
        f"Classes of {COUNTED} samples of each source, counted now by this project's own "
        f"classifier{trust}. By chance alone a share of 10 % moves by "
        f"{100 * standard_error(0.1, COUNTED):.1f} points (its standard error).{ticks}"
    )


def told_count(model: Model) -> int:
    """How many samples the manifest's class shares come from; 0 where it has none."""
    scores: Mapping[str, Any] = model.entry.get("metrics", {})
    return int(scores.get("histogram_samples", 0)) if scores.get("class_histogram") else 0


def standard_error(share: float, count: int) -> float:
    """Of a share counted among `count` independent draws: sqrt(p (1 - p) / n)."""
    return float(np.sqrt(share * (1 - share) / count))


def measured_table(shelf: Shelf, data: str, latent_dim: int) -> str:
    """The manifest's measures of what samples, as HTML; a sentence where there are none."""
    models = [m for m in shelf.choose(data, kinds=MEASURED) if fits(m, latent_dim)]
    rows = [row(m) for m in models if m.entry.get("metrics", {}).get(METRICS[0]) is not None]
    if not rows:
        return "<p>None of the models that sample here was measured.</p>"
    scores = next(m.entry["metrics"] for m in models if METRICS[0] in m.entry.get("metrics", {}))
    size = tables.count(scores["compared_images"])
    return tables.table(
        ["Model, z from N(0, I)", "Fréchet distance", "Real against real", "Precision", "Recall"],
        rows,
        caption=f"From the manifest, measured on {scores['split']}: {size} samples against {size} "
        "images, in the features of this project's own classifier",
    )


def fits(model: Model, latent_dim: int) -> bool:
    """A GAN stands beside models of any size."""
    return model.kind == "gan" or model.latent_dim == latent_dim


def row(model: Model) -> list[str]:
    """One model's measures as text."""
    scores = model.entry["metrics"]
    distance, floor, precision, recall = (float(scores[name]) for name in METRICS)
    title = f"{model.title}, {model.latent_dim}"
    return [title, f"{distance:.1f}", f"{floor:.1f}", f"{precision:.3f}", f"{recall:.3f}"]
