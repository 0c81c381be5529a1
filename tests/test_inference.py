"""Inference: sizes, independence of the set asked for, masks against a dense one, refusals."""

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from hypothesis import given, settings
from hypothesis import strategies as st

from segdemo import inference, weights
from segdemo.inference import enlarged_mask, segment, working_size
from segdemo.models.catalog import ARCHITECTURES
from segdemo.training.ship import test_card as draw_test_card

CARD = draw_test_card()


@pytest.fixture(scope="module")
def all_ten() -> dict[str, inference.Segmentation]:
    return segment(CARD, ARCHITECTURES)


def test_every_architecture_returns_what_the_dataclass_says(all_ten):
    assert list(all_ten) == list(ARCHITECTURES)
    for result in all_ten.values():
        classes, h, w = result.scores.shape
        assert result.mask.shape == CARD.shape[:2]
        assert result.mask.dtype == np.uint8
        assert classes == 22
        assert result.scores.dtype == np.float32
        assert result.top3_classes.shape == result.top3_probabilities.shape == (3, h, w)
        assert result.top3_classes.dtype == np.uint8
        assert result.confidence.shape == (h, w)
        best = result.scores.argmax(0)
        assert (result.top3_classes[0] == best).mean() > 0.999
        assert np.all(np.diff(result.top3_probabilities, axis=0) <= 0)
        assert result.milliseconds.total > result.milliseconds.head > 0


@pytest.mark.parametrize("name", ARCHITECTURES)
def test_a_result_does_not_depend_on_what_else_is_asked_for(name, all_ten):
    alone = segment(CARD, [name])[name]
    np.testing.assert_array_equal(alone.scores, all_ten[name].scores)
    np.testing.assert_array_equal(alone.mask, all_ten[name].mask)


@pytest.mark.parametrize("name", ARCHITECTURES)
def test_the_mask_agrees_with_dense_bilinear_enlargement(name, all_ten):
    result = all_ten[name]
    dense = F.interpolate(torch.from_numpy(result.scores)[None], CARD.shape[:2], mode="bilinear")
    agreement = (dense.argmax(1)[0].numpy() == result.mask).mean()
    assert agreement >= 0.999


@given(
    st.integers(1, 9), st.integers(1, 9), st.integers(1, 60), st.integers(1, 60), st.integers(0, 99)
)
@settings(max_examples=60, deadline=None)
def test_enlarged_mask_is_torchs_bilinear_argmax(h, w, height, width, seed):
    scores = torch.randn(1, 5, h, w, generator=torch.Generator().manual_seed(seed))
    dense = F.interpolate(scores, (height, width), mode="bilinear")[0]
    mask = torch.from_numpy(enlarged_mask(scores, (height, width), torch.arange(5))).long()
    # Where two classes tie to rounding, either may win.
    won = dense.gather(0, mask[None])[0]
    torch.testing.assert_close(won, dense.amax(0), atol=1e-5, rtol=1e-5)


def test_a_mask_made_in_bands_equals_one_made_at_once(monkeypatch):
    scores = torch.randn(1, 22, 9, 12, generator=torch.Generator().manual_seed(0))
    whole = enlarged_mask(scores, (90, 120), torch.arange(22))
    monkeypatch.setattr(inference, "BAND_PIXELS", 500)
    np.testing.assert_array_equal(enlarged_mask(scores, (90, 120), torch.arange(22)), whole)


@pytest.mark.parametrize("size", [(16, 16), (16, 700), (333, 17), (61, 479), (1200, 900)])
def test_any_size_gives_a_mask_of_that_size(size):
    image = np.random.default_rng(0).integers(0, 256, (*size, 3), dtype=np.uint8)
    assert segment(image, ["fcn8s"])["fcn8s"].mask.shape == size


@given(st.integers(16, 40_000), st.integers(16, 40_000))
def test_the_working_size_is_bounded_and_in_multiples_of_32(height, width):
    h, w = working_size(height, width)
    assert h % 32 == w % 32 == 0
    assert max(h, w) == 448
    assert min(h, w) >= 32


@pytest.mark.parametrize(
    ("image", "said"),
    [
        (np.zeros((32, 32), np.uint8), "RGB uint8"),
        (np.zeros((32, 32, 3), np.float32), "RGB uint8"),
        (np.zeros((15, 32, 3), np.uint8), "32x15"),
        (np.zeros((1, 1, 3), np.uint8), "16 or more"),
    ],
)
def test_an_image_that_does_not_fit_is_refused_in_a_sentence(image, said):
    with pytest.raises(ValueError, match=said):
        segment(image, ["fcn8s"])


def test_more_than_forty_megapixels_are_refused():
    broad = np.broadcast_to(np.zeros(3, np.uint8), (5000, 8001, 3))
    with pytest.raises(ValueError, match="40 megapixels"):
        segment(broad, ["fcn8s"])


def test_unknown_names_are_refused_with_the_known_ones():
    with pytest.raises(ValueError, match=r"'segnet' is not known; choose from fcn32s"):
        segment(CARD, ["segnet"])
    with pytest.raises(ValueError, match=r"none is chosen"):
        segment(CARD, [])
    with pytest.raises(ValueError, match=r"weights 'nothing' are not known; choose from photos"):
        segment(CARD, ["fcn8s"], weights="nothing")
    with pytest.raises(ValueError, match=r"'imagenet' are no segmentation network; choose from"):
        segment(CARD, ["fcn8s"], weights="imagenet")


def test_folding_batch_norm_changes_no_score():
    network = weights.load("photos", ["unet", "pspnet"])
    x = inference.prepare(CARD)
    with torch.inference_mode():
        before = network(x)
        inference.fold_batch_norm(network)
        after = network(x)
    for name in before:
        torch.testing.assert_close(after[name], before[name], atol=2e-3, rtol=1e-3)
    left = [m for m in network.modules() if isinstance(m, torch.nn.BatchNorm2d)]
    assert len(left) <= 3  # the atrous pyramid's, behind a separable convolution, may stay
