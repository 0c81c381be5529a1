"""The loss: points against dense, partial labels by their formula, distillation's fixed point."""

import math

import pytest
import torch
import torch.nn.functional as F

from segdemo.training.segmentation_data import IGNORE, NOT
from segdemo.training.segmentation_loss import heads_loss, labelled_loss, scores_at


def test_scores_at_points_are_the_bilinear_enlargement_there():
    scores = torch.randn(2, 5, 7, 9)
    dense = F.interpolate(scores, (40, 50), mode="bilinear")
    points = torch.randint(40 * 50, (2, 300))
    expected = dense.flatten(2).gather(2, points[:, None].expand(-1, 5, -1)).transpose(1, 2)
    torch.testing.assert_close(scores_at(scores, points, (40, 50)), expected, atol=1e-5, rtol=1e-5)


def test_full_partial_and_ignored_labels_by_their_formulas():
    log_probs = torch.tensor([[0.7, 0.2, 0.1], [0.1, 0.6, 0.3], [0.3, 0.3, 0.4]]).log()
    target = torch.tensor([0, NOT + 1, IGNORE], dtype=torch.uint8)
    loss = labelled_loss(log_probs, target, torch.tensor([2.0, 1.0, 1.0]))
    assert loss.item() == pytest.approx((-2 * math.log(0.7) - math.log(1 - 0.6)) / 2, rel=1e-5)


def test_points_without_any_label_cost_nothing():
    log_probs = torch.full((4, 3), 1 / 3).log()
    target = torch.full((4,), IGNORE, dtype=torch.uint8)
    assert labelled_loss(log_probs, target, torch.ones(3)).item() == 0


def test_all_points_give_the_dense_cross_entropy_in_expectation():
    torch.manual_seed(0)
    scores, label = torch.randn(1, 4, 6, 6), torch.randint(4, (1, 24, 24), dtype=torch.uint8)
    dense = F.cross_entropy(F.interpolate(scores, (24, 24), mode="bilinear"), label.long())
    losses = heads_loss({"a": scores}, label, points=60_000, weight=torch.ones(4), distillation=0.0)
    assert losses["a"].item() == pytest.approx(dense.item(), rel=0.02)


def test_distillation_alone_is_least_where_a_head_agrees_with_the_mean():
    label = torch.full((1, 8, 8), IGNORE, dtype=torch.uint8)
    scores = {"a": torch.randn(1, 3, 8, 8), "b": torch.randn(1, 3, 8, 8, requires_grad=True)}
    same = {"a": scores["a"], "b": scores["a"].clone().requires_grad_()}
    heads_loss(same, label, points=64, weight=torch.ones(3), distillation=1.0)["b"].backward()
    assert same["b"].grad.abs().max() < 1e-6
    heads_loss(scores, label, points=64, weight=torch.ones(3), distillation=1.0)["b"].backward()
    assert scores["b"].grad.abs().max() > 1e-4
