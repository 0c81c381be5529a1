"""What the model sees: digits as MNIST's own, garments, faces, and what can't be used."""

from io import BytesIO

import numpy as np
import pytest
from PIL import Image

from segdemo.generation.prepare import ink_of, prepare, prepare_digit
from segdemo.ui.small_examples import DIGITS, GARMENTS, cut, small_example, small_examples


def file_of(pixels):
    buffer = BytesIO()
    Image.fromarray(np.asarray(pixels, np.uint8)).save(buffer, "PNG")
    return buffer.getvalue()


def drawing(size=280):
    """A black L on white, far from the middle."""
    pixels = np.full((size, size), 255)
    pixels[20:160, 30:50] = 0
    pixels[140:160, 30:100] = 0
    return pixels


@pytest.mark.parametrize("path", sorted(DIGITS.glob("*.png")), ids=lambda p: p.stem)
def test_an_mnist_digit_is_prepared_already(path):
    original = np.asarray(Image.open(path), np.float32) / 255
    np.testing.assert_allclose(prepare(path, "digits").image, original, atol=0.03)


@pytest.mark.parametrize("path", sorted(GARMENTS.glob("*.png")), ids=lambda p: p.stem)
def test_a_garment_of_fashion_mnist_is_taken_as_it_is(path):
    original = np.asarray(Image.open(path), np.float32) / 255
    np.testing.assert_allclose(prepare(path, "fashion").image, original, atol=1e-6)
    larger = np.kron(original, np.ones((3, 3))) * 255
    assert "centred" in prepare(file_of(larger), "fashion").notes[-1]


def test_a_drawing_gets_mnists_box_and_centre_of_mass():
    made = prepare(file_of(drawing()), "digits")
    rows, columns = np.flatnonzero(made.image.any(1)), np.flatnonzero(made.image.any(0))
    assert (np.ptp(rows) + 1, np.ptp(columns) + 1) == (20, 10)
    mass = made.image.sum()
    centre = [(made.image.sum(1 - axis) * np.arange(28)).sum() / mass for axis in (0, 1)]
    np.testing.assert_allclose(centre, 14, atol=0.51)
    assert made.image.max() == 1
    assert made.notes[0] == "dark on bright, so inverted"


def test_polarity_colour_and_size_of_the_drawing_make_no_difference():
    expected = prepare(file_of(drawing()), "digits").image
    bright = prepare(file_of(255 - drawing()), "digits")
    np.testing.assert_allclose(bright.image, expected, atol=0.02)
    assert not any("inverted" in note for note in bright.notes)
    coloured = np.stack([drawing() * 0 + 200, drawing() // 2 + 60, drawing()], -1)
    np.testing.assert_allclose(prepare(file_of(coloured), "digits").image, expected, atol=0.02)


def test_noise_of_the_ground_is_no_ink():
    noisy = drawing() * 0.8 + np.random.default_rng(0).normal(20, 4, (280, 280))
    made, _ = prepare_digit((np.clip(noisy, 0, 255) / 255).astype(np.float32))
    clean = prepare(file_of(drawing()), "digits").image
    assert np.mean(made > 0.5) == pytest.approx(np.mean(clean > 0.5), abs=0.02)


def test_thin_strokes_are_brightened_and_that_is_said():
    y, x = np.mgrid[:400, :400] - 200
    thin = np.where(np.abs(np.hypot(x, y) - 150) < 1, 255, 0)
    made = prepare(file_of(thin), "digits")
    assert made.image.max() == 1
    assert "thin strokes brightened" in made.notes


def test_a_garment_is_scaled_to_the_whole_side_and_centred():
    garment = np.full((200, 300), 250)
    garment[50:150, 20:70] = 60
    made = prepare(file_of(garment), "fashion").image
    rows, columns = np.flatnonzero(made.any(1)), np.flatnonzero(made.any(0))
    assert (rows[0], rows[-1], columns[0], columns[-1]) == (0, 27, 7, 20)
    assert made.max() == 1


def test_a_face_is_the_middle_square_with_its_greys_kept():
    photo = np.zeros((128, 256, 3))
    photo[:64, 64:192] = 100
    made = prepare(file_of(photo), "faces")
    assert made.image.shape == (64, 64)
    np.testing.assert_allclose(made.image[:30], 100 / 255, atol=0.01)
    np.testing.assert_allclose(made.image[34:], 0, atol=0.01)


@pytest.mark.parametrize("data", ["digits", "fashion", "faces"])
@pytest.mark.parametrize("value", [0, 128, 255])
def test_a_blank_picture_is_refused_in_a_sentence(data, value):
    with pytest.raises(ValueError, match=r"the picture is blank: .*; draw something"):
        prepare(file_of(np.full((64, 64), value)), data)


def test_a_photo_is_welcome_to_every_model_and_unknown_data_is_not():
    for data, side in (("digits", 28), ("fashion", 28), ("faces", 64)):
        for name in ("face", "cat"):
            image = prepare(small_example(name).data, data).image
            assert image.shape == (side, side)
            assert image.dtype == np.float32
            assert 0 <= image.min() < image.max() <= 1
    with pytest.raises(ValueError, match="choose from digits"):
        prepare(b"", "cars")
    with pytest.raises(ValueError, match="text"):
        prepare(b"dear reader, this is no picture", "digits")


def test_ink_is_what_differs_more_from_the_border():
    grey = np.full((10, 10), 0.5, np.float32)
    grey[4, 4], grey[5, 5] = 0.0, 0.7
    ink, notes = ink_of(grey)
    assert (ink[4, 4], ink[5, 5]) == (1, 0)
    assert notes == ["dark on bright, so inverted"]


def test_every_example_is_credited_and_known_by_name():
    found = small_examples()
    assert len([e for e in found.values() if e.home == "digits"]) == 20
    assert len([e for e in found.values() if e.home == "fashion"]) == 10
    assert "CC BY-SA 3.0" in (DIGITS / "CREDITS.md").read_text()
    assert "MIT" in (GARMENTS / "CREDITS.md").read_text()
    assert all(one.credit for one in found.values())
    with pytest.raises(ValueError, match="choose from 0a"):
        small_example("../etc")
    assert Image.open(BytesIO(cut(found["face"].data, (0, 0, 20, 30)))).size == (20, 30)
