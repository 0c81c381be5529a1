"""An epoch's randomness, progress bar and learning rate."""

import math
from typing import Any

import torch
from lightning_fabric import Fabric
from tqdm import tqdm

from segdemo.training.generative_recipes import GenerativeRecipe


def cosine(progress: float) -> float:
    """The share of the peak rate: half a cosine, down to one percent."""
    return 0.01 + 0.99 * 0.5 * (1 + math.cos(math.pi * min(progress, 1.0)))


def epoch_generators(
    recipe: GenerativeRecipe, epoch: int, fabric: Fabric
) -> tuple[torch.Generator, torch.Generator]:
    """The epoch's order, alike in all processes, and its noise, each process's own.

    Also seeds torch itself, for dropout: an epoch is the same whether the run was resumed or not.
    """
    order = torch.Generator(fabric.device).manual_seed(recipe.seed * 1000 + epoch)
    seed = recipe.seed * 100_000 + epoch * 100 + fabric.global_rank
    torch.manual_seed(seed)
    return order, torch.Generator(fabric.device).manual_seed(seed)


def progress(stream: Any, steps: int, epoch: int, recipe: GenerativeRecipe, fabric: Fabric) -> Any:
    """The epoch's batches behind a progress bar on standard error."""
    description = f"epoch {epoch + 1}/{recipe.epochs}"
    silent = fabric.global_rank > 0
    return tqdm(stream, total=steps, desc=description, disable=silent, mininterval=10)
