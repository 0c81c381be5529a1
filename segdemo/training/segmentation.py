"""Train the shared trunk and its heads together: seed, data, model, optimiser, epochs, save."""

import math
from pathlib import Path

import numpy as np
import torch
from lightning_fabric import Fabric
from PIL import Image
from torch import Tensor, nn
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn
from torch.utils.data import DataLoader
from tqdm import tqdm

from segdemo import metrics
from segdemo.inference import enlarged_mask, normalise, prepare
from segdemo.labels import LABEL_SETS
from segdemo.models.shared import SharedTrunkNetwork
from segdemo.training import checkpoint
from segdemo.training.recipes import SegmentationRecipe
from segdemo.training.segmentation_data import (
    AugmentedPhotos,
    Sample,
    epoch_samples,
    read_label,
    read_split,
)
from segdemo.training.segmentation_loss import heads_loss

CLASS_FREQUENCY_FLOOR = 1e-3
# Folder -> how many of its validation pictures are scored after every epoch (None: all).
VALIDATION = {"photos": None, "people": 20, "horses": 20}


def train(recipe: SegmentationRecipe, data: Path, folder: Path, fabric: Fabric) -> Path:
    """Train as the recipe says, resuming from `folder`; returns the best epoch's checkpoint."""
    fabric.seed_everything(recipe.seed + fabric.global_rank, verbose=False)
    classes = LABEL_SETS[recipe.weights].classes
    folders = {name: read_split(data / name, "train") for name in recipe.counts}
    validation = {name: read_split(data / name, "val")[:n] for name, n in VALIDATION.items()}

    network = SharedTrunkNetwork(recipe.architectures, num_classes=len(classes))
    network.to(memory_format=torch.channels_last)
    fresh = checkpoint.start_from(network, recipe)
    fabric.print(f"{len(fresh)} tensors start at random")
    averaged = AveragedModel(
        network, multi_avg_fn=get_ema_multi_avg_fn(recipe.averaging), use_buffers=True
    )
    optimiser = torch.optim.AdamW(parameter_groups(network, recipe), weight_decay=0.0)
    steps = len(epoch_loader(recipe, folders, 0, fabric))
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimiser, lambda step: warmup_cosine(step, steps, recipe)
    )
    weight = class_weights(folders["photos"], len(classes), recipe.class_balance).to(fabric.device)
    state = checkpoint.State(network, averaged, optimiser, schedule)
    state.load(folder)
    model, optimiser = fabric.setup(network, optimiser)
    averaged.to(fabric.device)
    for epoch in range(state.epoch, recipe.epochs):
        distillation = recipe.distillation if epoch >= recipe.distil_from else 0.0
        model.train()
        bar = tqdm(
            epoch_loader(recipe, folders, epoch, fabric),
            desc=f"epoch {epoch + 1}/{recipe.epochs}",
            disable=fabric.global_rank > 0,
            mininterval=30,
        )
        for image, label in bar:
            image = normalise(image.to(fabric.device)).contiguous(memory_format=torch.channels_last)
            losses = heads_loss(
                model(image),
                label.to(fabric.device),
                points=recipe.points,
                weight=weight,
                distillation=distillation,
            )
            optimiser.zero_grad()
            fabric.backward(sum(losses.values(), torch.zeros((), device=fabric.device)))
            norm = nn.utils.clip_grad_norm_(network.parameters(), 20.0)
            if torch.isfinite(norm):
                optimiser.step()
                averaged.update_parameters(network)
            schedule.step()
            bar.set_postfix({k[:8]: f"{v.item():.2f}" for k, v in losses.items()}, refresh=False)
        scores_by_folder = {
            name: evaluate(averaged.module, samples, len(classes), fabric)
            for name, samples in validation.items()
        }
        state.epoch = epoch + 1
        if fabric.global_rank == 0:
            report(epoch + 1, scores_by_folder)
            state.save(folder, mean_miou(scores_by_folder["photos"]))
        fabric.barrier()
    return folder / checkpoint.BEST


def epoch_loader(
    recipe: SegmentationRecipe, folders: dict[str, list[Sample]], epoch: int, fabric: Fabric
) -> DataLoader[tuple[Tensor, Tensor]]:
    """This process's share of an epoch's photos, augmented: as many batches in every process."""
    samples = epoch_samples(
        folders, recipe.counts, torch.Generator().manual_seed(recipe.seed * 1000 + epoch)
    )
    samples = samples[: len(samples) // fabric.world_size * fabric.world_size]
    dataset = AugmentedPhotos(
        samples[fabric.global_rank :: fabric.world_size], crop=recipe.crop, length=recipe.length
    )
    torch.manual_seed(recipe.seed * 100_000 + epoch * 100 + fabric.global_rank)
    return DataLoader(dataset, recipe.batch, drop_last=True)


def warmup_cosine(step: int, steps_an_epoch: int, recipe: SegmentationRecipe) -> float:
    """The share of the peak rate: a linear warm-up, then half a cosine down to one percent."""
    warmup = recipe.warmup_epochs * steps_an_epoch
    if step < warmup:
        return (step + 1) / warmup
    progress = (step - warmup) / max(recipe.epochs * steps_an_epoch - warmup, 1)
    return 0.01 + 0.99 * 0.5 * (1 + math.cos(math.pi * min(progress, 1.0)))


def parameter_groups(network: SharedTrunkNetwork, recipe: SegmentationRecipe) -> list[dict]:
    """Trunk and heads at their rates; weights decay, biases and batch norm don't."""
    parts: list[tuple[nn.Module, float]] = [(network.trunk, recipe.trunk_rate)]
    for name, head in network.heads.items():
        deep = name in recipe.deep_heads
        parts.append((head, recipe.deep_head_rate if deep else recipe.head_rate))
    groups = []
    for part, rate in parts:
        weights = [p for p in part.parameters() if p.ndim > 1]
        others = [p for p in part.parameters() if p.ndim <= 1]
        groups.append({"params": weights, "lr": rate, "weight_decay": recipe.weight_decay})
        groups.append({"params": others, "lr": rate})
    return groups


def class_weights(samples: list[Sample], num_classes: int, power: float) -> Tensor:
    """(C,) float32: frequency to the power -`power`, scaled so that a mean pixel weighs 1."""
    counts = torch.zeros(256, dtype=torch.float64)
    for sample in samples:
        counts += torch.bincount(torch.from_numpy(read_label(sample)).flatten(), minlength=256)
    frequency = counts[:num_classes] / counts[:num_classes].sum()
    weight = frequency.clamp(min=CLASS_FREQUENCY_FLOOR) ** -power
    return (weight / (weight * frequency).sum()).float()


def evaluate(
    network: nn.Module, samples: list[Sample], num_classes: int, fabric: Fabric
) -> dict[str, Tensor]:
    """Each head's confusion matrix (C, C) over `samples`, shared out among the processes.

    Where only exclusion is known (people, horses), the truth is `other`, the last class.
    """
    network.eval()
    matrices: dict[str, Tensor] = {}
    for sample in samples[fabric.global_rank :: fabric.world_size]:
        truth = read_label(sample)
        truth[(truth >= num_classes) & (truth != 255)] = num_classes - 1
        with torch.inference_mode():
            scores = network(prepare(np.array(Image.open(sample.image).convert("RGB"))))
        for name, score in scores.items():
            mask = enlarged_mask(score, truth.shape, torch.arange(num_classes))
            matrix = torch.from_numpy(metrics.confusion(truth, mask, num_classes))
            matrices[name] = matrices.get(name, torch.zeros_like(matrix)) + matrix
    sums = {k: fabric.all_reduce(m.double(), reduce_op="sum") for k, m in matrices.items()}
    return {k: m for k, m in sums.items() if isinstance(m, Tensor)}


def mean_miou(matrices: dict[str, Tensor]) -> float:
    """The mean of the heads' mIoU: what decides between epochs."""
    values = [metrics.miou(m.long().numpy()) for m in matrices.values()]
    return sum(values) / len(values)


def report(epoch: int, folders: dict[str, dict[str, Tensor]]) -> None:
    """Print pixel accuracy and mIoU of each head, and the IoU of the one labelled class."""
    for name, matrix in folders["photos"].items():
        counts = matrix.long().numpy()
        line = f"{epoch:3d} {name:17s} acc {metrics.pixel_accuracy(counts):.4f}"
        line += f" miou {metrics.miou(counts):.4f}"
        for folder, label in (("people", "person"), ("horses", "horse")):
            index = LABEL_SETS["photos"].index(label)
            iou = metrics.per_class_iou(folders[folder][name].long().numpy())[index]
            line += f" {label} {iou:.4f}"
        print(line, flush=True)
    print(f"{epoch:3d} mean miou {mean_miou(folders['photos']):.4f}", flush=True)
