"""Trained weights: the manifest, hashes, safetensors, strict loading."""

import hashlib
import json
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from torch import Tensor

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


def checked_content(file: dict[str, Any]) -> bytes:
    """The content of a manifest's file, its sha256 verified; ValueError where it differs."""
    path = WEIGHTS / file["file"]
    if not path.exists():
        raise ValueError(f"weights/{file['file']} is missing; check the repository out again.")
    content = path.read_bytes()
    if hashlib.sha256(content).hexdigest() != file["sha256"]:
        raise ValueError(
            f"weights/{file['file']} is not the file that the manifest lists (its sha256 differs); "
            "check the repository out again."
        )
    return content


def load(name: str, architectures: Iterable[str] | None = None) -> "SharedTrunkNetwork":
    """The network of a manifest entry, with its heads or those named, float32, in eval mode.

    Every parameter of what is built must be in the files (strict); heads not asked for are not
    read.
    """
    import torch

    from segdemo.models.catalog import with_sources
    from segdemo.models.shared import SharedTrunkNetwork

    found = entry(name)
    wanted = list(found["arguments"]["architectures"] if architectures is None else architectures)
    with torch.device("meta"):
        network = SharedTrunkNetwork(wanted, num_classes=len(found["classes"]))
    state = load_files(name, ["trunk", *with_sources(wanted)])
    network.load_state_dict(state, strict=True, assign=True)
    return network.eval().requires_grad_(False)


def load_files(name: str, parts: Iterable[str] | None = None) -> "dict[str, Tensor]":
    """The tensors of an entry's `parts` (default: all), float32, every file's hash checked."""
    from safetensors.torch import load

    wanted = None if parts is None else set(parts)
    state = {}
    for file in entry(name)["files"]:
        if wanted is None or file["part"] in wanted:
            for key, tensor in load(checked_content(file)).items():
                state[key] = tensor.float() if tensor.is_floating_point() else tensor
    return state
