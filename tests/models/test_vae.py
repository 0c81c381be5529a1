"""VAE: KL, ledger, likelihoods, importance-weighted bound, active units: each formula pinned."""

import math

import numpy as np
import pytest
import torch
from scipy import integrate
from torch.distributions import ContinuousBernoulli, Normal, kl_divergence

from segdemo.models.likelihood import (
    GAUSSIAN_SIGMA,
    LIKELIHOODS,
    bernoulli_nll,
    binarise,
    continuous_bernoulli_log_normaliser,
    continuous_bernoulli_mean,
    continuous_bernoulli_nll,
    gaussian_nll,
)
from segdemo.models.vae import (
    VAE,
    Ledger,
    active_units,
    effective_beta,
    image_nll,
    importance_weighted_nll,
    kl_per_dimension,
    ledger,
    posterior_sample,
)


def draws(*shape, seed=0):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


@pytest.mark.parametrize(("size", "latent_dim"), [(28, 2), (28, 16), (64, 32)])
@pytest.mark.parametrize("likelihood", LIKELIHOODS)
def test_every_likelihood_decodes_images_in_range(size, latent_dim, likelihood):
    network = VAE(image_size=size, latent_dim=latent_dim, likelihood=likelihood)
    image = torch.rand(2, 1, size, size)
    logits, mu, log_var = network(image, torch.zeros(2, latent_dim))
    assert mu.shape == log_var.shape == (2, latent_dim)
    torch.testing.assert_close(network.likelihood.mean(logits), network.decode(mu))
    assert ((network.decode(mu) >= 0) & (network.decode(mu) <= 1)).all()


def test_an_unknown_likelihood_is_refused():
    with pytest.raises(ValueError, match="choose from bernoulli"):
        VAE(image_size=28, latent_dim=2, likelihood="mse")


def test_kl_is_torchs():
    mu, log_var = draws(50, 6), draws(50, 6, seed=1)
    expected = kl_divergence(Normal(mu, (log_var / 2).exp()), Normal(0.0, 1.0))
    torch.testing.assert_close(kl_per_dimension(mu, log_var), expected)


def test_kl_of_nearly_the_prior_keeps_its_digits():
    tiny = torch.tensor([[1e-4]])
    # 1/2 (e^t - 1 - t) = t^2/4 for small t, lost in float32 if 1 were subtracted from e^t.
    assert kl_per_dimension(torch.zeros(1, 1), tiny).item() == pytest.approx(2.5e-9, rel=0.01)


def test_the_ledger_adds_up_exactly_and_beta_weighs_the_kl_alone():
    image, mu, log_var = torch.rand(4, 1, 28, 28).round(), draws(4, 3), draws(4, 3, seed=1)
    logits = draws(4, 1, 28, 28, seed=2)
    book = ledger(LIKELIHOODS["bernoulli"], logits, mu, log_var, image.double())
    assert book.reconstruction.shape == (4,)
    assert book.kl.shape == (4, 3)
    assert torch.equal(book.total, book.reconstruction + book.kl.sum(1))
    assert torch.equal(book.total, book.objective(1.0))
    torch.testing.assert_close(book.objective(4.0) - book.total, 3 * book.kl.sum(1))
    by_hand = -(image * torch.sigmoid(logits).log() + (1 - image) * torch.sigmoid(-logits).log())
    torch.testing.assert_close(book.reconstruction, by_hand.sum((1, 2, 3)))


def test_a_pixel_mean_with_a_summed_kl_is_beta_784():
    kl, reconstruction = draws(5, 16).square(), draws(5).square()
    found = effective_beta(1, pixels=784, latent_dim=16, pixel_mean=True, latent_mean=False)
    assert found == 784
    wrong = reconstruction / 784 + kl.sum(1)
    torch.testing.assert_close(784 * wrong, Ledger(reconstruction, kl).objective(found))
    both = effective_beta(1, pixels=784, latent_dim=16, pixel_mean=True, latent_mean=True)
    torch.testing.assert_close(
        784 * (reconstruction / 784 + kl.mean(1)), Ledger(reconstruction, kl).objective(both)
    )
    assert effective_beta(4, pixels=784, latent_dim=16, pixel_mean=False, latent_mean=False) == 4


@pytest.mark.parametrize("logit", [-12.0, -1.3863, -0.21, -0.19, -1e-3, 0.0, 1e-6, 0.199, 0.2, 7.0])
def test_the_continuous_bernoulli_integrates_to_one_and_has_its_mean(logit):
    logits = torch.tensor([[[[logit]]]], dtype=torch.float64)

    def density(x):
        pixel = torch.full_like(logits, x)
        return math.exp(-continuous_bernoulli_nll(logits, pixel).item())

    total, _ = integrate.quad(density, 0, 1, epsabs=1e-11)
    mean, _ = integrate.quad(lambda x: x * density(x), 0, 1, epsabs=1e-11)
    assert total == pytest.approx(1, abs=1e-9)
    assert continuous_bernoulli_mean(logits).item() == pytest.approx(mean, abs=1e-9)


def test_the_continuous_bernoullis_constant_is_two_in_the_middle_and_smooth():
    logits = torch.tensor([0.0, 0.05, 0.2, -0.2, 60.0], requires_grad=True)
    constant = continuous_bernoulli_log_normaliser(logits)
    assert constant[0].exp().item() == pytest.approx(2)
    constant.sum().backward()
    assert torch.isfinite(logits.grad).all()
    # d log C / d logit = lambda - mean, the identity of every exponential family.
    expected = torch.sigmoid(logits) - continuous_bernoulli_mean(logits)
    torch.testing.assert_close(logits.grad, expected.detach(), atol=1e-6, rtol=1e-4)


def test_the_continuous_bernoullis_mean_is_not_lambda():
    logit = torch.logit(torch.tensor([0.2], dtype=torch.float64))
    assert continuous_bernoulli_mean(logit).item() == pytest.approx(0.388, abs=5e-4)
    expected = ContinuousBernoulli(logits=logit).mean
    torch.testing.assert_close(continuous_bernoulli_mean(logit), expected)


def test_the_gaussian_is_torchs_with_the_stated_deviation():
    logits, image = draws(3, 1, 28, 28), draws(3, 1, 28, 28, seed=1).sigmoid()
    normal = Normal(torch.sigmoid(logits), GAUSSIAN_SIGMA)
    torch.testing.assert_close(gaussian_nll(logits, image), -normal.log_prob(image).sum((1, 2, 3)))


def test_bernoulli_survives_extreme_logits():
    logits, image = torch.full((1, 1, 2, 2), 200.0), torch.zeros(1, 1, 2, 2)
    assert bernoulli_nll(logits, image).item() == pytest.approx(800)


def test_binarised_pixels_are_zero_or_one_with_the_grey_value_as_their_mean():
    grey = torch.full((2000, 1, 4, 4), 0.3)
    drawn = binarise(grey, torch.Generator().manual_seed(0))
    assert set(drawn.unique().tolist()) == {0.0, 1.0}
    assert drawn.mean().item() == pytest.approx(0.3, abs=0.01)


class LinearGaussian:
    """p(x|z) = N(W z, I), p(z) = N(0, I): the evidence N(0, W W^T + I) has a closed form."""

    def __init__(self, repeats=1):
        self.weight, self.x = draws(6, 3), draws(4, 6, seed=1).repeat(repeats, 1)
        precision = torch.eye(3, dtype=torch.float64) + self.weight.T @ self.weight
        self.mean = self.x @ self.weight @ precision.inverse()
        self.covariance = precision.inverse()

    def nll(self, z):
        error = self.x - z @ self.weight.T
        return 0.5 * error.square().sum(-1) + 3 * math.log(2 * math.pi)

    def evidence(self):
        covariance = self.weight @ self.weight.T + torch.eye(6, dtype=torch.float64)
        zero = torch.zeros(6, dtype=torch.float64)
        return -torch.distributions.MultivariateNormal(zero, covariance).log_prob(self.x)


def test_the_bound_is_the_evidence_where_the_posterior_is_exact():
    toy = LinearGaussian()
    # Rotate the latent space so that the exact posterior is diagonal.
    _, _, rotation = torch.linalg.svd(toy.weight, full_matrices=False)
    toy.weight = toy.weight @ rotation.T
    precision = torch.eye(3, dtype=torch.float64) + toy.weight.T @ toy.weight
    mean = toy.x @ toy.weight / precision.diag()
    log_var = -precision.diag().log().expand(4, 3)
    for samples in (1, 7):
        bound = importance_weighted_nll(
            mean, log_var, toy.nll, samples=samples, generator=torch.Generator().manual_seed(0)
        )
        torch.testing.assert_close(bound, toy.evidence())


def test_the_bound_falls_with_samples_towards_the_evidence_and_starts_at_the_elbo():
    def expected(samples, repeats):
        toy = LinearGaussian(repeats)
        bound = importance_weighted_nll(
            toy.mean + 0.3, log_var.repeat(repeats, 1), toy.nll, samples=samples,
            generator=torch.Generator().manual_seed(0),
        )  # fmt: skip
        return bound.unflatten(0, (repeats, 4)).mean(0)

    log_var = torch.full((4, 3), -1.0, dtype=torch.float64)
    one, ten, many = expected(1, 20_000), expected(10, 2000), expected(4000, 3)
    assert (one > ten).all()
    assert (ten > many).all()
    toy = LinearGaussian()
    torch.testing.assert_close(many, toy.evidence(), atol=0.03, rtol=0)
    # K = 1 in expectation is the ELBO: the expected error in closed form, plus KL.
    spread = (toy.weight.square() * log_var.exp()[0]).sum()
    mu = toy.mean + 0.3
    elbo = toy.nll(mu) + 0.5 * spread + kl_per_dimension(mu, log_var).sum(1)
    torch.testing.assert_close(one, elbo, atol=0.1, rtol=0)


def test_the_bound_holds_few_samples_at_a_time_and_is_the_same_in_chunks():
    toy = LinearGaussian()
    log_var = torch.zeros(4, 3, dtype=torch.float64)
    held = []

    def nll(z):
        held.append(len(z))
        return toy.nll(z)

    def bound(chunk):
        generator = torch.Generator().manual_seed(3)
        return importance_weighted_nll(
            toy.mean, log_var, nll, samples=13, generator=generator, chunk=chunk
        )

    chunked = bound(5)
    assert held == [5, 5, 3]
    # By hand, all at once, from the same noise.
    generator = torch.Generator().manual_seed(3)
    noise = torch.cat([torch.randn((k, 4, 3), generator=generator, dtype=torch.float64)
                       for k in (5, 5, 3)])  # fmt: skip
    z = posterior_sample(toy.mean, log_var, noise)
    prior, posterior = Normal(0.0, 1.0), Normal(toy.mean, 1.0)
    weights = prior.log_prob(z).sum(-1) - posterior.log_prob(z).sum(-1) - toy.nll(z)
    torch.testing.assert_close(chunked, math.log(13) - weights.logsumexp(0))


def test_an_images_nll_is_that_of_each_sample_decoded_alone():
    network = VAE(image_size=28, latent_dim=2, likelihood="bernoulli").eval()
    image = torch.rand(3, 1, 28, 28).round()
    z = torch.randn(5, 3, 2)
    found = image_nll(network, image)(z)
    assert found.shape == (5, 3)
    alone = bernoulli_nll(network.decoder(z[4, 1][None]), image[1:2])
    torch.testing.assert_close(found[4, 1], alone[0], rtol=1e-5, atol=1e-3)


def test_no_samples_are_refused():
    mu = torch.zeros(1, 1)
    with pytest.raises(ValueError, match="at least 1"):
        importance_weighted_nll(mu, mu, lambda z: z[..., 0], samples=0,
                                generator=torch.Generator())  # fmt: skip


def test_active_units_are_those_whose_means_vary():
    base = np.linspace(-1, 1, 200)
    mu = torch.from_numpy(np.stack([base, 0.1 * base, 0.2 * base, 0 * base + 5], axis=1))
    # Variances about 0.337, 0.0034, 0.0135, 0.
    assert active_units(mu) == 2


def test_no_logits_go_below_the_floor_and_the_best_ones_reach_it():
    pixel = torch.linspace(0.01, 0.99, 25, dtype=torch.float64).reshape(1, 1, 5, 5)
    for likelihood in LIKELIHOODS.values():
        floor = likelihood.floor(pixel).item()
        logits = torch.zeros_like(pixel, requires_grad=True)
        optimiser = torch.optim.LBFGS([logits], max_iter=300, line_search_fn="strong_wolfe")

        def loss(likelihood=likelihood, logits=logits, optimiser=optimiser):
            optimiser.zero_grad()
            value = likelihood.nll(logits, pixel).sum()
            value.backward()
            return value

        optimiser.step(loss)
        best = likelihood.nll(logits, pixel).item()
        assert best >= floor - 1e-9
        assert best == pytest.approx(floor, abs=1e-3)


def test_the_floor_of_black_and_white_pixels():
    pixel = torch.tensor([0.0, 1.0]).reshape(1, 1, 1, 2)
    assert LIKELIHOODS["bernoulli"].floor(pixel).item() == 0
    assert LIKELIHOODS["continuous_bernoulli"].floor(pixel).item() == -math.inf
    grey = torch.full((1, 1, 1, 1), 0.5)
    assert LIKELIHOODS["bernoulli"].floor(grey).item() == pytest.approx(math.log(2))
