"""Trained weights: the manifest, hashes, safetensors, strict loading."""

import hashlib
import json
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from segdemo.models.shared import SharedTrunkNetwork

WEIGHTS = Path(__file__).resolve().parent.parent / "weights"


@cache
def manifest() -> dict[str, dict[str, Any]]:
    """Everything that `weights/` holds: name -> entry."""
    return json.loads((WEIGHTS / "manifest.json").read_text())


def entry(name: str) -> dict[str, Any]:
    """What a weight file is: model, arguments, files, classes, provenance, metrics by split."""
    if name not in manifest():
        raise ValueError(f"weights {name!r} are not known; choose from {', '.join(manifest())}.")
    return manifest()[name]


def checked_file(file: dict[str, Any]) -> Path:
    """The path of a manifest's file, its sha256 verified; ValueError where it differs."""
    path = WEIGHTS / file["file"]
    if not path.exists():
        raise ValueError(f"weights/{file['file']} is missing; check the repository out again.")
    if hashlib.sha256(path.read_bytes()).hexdigest() != file["sha256"]:
        raise ValueError(
            f"weights/{file['file']} is not the file that the manifest lists (its sha256 differs); "
            "check the repository out again."
        )
    return path


def load(name: str, architectures: Iterable[str] | None = None) -> "SharedTrunkNetwork":
    """The network of a manifest entry, with its heads or those named, float32, in eval mode.

    Every parameter of what is built must be in the files (strict); heads not asked for are not
    read.
    """
    import torch
    from safetensors import safe_open

    from segdemo.models.catalog import with_sources
    from segdemo.models.shared import SharedTrunkNetwork

    found = entry(name)
    wanted = list(found["arguments"]["architectures"] if architectures is None else architectures)
    with torch.device("meta"):
        network = SharedTrunkNetwork(wanted, num_classes=len(found["classes"]))
    parts = ("trunk.", *(f"heads.{head}." for head in with_sources(wanted)))
    state = {}
    for file in found["files"]:
        with safe_open(checked_file(file), framework="pt") as tensors:
            for key in tensors.keys():  # noqa: SIM118 - not a dict
                if key.startswith(parts):
                    tensor = tensors.get_tensor(key)
                    state[key] = tensor.float() if tensor.is_floating_point() else tensor
    network.load_state_dict(state, strict=True, assign=True)
    return network.eval().requires_grad_(False)
