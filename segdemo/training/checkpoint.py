"""Checkpoints of a run: what resuming needs, after every epoch, and the best network."""

from dataclasses import dataclass
from pathlib import Path

import torch
from safetensors.torch import save_file
from torch import nn
from torch.optim import Optimizer
from torch.optim.lr_scheduler import LRScheduler
from torch.optim.swa_utils import AveragedModel

from segdemo.models.shared import SharedTrunkNetwork
from segdemo.training.imagenet import load_imagenet
from segdemo.training.recipes import SegmentationRecipe
from segdemo.weights import load_files

LAST, BEST = "last.pt", "best.safetensors"
PARTS = ("network", "averaged", "optimiser", "schedule")


@dataclass
class State:
    """What a run goes on from: network, its average, optimiser, schedule, epoch, best score."""

    network: nn.Module
    averaged: AveragedModel
    optimiser: Optimizer
    schedule: LRScheduler
    epoch: int = 0
    best: float = -1.0

    def load(self, folder: Path) -> None:
        """Take up the last epoch saved in `folder`, if there is one."""
        if not (folder / LAST).exists():
            return
        # The run's own file, at training time only: an optimiser's state is no safetensors.
        saved = torch.load(folder / LAST, weights_only=True)
        for name in PARTS:
            getattr(self, name).load_state_dict(saved[name])
        self.epoch, self.best = saved["epoch"], saved["best"]

    def save(self, folder: Path, score: float) -> None:
        """Write the last epoch, and the averaged network where `score` is the best so far."""
        folder.mkdir(parents=True, exist_ok=True)
        if score > self.best:
            self.best = score
            tensors = {k: v.contiguous() for k, v in self.averaged.module.state_dict().items()}
            save_file(tensors, folder / BEST)
        parts = {name: getattr(self, name).state_dict() for name in PARTS}
        saved = {**parts, "epoch": self.epoch, "best": self.best}
        partial = folder / (LAST + ".part")
        torch.save(saved, partial)
        partial.replace(folder / LAST)


def start_from(network: SharedTrunkNetwork, recipe: SegmentationRecipe) -> list[str]:
    """Fill the network before its first epoch: the trunk from ImageNet, or all from `recipe.start`.

    Returns the tensors that the weights to start from don't have in this shape; they stay random.
    """
    load_imagenet(network.trunk)
    if recipe.start is None:
        return []
    state = network.state_dict()
    older = load_files(recipe.start)
    fitting = {k: v for k, v in older.items() if k in state and state[k].shape == v.shape}
    network.load_state_dict(fitting, strict=False)
    return sorted(set(state) - set(fitting))
