"""The loss of all heads at random points of the photo: full, partial and distilled labels.

Cross-entropy where the class is known; -log(1 - p_k) where it is only known not to be k; and
cross-entropy against the mean of all heads' probabilities (G. Hinton, O. Vinyals, J. Dean,
"Distilling the Knowledge in a Neural Network", 2015; here between the heads). Taking the scores at
points, bilinearly (A. Kirillov et al., "PointRend", CVPR 2020, section 3.2), is an unbiased
estimate of the loss at full resolution for a few percent of its cost.
"""

import torch
import torch.nn.functional as F
from torch import Tensor

from segdemo.training.segmentation_data import IGNORE, NOT


def random_points(label: Tensor, count: int) -> Tensor:
    """`count` pixels of each label map (N, H, W): their flat indices, int64 (N, count)."""
    n, height, width = label.shape
    return torch.randint(height * width, (n, count), device=label.device)


def scores_at(scores: Tensor, points: Tensor, size: tuple[int, int]) -> Tensor:
    """Scores (N, C, h, w), enlarged bilinearly to `size`, at flat `points` (N, P): (N, P, C)."""
    height, width = size
    x = (points % width + 0.5) / width * 2 - 1
    y = (points // width + 0.5) / height * 2 - 1
    grid = torch.stack([x, y], dim=-1).to(scores.dtype)[:, None]  # N x 1 x P x 2
    sampled = F.grid_sample(scores, grid, padding_mode="border", align_corners=False)
    return sampled[:, :, 0].transpose(1, 2)  # N x P x C


def labelled_loss(log_probs: Tensor, target: Tensor, weight: Tensor) -> Tensor:
    """Mean loss over the points that say something; log_probs (..., C), target uint8 (...)."""
    known, excluded = target < NOT, (target >= NOT) & (target != IGNORE)
    target = target.long()
    exact = -log_probs[known].gather(1, target[known][:, None])[:, 0] * weight[target[known]]
    kept_out = log_probs[excluded].gather(1, target[excluded][:, None] - NOT)[:, 0]
    partial = -torch.log1p(-kept_out.exp().clamp(max=1 - 1e-4))
    return (exact.sum() + partial.sum()) / max(exact.numel() + partial.numel(), 1)


def heads_loss(
    scores: dict[str, Tensor], label: Tensor, *, points: int, weight: Tensor, distillation: float
) -> dict[str, Tensor]:
    """The loss of each head; `label` uint8 (N, H, W), `weight` (C,) of the classes.

    `distillation` is the share of the loss against the heads' mean, 0 to 1.
    """
    at = random_points(label, points)
    target = label.flatten(1).gather(1, at)
    size = (label.shape[-2], label.shape[-1])
    log_probs = {k: scores_at(s, at, size).log_softmax(-1) for k, s in scores.items()}
    with torch.no_grad():
        teacher = torch.stack([p.exp() for p in log_probs.values()]).mean(0)
    losses = {}
    for name, log_prob in log_probs.items():
        taught = -(teacher * log_prob).sum(-1).mean()
        told = labelled_loss(log_prob, target, weight)
        losses[name] = (1 - distillation) * told + distillation * taught
    return losses
