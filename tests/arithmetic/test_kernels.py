"""Named kernels do what their names say; typed ones are read or refused in a sentence."""

import numpy as np
import pytest
import torch
from scipy import ndimage

from segdemo.arithmetic import kernels
from segdemo.arithmetic.evaluate import apply

RAMP = np.add.outer(np.arange(9.0), 2 * np.arange(9.0))[None]  # 1 a row, 2 a column


def applied(name: str, image: np.ndarray) -> np.ndarray:
    kernel = kernels.KERNELS[name]
    weight = kernels.parse(kernel.text)[None, None]
    padding = 1 if kernel.operation == "conv_transpose" else 0
    return apply(kernel.operation, image, weight, stride=kernel.stride, padding=padding)


def test_identity_gives_the_picture_back():
    assert np.array_equal(applied("identity", RAMP), RAMP[:, 1:-1, 1:-1])


@pytest.mark.parametrize("name", ["box", "gaussian"])
def test_blurs_keep_the_mean_and_a_ramp(name):
    assert kernels.parse(kernels.KERNELS[name].text).sum() == pytest.approx(1)
    edge = len(kernels.parse(kernels.KERNELS[name].text)) // 2
    assert np.allclose(applied(name, RAMP), RAMP[:, edge:-edge, edge:-edge])


@pytest.mark.parametrize(("name", "axis"), [("sobel_x", 1), ("sobel_y", 0)])
def test_sobel_is_scipys(name, axis):
    expected = ndimage.sobel(RAMP[0], axis=axis)[1:-1, 1:-1]
    assert np.allclose(applied(name, RAMP)[0], expected)
    assert (applied(name, RAMP) > 0).all()


def test_the_laplacian_is_scipys_and_sharpening_subtracts_it():
    image = np.random.default_rng(0).random((1, 8, 8))
    laplacian = ndimage.laplace(image[0])[1:-1, 1:-1]
    assert np.allclose(applied("laplacian", image)[0], laplacian)
    assert np.allclose(applied("sharpen", image)[0], image[0, 1:-1, 1:-1] - laplacian)


def test_emboss_keeps_flat_parts():
    assert np.allclose(applied("emboss", np.full((1, 5, 5), 7.0)), 7.0)


def test_bilinear_upsampling_is_torchs_away_from_the_border():
    image = np.random.default_rng(1).random((1, 6, 6))
    expected = torch.nn.functional.interpolate(
        torch.tensor(image)[None], scale_factor=2, mode="bilinear"
    )
    assert np.allclose(
        applied("bilinear", image)[0, 1:-1, 1:-1], expected[0, 0, 1:-1, 1:-1].numpy()
    )
    assert np.array_equal(kernels.parse(kernels.KERNELS["bilinear"].text), kernels.bilinear(2))


def test_random_kernels_follow_their_seed():
    assert kernels.random_text(3) == kernels.random_text(3) != kernels.random_text(4)
    assert kernels.parse(kernels.random_text(3, 7)).shape == (7, 7)


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("1 2\n3 4", [[1, 2], [3, 4]]),
        ("1,2;3,4", [[1, 2], [3, 4]]),
        ("[1, -2]\r\n[1/4, .5]\n\n", [[1, -2], [0.25, 0.5]]),
        ("−1 0 1", [[-1, 0, 1]]),
        ("5", [[5]]),
    ],
)
def test_typed_kernels_are_read(text, rows):
    assert np.array_equal(kernels.parse(text), rows)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "is empty"),
        (None, "is empty"),
        ([[1]], "is empty"),
        ("1 2\n3", "rows have 1 and 2 numbers"),
        ("1 two", "'two', which is no number"),
        ("1/0", "'1/0', which is no number"),
        ("1/2/3", "no number"),
        ("nan", "within 1000 of 0"),
        ("1e9", "within 1000 of 0"),
        ("-inf", "within 1000 of 0"),
        (" ".join("1" * 8), "1 x 8 cells"),
        ("\n".join("1" * 8), "8 x 1 cells"),
        ("[]", "0 x 0 cells"),
        ("1 " * 2000, "4000 characters"),
        ("__import__('os')", "no number"),
    ],
)
def test_what_is_no_kernel_is_refused_in_a_sentence(text, words):
    with pytest.raises(ValueError, match=words) as refusal:
        kernels.parse(text)
    assert str(refusal.value).endswith(".")
