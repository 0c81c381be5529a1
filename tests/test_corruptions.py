"""Corruptions: each does what it says, and masks come back to the clean photo's places."""

import numpy as np
import pytest

from segdemo.corruptions import CORRUPTIONS, agreement, corrupt, moved_back

CLEAN = {name: corruption.clean for name, corruption in CORRUPTIONS.items()}


@pytest.fixture
def photo():
    rows, columns = np.indices((48, 64))
    return np.stack([rows * 5, columns * 4, 255 - rows * 2 - columns], axis=-1).astype(np.uint8)


def test_clean_amounts_change_nothing(photo):
    made = corrupt(photo, CLEAN)
    assert (made.image == photo).all()
    mask = photo[..., 0]
    back, defined = made.restored(mask)
    assert defined.all()
    assert (back == mask).all()


@pytest.mark.parametrize("name", CORRUPTIONS)
def test_every_amount_of_a_curve_gives_a_photo_of_the_same_size(photo, name):
    corruption = CORRUPTIONS[name]
    assert corruption.clean in corruption.amounts
    assert list(corruption.amounts) == sorted(corruption.amounts)
    for amount in corruption.amounts:
        made = corrupt(photo, {name: amount}).image
        assert made.shape == photo.shape
        assert made.dtype == np.uint8
        assert (made != photo).any() == (amount != corruption.clean)


def test_a_shift_moves_to_the_right_and_its_mask_back(photo):
    made = corrupt(photo, {"shift": 5})
    assert (made.image[:, 5:] == photo[:, :-5]).all()
    back, defined = made.restored(made.image[..., 1])
    assert defined[:, :-5].all()
    assert not defined[:, -5:].any()
    assert (back == photo[..., 1])[defined].all()


def test_a_quarter_of_a_turn_goes_counterclockwise():
    mask = np.zeros((9, 9), np.uint8)
    mask[4, 7] = 1  # to the right of the centre
    matrix = CORRUPTIONS["rotation"].matrix(90.0, mask.shape)
    turned, _ = moved_back(mask, np.linalg.inv(matrix), mask.shape)
    assert turned[1, 4] == 1  # above it


@pytest.mark.parametrize("setting", [{"rotation": 20}, {"scale": 1.6}, {"shift": 9, "scale": 0.7}])
def test_what_moves_is_undone_on_the_mask(setting):
    rows, columns = np.indices((96, 128))
    disc = np.hypot(rows - 40, columns - 70) < 18
    made = corrupt(np.repeat(disc[..., None] * np.uint8(255), 3, axis=-1), setting)
    back, defined = made.restored((made.image[..., 0] > 127).astype(np.uint8))
    assert agreement(disc.astype(np.uint8), back, defined) > 0.995
    assert (back[defined] == 1).sum() > 0.9 * disc[defined].sum()


def test_brightness_multiplies_and_clips(photo):
    made = corrupt(photo, {"brightness": 2}).image
    expected = [min(255, int(value) * 2) for value in photo.ravel()]
    assert made.ravel().tolist() == expected


def test_noise_has_the_deviation_asked_for_and_the_same_grains():
    grey = np.full((100, 100, 3), 128, np.uint8)
    first, second = (corrupt(grey, {"noise": 10}).image for _ in range(2))
    assert (first == second).all()
    assert first.astype(float).std() == pytest.approx(10, rel=0.05)


def test_blur_spreads_a_dot_and_keeps_its_sum():
    dot = np.zeros((41, 41, 3), np.uint8)
    dot[18:23, 18:23] = 255
    made = corrupt(dot, {"blur": 2}).image.astype(float)
    assert made.max() < 255
    assert made.sum() == pytest.approx(dot.astype(float).sum(), rel=0.1)


def test_a_worse_jpeg_is_further_from_the_photo(photo):
    def error(quality):
        made = corrupt(photo, {"jpeg": quality}).image.astype(float)
        return np.abs(made - photo).mean()

    assert error(5) > error(50) > error(100) == 0


def test_agreement_matches_a_loop():
    generator = np.random.default_rng(1)
    a, b = generator.integers(0, 3, (2, 7, 9)).astype(np.uint8)
    defined = generator.random((7, 9)) > 0.4
    pairs = [a[y, x] == b[y, x] for y in range(7) for x in range(9) if defined[y, x]]
    assert agreement(a, b, defined) == pytest.approx(sum(pairs) / len(pairs))
    assert np.isnan(agreement(a, b, np.zeros((7, 9), bool)))


@pytest.mark.parametrize(
    ("setting", "words"),
    [
        ({"fog": 1}, "not known"),
        ({"shift": 33}, "from 0 to 32"),
        ({"jpeg": 0}, "from 1 to 100"),
        ({"blur": float("nan")}, "from 0 to 8"),
    ],
)
def test_what_no_slider_gives_is_refused(photo, setting, words):
    with pytest.raises(ValueError, match=words):
        corrupt(photo, setting)
