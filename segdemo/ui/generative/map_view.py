"""What the browser draws the map of a two-dimensional latent space from, as plain values."""

import base64
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from segdemo import latent
from segdemo.generation import plane
from segdemo.generation.coding import encode
from segdemo.generation.shelf import WITH_PRIOR, Floats, Model
from segdemo.ui.generative.pictures import picture_uri, sprite_uri
from segdemo.ui.generative.scene import Scene

DEPTH = 12.0  # nats below the highest density that the colours tell apart
LEVELS = 255
DECIMALS = 3
ELLIPSES = 2  # of each class
KNOTS = 161  # of an axis in quantiles
TAIL = 0.002  # the share of the mass beyond the outermost knot on either side
OUTSIDE = 0.04  # the share of the axis that what lies beyond is given
PRIOR_TITLE = "log density of the prior N(0, I), nats"
DISTANCE_TITLE = "distance to the nearest code"


def value(scene: Scene, model: Model) -> dict[str, Any]:
    """Everything that the map of a model shows; `at` is image A's code, where it opens."""
    codes, grid = model.known_codes, plane.manifold(model)
    start = start_of(scene, model)
    side = len(grid.frames)
    return {
        "title": model.title,
        "classes": class_names(model, codes.labels),
        "points": {
            "x": rounded(codes.mu[:, 0]),
            "y": rounded(codes.mu[:, 1]),
            "label": codes.labels.tolist(),
        },
        "linear": linear_axes(model, start["z"]),
        "quantiles": quantile_axes(model),
        "layers": layers(model),
        "grid": {"uri": sprite_uri(grid.frames.reshape(-1, *grid.frames.shape[2:])), "side": side}
        | {"codes": [rounded(row) for row in grid.codes.reshape(-1, 2)], "of": grid.of},
        "ellipses": ellipses(model),
        "start": start,
        "alt": f"{len(codes.mu)} codes of training images by {model.title}, in the plane of z0 and "
        f"z1, and image A's at {start['z'][0]:.2f}, {start['z'][1]:.2f}. Press anywhere, or move "
        "by the arrow keys, to decode a point.",
    }


def rounded(numbers: Floats) -> list[float]:
    """Numbers (N,) for the browser."""
    return np.round(numbers, DECIMALS).tolist()


def class_names(model: Model, labels: NDArray[np.int64]) -> list[str]:
    """What each label is called: where there is one class alone, labels number its people."""
    if len(model.classes) > 1:
        return model.classes
    return [f"person {label}" for label in range(int(labels.max()) + 1)]


def start_of(scene: Scene, model: Model) -> dict[str, Any]:
    """Image A's mean code `z` [2] and, for a VAE, its posterior's standard deviations [2]."""
    index, codes = scene.setting.source.get("code"), model.known_codes
    z = scene.code(model)
    if codes.log_var is None:
        return {"z": rounded(z), "sigma": None}
    known = codes.log_var[index] if index is not None and index < len(codes.log_var) else None
    log_var = encode(model, scene.start.image[None]).log_var if known is None else known[None]
    assert log_var is not None  # a VAE's
    return {"z": rounded(z), "sigma": np.round(np.exp(log_var[0] / 2), 4).tolist()}


def ellipses(model: Model) -> list[list[float]] | None:
    """[z0, z1, sigma0, sigma1, label] of the first images of each class; None without posterior."""
    codes = model.known_codes
    if codes.log_var is None:
        return None
    chosen = [
        index
        for label in np.unique(codes.labels)
        for index in np.flatnonzero(codes.labels == label)[:ELLIPSES]
    ]
    sigma = np.exp(codes.log_var / 2)
    return [
        [*rounded(codes.mu[i]), *np.round(sigma[i], 4).tolist(), int(codes.labels[i])]
        for i in chosen
    ]


def linear_axes(model: Model, also: list[float]) -> list[list[float]]:
    """[low, high] of both axes: all codes and the point `also` inside, equal spans."""
    low, high = plane.bounds(model)
    low, high = np.minimum(low, also), np.maximum(high, also)
    middle, half = (low + high) / 2, (high - low).max() / 2
    return np.round(np.stack([middle - half, middle + half], 1), DECIMALS).tolist()


def quantile_axes(model: Model) -> dict[str, Any]:
    """Axes on which equal lengths hold equal mass: `shares` (K,), `knots` [2] of (K,) ascending.

    Of the prior, or where there is none of the codes, each dimension alone. What lies beyond the
    outermost knots shares a small part at either end.
    """
    shares = np.linspace(TAIL, 1 - TAIL, KNOTS)
    low, high = plane.bounds(model)
    knots = []
    for axis, mu in enumerate(model.known_codes.mu.T):
        inner = ndtri(shares) if model.kind in WITH_PRIOR else np.quantile(mu, shares)
        ends = min(low[axis], inner[0] - 0.1), max(high[axis], inner[-1] + 0.1)
        row = np.concatenate([ends[:1], inner, ends[1:]])
        row += np.arange(len(row)) * 1e-9  # ascending even where codes coincide
        knots.append(np.round(row, 9).tolist())
    return {
        "shares": np.round([-OUTSIDE, *shares, 1 + OUTSIDE], 6).tolist(),
        "knots": knots,
        "of": plane.manifold(model).of,
    }


def layers(model: Model) -> dict[str, dict[str, Any]]:
    """What can lie under the codes: their density, the prior's where there is one, the holes."""
    field = plane.field(model)
    found = {"density": layer(field, field.log_density, field.density_title, DEPTH)}
    if model.kind in WITH_PRIOR:
        points = np.stack(np.meshgrid(field.x, field.y), -1).reshape(-1, 2)
        prior = latent.prior_log_density(points).reshape(field.distance.shape)
        found["prior"] = layer(field, prior, PRIOR_TITLE, DEPTH)
    found["distance"] = layer(field, field.distance, DISTANCE_TITLE, None)
    return found


def layer(field: plane.Field, values: Floats, title: str, depth: float | None) -> dict[str, Any]:
    """Numbers (F, F) as bytes between `low` and `high`, row 0 lowest; `cut` where some lie below.

    Densities fall without end away from the codes: `depth` below the highest the colours stop.
    """
    high = float(values.max())
    low = float(values.min()) if depth is None else max(float(values.min()), high - depth)
    share = np.clip((values - low) / max(high - low, 1e-9), 0, 1)
    levels = np.rint(share * LEVELS).astype(np.uint8)
    return {
        "title": title,
        "low": round(low, DECIMALS),
        "high": round(high, DECIMALS),
        "cut": float(values.min()) < low,
        "cells": len(values),
        "bounds": [rounded(axis[[0, -1]]) for axis in (field.x, field.y)],
        "levels": base64.b64encode(levels.tobytes()).decode(),
    }


def spot_value(model: Model, point: Floats) -> dict[str, Any]:
    """What a point (2,) decodes to and how far from all codes it lies, for the panel beside."""
    found = plane.spot(model, point)
    codes = model.known_codes
    nearest = plane.spot(model, codes.mu[found.index])
    name = class_names(model, codes.labels)[found.label]
    norm = float(np.linalg.norm(point))
    inside = ""
    if model.kind in WITH_PRIOR:
        inside = f"{share_words(tail_share(norm))} of the prior lies farther from the origin."
    return {
        "model": model.name,
        "image": picture_uri(found.image),
        "nearest": picture_uri(nearest.image),
        "index": found.index,
        "name": name,
        "z": [round(float(n), DECIMALS) for n in point],
        "norm": round(norm, 2),
        "inside": inside,
        "distance": round(found.distance, DECIMALS),
        "percent": round(found.percent, 1),
    }


def tail_share(norm: float) -> float:
    """The mass of N(0, I) in two dimensions with |z| above `norm`: exp(-norm^2 / 2)."""
    return float(np.exp(-(norm**2) / 2))


def share_words(share: float) -> str:
    """A share as a percentage, in words where it rounds to nothing."""
    return "Under 0.1 %" if share < 0.001 else f"{100 * share:.{0 if share >= 0.1 else 1}f} %"
