"""What is known about each model: counted from its structure, or measured and in the manifest."""

from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby
from typing import Any

import torch
from torch import nn

from segdemo import weights
from segdemo.inference import working_size
from segdemo.models.catalog import ARCHITECTURES
from segdemo.models.layers import Layer, layer_table
from segdemo.models.papers import PAPER_NETWORKS
from segdemo.models.shared import SharedTrunkNetwork

WEIGHTS = "photos"
CAMERA = (480, 640)  # the photo, (height, width), for whose working size heads are counted
# Layers that only pass numbers on: left out of the tables, for length.
SILENT = frozenset({"ReLU", "ReLU6", "Dropout", "Dropout2d", "Identity"})

STEM = "trunk.stem"

# A paper's network -> the head on the shared trunk that carries its idea.
HEAD_OF_PAPER = {
    "fcn32s_vgg16": "fcn32s",
    "fcn16s_vgg16": "fcn16s",
    "fcn8s_vgg16": "fcn8s",
    "deconvnet_vgg16": "deconvnet",
    "dilated_frontend_vgg16": "dilated_frontend",
    "dilated_vgg16": "dilated",
    "dilated_large_vgg16": "dilated",
    "unet_2015": "unet",
    "unet_padded": "unet",
}


@dataclass(frozen=True)
class Row:
    """A layer, or a stage of the trunk: what its last layer gives, what all of it holds."""

    name: str
    kind: str
    output_size: tuple[int, ...]
    parameters: int
    fixed: int
    multiply_adds: int
    receptive_field: tuple[int, int] | None


@dataclass(frozen=True)
class Counted:
    """A network counted for one input, (channels, height, width)."""

    rows: tuple[Row, ...]
    input_size: tuple[int, int, int]

    @property
    def parameters(self) -> int:
        """Those that training changes."""
        return sum(row.parameters for row in self.rows)

    @property
    def fixed(self) -> int:
        """Parameters that training doesn't change: bilinear kernels."""
        return sum(row.fixed for row in self.rows)

    @property
    def multiply_adds(self) -> int:
        """For one input."""
        return sum(row.multiply_adds for row in self.rows)


@lru_cache(maxsize=32)
def paper_counts(name: str) -> Counted:
    """The layers of a paper's own network at its paper's input size."""
    network = PAPER_NETWORKS[name]
    with torch.device("meta"):
        layers = layer_table(network.build(), network.input_size)
    rows = [layer_row(layer) for layer in layers if layer.kind not in SILENT]
    return Counted(tuple(rows), network.input_size)


@lru_cache(maxsize=32)
def head_counts(name: str) -> Counted:
    """The shared trunk by stages and one head's layers, at the working size of a 4:3 photo."""
    size = (3, *working_size(*CAMERA))
    with torch.device("meta"):
        classes = len(weights.entry(WEIGHTS)["classes"])
        network = SharedTrunkNetwork([name], num_classes=classes)
        layers = layer_table(network, size)
    rows: list[Row] = []
    for stage, group in groupby(layers, key=stage_of):
        if stage == STEM:
            rows.insert(0, stem_row(list(group), network.trunk.stem, size))
        elif stage is not None:
            again = any(row.name == stage for row in rows)
            rows.append(stage_row(stage, list(group), network, again))
        else:
            rows.extend(layer_row(layer) for layer in group if layer.kind not in SILENT)
    return Counted(tuple(rows), size)


def layer_row(layer: Layer) -> Row:
    """A layer as a row of its own."""
    return Row(
        layer.name,
        layer.kind,
        layer.output_size,
        layer.parameters,
        layer.fixed,
        layer.multiply_adds,
        layer.receptive_field,
    )


def stage_of(layer: Layer) -> str | None:
    """The part of the trunk that a layer belongs to ("trunk.stages.2"); None in a head."""
    parts = layer.name.split(".")
    if parts[0] != "trunk":
        return None
    return ".".join(parts[:3]) if len(parts) > 2 else STEM


def stem_row(layers: list[Layer], stem: nn.Conv2d, size: tuple[int, ...]) -> Row:
    """The trunk's first convolution, which the layer table counts with the trunk as a whole."""
    channels, height, width = stem.out_channels, -(-size[1] // 2), -(-size[2] // 2)
    return Row(
        name=STEM,
        kind="Conv2d",
        output_size=(channels, height, width),
        parameters=sum(p.numel() for p in stem.parameters()),
        fixed=0,
        multiply_adds=sum(layer.multiply_adds for layer in layers),
        receptive_field=(stem.kernel_size[0], stem.kernel_size[1]),
    )


def stage_row(stage: str, layers: list[Layer], network: nn.Module, again: bool) -> Row:
    """A stage of the trunk as one row; run `again`, it has no parameters of its own."""
    own = 0 if again else sum(p.numel() for p in network.get_submodule(stage).parameters())
    last = layers[-1]
    return Row(
        name=stage,
        kind="same, dilated" if again else "stage",
        output_size=last.output_size,
        parameters=own,
        fixed=0,
        multiply_adds=sum(layer.multiply_adds for layer in layers),
        receptive_field=last.receptive_field,
    )


def measured(name: str) -> dict[str, Any]:
    """What the manifest holds about an architecture, as measured on its validation photos."""
    return weights.entry(WEIGHTS).get("metrics", {}).get("architectures", {}).get(name, {})


def measured_on() -> str:
    """The manifest's words for what the metrics were measured on."""
    return str(weights.entry(WEIGHTS).get("metrics", {}).get("split", ""))


def heads() -> dict[str, dict[str, Any]]:
    """Every architecture on the shared trunk: its idea, and the numbers in the manifest."""
    return {
        name: {
            "title": architecture.title,
            "paper": architecture.paper,
            "idea": architecture.idea,
            "measured_on": measured_on(),
        }
        | {key: number for key, number in measured(name).items() if isinstance(number, int | float)}
        for name, architecture in ARCHITECTURES.items()
    }


def papers() -> dict[str, dict[str, Any]]:
    """Every paper's own network: what it is and its counts at its paper's input size."""
    return {
        name: {
            "description": network.description,
            "citation": network.citation,
            "input_size": list(network.input_size),
            "parameters": paper_counts(name).parameters,
            "multiply_adds": paper_counts(name).multiply_adds,
            "head": HEAD_OF_PAPER.get(name),
        }
        for name, network in PAPER_NETWORKS.items()
    }
