"""Encoder, decoder, autoencoder, PCA and classifier: sizes, parameters, the linear optimum."""

import numpy as np
import pytest
import torch

from segdemo.models.autoencoder import (
    PCA,
    Autoencoder,
    Decoder,
    Encoder,
    map_sizes,
    map_widths,
    squared_error,
)
from segdemo.models.classifier import Classifier


def count(network):
    return sum(p.numel() for p in network.parameters())


@pytest.mark.parametrize(("size", "latent_dim"), [(28, 2), (28, 16), (64, 32)])
def test_codes_and_images_have_their_sizes_and_images_their_range(size, latent_dim):
    network = Autoencoder(image_size=size, latent_dim=latent_dim)
    image = torch.rand(3, 1, size, size)
    z = network.encode(image)
    assert z.shape == (3, latent_dim)
    out = network.decode(z)
    assert out.shape == image.shape
    assert ((out > 0) & (out < 1)).all()
    torch.testing.assert_close(network(image), out)


def test_maps_halve_and_widths_double_up_to_four_times():
    assert map_sizes(28) == [28, 14, 7]
    assert map_sizes(64) == [64, 32, 16, 8]
    assert map_widths(28, 16) == [16, 32, 64]
    assert map_widths(64, 16) == [16, 32, 64, 64]


def test_a_size_that_does_not_halve_is_refused():
    with pytest.raises(ValueError, match="try 28 or 64"):
        Encoder(image_size=27, outputs=2)


@pytest.mark.parametrize(
    ("size", "levels"), [(28, [(1, 16), (16, 32), (32, 64)]),
                         (64, [(1, 16), (16, 32), (32, 64), (64, 64)])]
)  # fmt: skip
def test_parameters_are_those_counted_by_hand(size, levels):
    side = map_sizes(size)[-1]
    flat = 64 * side * side
    stem = 1 * 16 * 9
    strided = sum(16 * a * b for a, b in levels[1:])
    encoder = stem + 16 + strided + sum(b for _, b in levels[1:])
    encoder += (flat + 1) * 128 + (128 + 1) * 5
    decoder = (5 + 1) * 128 + (128 + 1) * flat + strided + sum(a for a, _ in levels[1:])
    decoder += stem + 1
    assert count(Encoder(image_size=size, outputs=5)) == encoder
    assert count(Decoder(image_size=size, latent_dim=5)) == decoder


def test_squared_error_is_summed_over_pixels_not_averaged():
    error = squared_error(torch.full((2, 1, 28, 28), 0.5), torch.zeros(2, 1, 28, 28))
    torch.testing.assert_close(error, torch.full((2,), 0.25 * 784))


def test_pca_is_numpys_and_its_error_the_discarded_variance():
    generator = torch.Generator().manual_seed(0)
    image = torch.rand(40, 1, 28, 28, generator=generator)
    network = PCA(image_size=28, latent_dim=7)
    network.fit(image)
    pixels = image.flatten(1).double().numpy()
    _, values, rows = np.linalg.svd(pixels - pixels.mean(0), full_matrices=False)
    overlap = np.abs(network.components.numpy() @ rows[:7].T)
    np.testing.assert_allclose(overlap, np.eye(7), atol=1e-4)
    error = squared_error(network(image), image).sum()
    assert error.item() == pytest.approx((values[7:] ** 2).sum(), rel=1e-5)
    torch.testing.assert_close(network.encode(image).mean(0), torch.zeros(7), atol=1e-5, rtol=0)


def test_pca_refuses_more_components_than_images_carry():
    with pytest.raises(ValueError, match="give more images"):
        PCA(image_size=28, latent_dim=5).fit(torch.rand(5, 1, 28, 28))


def test_the_classifier_gives_features_and_scores():
    network = Classifier().eval()
    image = torch.rand(3, 1, 28, 28)
    assert network.features(image).shape == (3, 64)
    torch.testing.assert_close(network(image), network.score(network.features(image)))
    assert network(image).shape == (3, 10)
