"""Top three, probabilities and entropy as the browser gets them."""

import numpy as np
import pytest
import torch

from segdemo.inference import Milliseconds, Segmentation
from segdemo.ui.segment.score_details import entropy_bits, packed


def result(scores: np.ndarray) -> Segmentation:
    """A result whose top three are torch's."""
    top = torch.from_numpy(scores).softmax(0).topk(3, dim=0)
    return Segmentation(
        mask=np.zeros((8, 8), np.uint8),
        scores=scores,
        top3_classes=top.indices.to(torch.uint8).numpy(),
        top3_probabilities=top.values.numpy(),
        milliseconds=Milliseconds(1, 1, 1),
    )


def test_entropy_is_that_of_torch_in_bits():
    scores = np.random.default_rng(0).normal(0, 4, (22, 5, 7)).astype(np.float32)
    wanted = torch.distributions.Categorical(logits=torch.from_numpy(scores).permute(1, 2, 0))
    found = entropy_bits(scores)
    assert found.shape == (5, 7)
    np.testing.assert_allclose(found * np.log(2), wanted.entropy().numpy(), atol=1e-5)


@pytest.mark.parametrize("size", [2, 8, 22])
def test_entropy_runs_from_none_to_that_of_equal_chances(size):
    equal, sure = np.zeros((size, 1, 1), np.float32), np.zeros((size, 1, 1), np.float32)
    sure[1] = 500  # would overflow a careless softmax
    assert entropy_bits(equal)[0, 0] == pytest.approx(np.log2(size), abs=1e-6)
    assert entropy_bits(sure)[0, 0] == 0


def test_seven_maps_stand_one_below_the_other_within_half_a_step():
    scores = np.random.default_rng(1).normal(0, 3, (22, 4, 6)).astype(np.float32)
    given = result(scores)
    maps = packed(given).reshape(7, 4, 6)
    np.testing.assert_array_equal(maps[:3], given.top3_classes)
    assert abs(maps[3:6] / 255 - given.top3_probabilities).max() <= 0.5 / 255 + 1e-7
    assert abs(maps[6] / 255 * np.log2(22) - entropy_bits(scores)).max() <= np.log2(22) / 510 + 1e-6
