"""Trained weights: the manifest, hashes, safetensors, strict loading."""

import hashlib
import json
from collections.abc import Callable, Iterable
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from torch import Tensor, nn

    Built = tuple[nn.Module, list[str] | None]

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


def segmentation_entry(name: str) -> dict[str, Any]:
    """The entry of a network that segments; ValueError where these weights do something else."""
    found = entry(name)
    if "label_set" not in found:
        segmenting = [n for n, e in manifest().items() if "label_set" in e]
        raise ValueError(
            f"weights {name!r} are no segmentation network; choose from {', '.join(segmenting)}."
        )
    return found


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


def load(name: str, architectures: Iterable[str] | None = None) -> Any:
    """The network of a manifest entry, an nn.Module, float32, in eval mode.

    The shared trunk comes with its heads or those named; heads not asked for are not read. Every
    parameter of what is built must be in the files, and every tensor read must have its place
    (strict).
    """
    found = entry(name)
    # Not on the meta device: first use of it imports a second and a half of torch's internals.
    network, parts = BUILDERS[found["model"]](found, architectures)
    network.load_state_dict(load_files(name, parts), strict=True, assign=True)
    return network.eval().requires_grad_(False)


def _shared_trunk(found: dict[str, Any], architectures: Iterable[str] | None) -> "Built":
    """The trunk and the heads asked for, with the heads that those read."""
    from segdemo.models.catalog import with_sources
    from segdemo.models.shared import SharedTrunkNetwork

    wanted = list(found["arguments"]["architectures"] if architectures is None else architectures)
    network = SharedTrunkNetwork(wanted, num_classes=len(found["classes"]))
    return network, ["trunk", *with_sources(wanted)]


def _imagenet_classifier(found: dict[str, Any], architectures: Iterable[str] | None) -> "Built":
    """EfficientNet-Lite0 with its classes."""
    from segdemo.models.imagenet_classifier import ImagenetClassifier

    if architectures is not None:
        raise ValueError("the ImageNet classifier has no heads to choose from; leave them out.")
    return ImagenetClassifier(**found["arguments"]), None


def _generative(found: dict[str, Any], architectures: Iterable[str] | None) -> "Built":
    """An autoencoder, PCA, VAE, generator or their judge; the part "codes" is no parameter."""
    from segdemo.models.generative import GENERATIVE_MODELS

    if architectures is not None:
        raise ValueError("a generative model has no heads to choose from; leave them out.")
    return GENERATIVE_MODELS[found["model"]](**found["arguments"]), ["network"]


# An entry's model -> the network, empty, and the parts of the entry that fill it (None: all).
BUILDERS: "dict[str, Callable[[dict[str, Any], Iterable[str] | None], Built]]" = {
    "segdemo.models.shared.SharedTrunkNetwork": _shared_trunk,
    "segdemo.models.imagenet_classifier.ImagenetClassifier": _imagenet_classifier,
    "segdemo.models.autoencoder.Autoencoder": _generative,
    "segdemo.models.autoencoder.PCA": _generative,
    "segdemo.models.vae.VAE": _generative,
    "segdemo.models.gan.Generator": _generative,
    "segdemo.models.classifier.Classifier": _generative,
}


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
