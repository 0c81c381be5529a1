"""Turn a run's best epoch into shipped weights: float16 safetensors, scored, in the manifest."""

import hashlib
import json
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors.torch import load_file, save

from segdemo import weights
from segdemo.inference import segment
from segdemo.labels import LABEL_SETS
from segdemo.training import checkpoint
from segdemo.training.evaluation import evaluate
from segdemo.training.recipes import SEGMENTATION_RECIPES, SegmentationRecipe
from segdemo.training.segmentation import class_weights
from segdemo.training.segmentation_data import read_split

DATASETS = (
    "MSRC v2 (Microsoft Research Cambridge, non-commercial research), ground truth re-drawn by "
    "Malisiewicz & Efros; Clothing Co-Parsing (research); Weizmann horses (research); "
    "CamVid (academic). Trunk from EfficientNet-Lite0 on ImageNet (Apache-2.0)."
)


def ship_segmentation(recipe_name: str, checkpoints: Path, data: Path) -> dict[str, Any]:
    """Write weights/NAME-*.safetensors from the best epoch, score them on val, list them."""
    recipe = SEGMENTATION_RECIPES[recipe_name]
    label_set = LABEL_SETS[recipe.weights]
    state = load_file(checkpoints / recipe_name / checkpoint.BEST)
    entry: dict[str, Any] = {
        "model": "segdemo.models.shared.SharedTrunkNetwork",
        "arguments": {"architectures": list(recipe.architectures)},
        "files": write_parts(recipe.weights, state),
        "label_set": label_set.name,
        "classes": list(label_set.classes),
        "normalisation": "(RGB - 127) / 128 on 0-255",
        "score_offsets": score_offsets(recipe, data / "photos"),
        "dataset": DATASETS,
        "licence": "non-commercial research (see weights/LICENSE.md)",
        "recipe": f"python -m segdemo.training segment --recipe {recipe_name} --data DIR",
        "seed": recipe.seed,
        "commit": git_commit(),
    }
    write_entry(recipe.weights, entry)
    scores = evaluate(recipe.weights, data / "photos", "val")["architectures"]
    for score in scores.values():
        del score["milliseconds"]  # the machine's, not the weights'
    entry["metrics"] = {"split": "photos val, 43 photos", "architectures": scores}
    entry["golden"] = reference_scores(recipe.weights)
    write_entry(recipe.weights, entry)
    return entry


def score_offsets(recipe: SegmentationRecipe, photos: Path) -> list[float]:
    """What is added to each class's score: the loss's class weights taken back, `other`'s bonus."""
    classes = LABEL_SETS[recipe.weights].classes
    weight = class_weights(read_split(photos, "train"), len(classes), recipe.class_balance)
    offsets = -weight.log()
    offsets[classes.index("other")] += recipe.other_bonus
    return [round(float(offset), 4) for offset in offsets]


def write_parts(name: str, state: dict[str, torch.Tensor]) -> list[dict[str, Any]]:
    """Write trunk and heads to a file each, in float16; the manifest's lines for them."""
    parts: dict[str, dict[str, torch.Tensor]] = {}
    for key, value in state.items():
        part = "trunk" if key.startswith("trunk.") else key.split(".")[1]
        half = value.half() if value.is_floating_point() else value
        parts.setdefault(part, {})[key] = half.contiguous()
    return [write_part(f"{name}-{part}.safetensors", part, t) for part, t in parts.items()]


def write_part(file: str, part: str, tensors: dict[str, torch.Tensor]) -> dict[str, Any]:
    """Write one file; the manifest's line for it."""
    content = save(tensors)
    (weights.WEIGHTS / file).write_bytes(content)
    sha256 = hashlib.sha256(content).hexdigest()
    return {"part": part, "file": file, "sha256": sha256, "bytes": len(content)}


def write_entry(name: str, entry: dict[str, Any]) -> None:
    """Put `entry` into the manifest, in place of an older one of its name."""
    path = weights.WEIGHTS / "manifest.json"
    entries = json.loads(path.read_text()) if path.exists() else {}
    entries[name] = entry
    path.write_text(json.dumps(entries, indent=1) + "\n")
    weights.manifest.cache_clear()


def test_card() -> np.ndarray:
    """A picture drawn by formula, RGB uint8 (96, 128, 3): sky, ground and a disc."""
    y, x = np.mgrid[:96, :128]
    card = np.where((y < 48)[..., None], (120, 170, 230), (80, 130, 60))
    disc = (x - 64) ** 2 + (y - 50) ** 2 < 24**2
    card = np.where(disc[..., None], np.stack([200 - y, 60 + x, 50 + y], -1), card)
    return card.astype(np.uint8)


def reference_scores(name: str) -> dict[str, list[float]]:
    """Architecture -> the mean score of each class on the test card: what a test compares with."""
    results = segment(test_card(), weights.entry(name)["arguments"]["architectures"], weights=name)
    return {n: [round(float(v), 4) for v in r.scores.mean((1, 2))] for n, r in results.items()}


def git_commit() -> str:
    """The commit that the weights were made at."""
    command = ["git", "rev-parse", "--short=12", "HEAD"]
    found = subprocess.run(command, capture_output=True, text=True, cwd=weights.WEIGHTS.parent)
    return found.stdout.strip() or "unknown"
