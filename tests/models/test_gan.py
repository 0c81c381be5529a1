"""DCGAN: sizes, parameters, the non-saturating loss and its equilibrium."""

import math

import pytest
import torch

from segdemo.models.gan import (
    EQUILIBRIUM_LOSS,
    Discriminator,
    Generator,
    discriminator_loss,
    generator_loss,
)


@pytest.mark.parametrize("size", [28, 64])
def test_images_are_drawn_in_range_and_judged_by_one_logit(size):
    image = Generator(image_size=size, latent_dim=32)(torch.randn(4, 32))
    assert image.shape == (4, 1, size, size)
    assert ((image > 0) & (image < 1)).all()
    assert Discriminator(image_size=size)(image).shape == (4,)


def test_parameters_are_those_counted_by_hand():
    generator = 32 * 64 * 49 + 2 * 64 + 64 * 32 * 16 + 2 * 32 + 32 * 16 + 1
    discriminator = 16 * 32 + 32 + 32 * 64 * 16 + 2 * 64 + 64 * 49 + 1
    for network, count in (
        (Generator(image_size=28, latent_dim=32), generator),
        (Discriminator(image_size=28), discriminator),
    ):
        assert sum(p.numel() for p in network.parameters()) == count


def test_the_equilibrium_costs_ln_4_and_ln_2():
    half = torch.zeros(5)  # logit 0: D = 1/2
    assert discriminator_loss(half, half).item() == pytest.approx(math.log(4))
    assert discriminator_loss(half, half).item() == pytest.approx(EQUILIBRIUM_LOSS)
    assert generator_loss(half).item() == pytest.approx(math.log(2))


def test_the_losses_are_the_papers_logarithms():
    generator = torch.Generator().manual_seed(0)
    real, fake = torch.randn(2, 6, generator=generator, dtype=torch.float64)
    d_real, d_fake = real.sigmoid(), fake.sigmoid()
    expected = -d_real.log().mean() - (1 - d_fake).log().mean()
    torch.testing.assert_close(discriminator_loss(real, fake), expected)
    torch.testing.assert_close(generator_loss(fake), -d_fake.log().mean())


def test_the_generators_gradient_does_not_vanish_where_it_loses():
    # The saturating log(1 - D(G(z))) has the gradient -D, which is nearly 0 here.
    fake = torch.tensor([-10.0], requires_grad=True)
    generator_loss(fake).backward()
    assert fake.grad.item() == pytest.approx(-1, abs=1e-3)
