"""A generative run's folder: what resuming needs, after every epoch, and the network to ship."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import save_file
from torch import nn

LAST, BEST = "last.pt", "best.safetensors"


@dataclass
class Run:
    """`parts`: what has a state_dict, by name. `history`: a dict of numbers an epoch."""

    parts: dict[str, Any]
    epoch: int = 0
    best: float = float("inf")
    history: list[dict[str, float]] = field(default_factory=list)

    def load(self, folder: Path) -> None:
        """Take up the last epoch saved in `folder`, if there is one."""
        if not (folder / LAST).exists():
            return
        # The run's own file, at training time only: an optimiser's state is no safetensors.
        saved = torch.load(folder / LAST, weights_only=True)
        for name, part in self.parts.items():
            part.load_state_dict(saved[name])
        self.epoch, self.best, self.history = saved["epoch"], saved["best"], saved["history"]

    def save(self, folder: Path, network: nn.Module, score: float) -> None:
        """Write the last epoch, and `network` where `score` is the lowest so far."""
        folder.mkdir(parents=True, exist_ok=True)
        if score < self.best:
            self.best = score
            write_network(network, folder)
        states = {name: part.state_dict() for name, part in self.parts.items()}
        saved = {**states, "epoch": self.epoch, "best": self.best, "history": self.history}
        partial = folder / (LAST + ".part")
        torch.save(saved, partial)
        partial.replace(folder / LAST)


def write_network(network: nn.Module, folder: Path) -> None:
    """Write the network's tensors to BEST in `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    tensors = {name: value.contiguous().cpu() for name, value in network.state_dict().items()}
    save_file(tensors, folder / BEST)


def read_history(folder: Path) -> list[dict[str, float]]:
    """The training curves of a run, an epoch a dict; empty where it had none (PCA)."""
    if not (folder / LAST).exists():
        return []
    # As in State.load: the run's own file, tensors and numbers alone, at training time only.
    return torch.load(folder / LAST, weights_only=True)["history"]
