"""Latent moves: paths' ends and norms, quantile grids, directions, densities."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import chi, multivariate_normal, norm

from segdemo import latent

SEEDS = st.integers(0, 10_000)


def two_codes(seed, size=16):
    return np.random.default_rng(seed).standard_normal((2, size))


@settings(max_examples=50, deadline=None)
@given(SEEDS, st.integers(1, 40))
def test_paths_end_where_they_should(seed, size):
    a, b = two_codes(seed, size)
    np.testing.assert_array_equal(latent.lerp(a, b, [0, 1]), [a, b])
    np.testing.assert_allclose(latent.slerp(a, b, [0, 1]), [a, b], atol=1e-9)


@settings(max_examples=50, deadline=None)
@given(SEEDS)
def test_slerp_between_ends_of_one_norm_keeps_it_at_a_steady_angle(seed):
    a, b = two_codes(seed)
    b *= np.linalg.norm(a) / np.linalg.norm(b)
    path = latent.slerp(a, b, np.linspace(0, 1, 9))
    np.testing.assert_allclose(np.linalg.norm(path, axis=1), np.linalg.norm(a))
    steps = np.linalg.norm(np.diff(path, axis=0), axis=1)
    np.testing.assert_allclose(steps, steps[0], rtol=1e-6)


def test_slerp_between_unequal_norms_does_not_keep_them():
    path = latent.slerp([1.0, 0], [0, 3.0], [0.5])
    assert np.linalg.norm(path[0]) == pytest.approx(np.sqrt(0.5 * 1 + 0.5 * 9))


@pytest.mark.parametrize("end", [[2.0, 4.0], [-1.0, -2.0], [0.0, 0.0], [1.0, 2.0 + 1e-9]])
def test_slerp_falls_back_to_a_line_where_the_angle_says_nothing(end):
    t = np.linspace(0, 1, 5)
    np.testing.assert_array_equal(latent.slerp([1.0, 2.0], end, t), latent.lerp([1.0, 2.0], end, t))


def test_prior_draws_at_32_dimensions_lose_norm_along_a_line_and_not_along_the_arc():
    # |z| is about 5.6 and a line's midpoint about 4.0.
    pairs = np.random.default_rng(0).standard_normal((400, 2, 32))
    line = np.mean([np.linalg.norm(latent.lerp(a, b, [0.5])) for a, b in pairs])
    arc = np.mean([np.linalg.norm(latent.slerp(a, b, [0.5])) for a, b in pairs])
    assert line == pytest.approx(4.0, abs=0.1)
    assert arc == pytest.approx(5.6, abs=0.1)


def test_codes_of_two_sizes_are_refused():
    with pytest.raises(ValueError, match="two codes of one size"):
        latent.slerp([1.0, 2.0], [1.0], [0.5])


def test_quantiles_hold_equal_mass_and_are_symmetric():
    values = latent.prior_quantiles(10)
    np.testing.assert_allclose(norm.cdf(values), np.arange(0.05, 1, 0.1))
    np.testing.assert_allclose(values, -values[::-1], atol=1e-12)
    with pytest.raises(ValueError, match="at least 1"):
        latent.prior_quantiles(0)


def test_the_grids_top_row_has_the_largest_second_dimension():
    grid = latent.quantile_grid(3, 5)
    assert grid.shape == (3, 5, 2)
    np.testing.assert_allclose(grid[0, :, 0], latent.prior_quantiles(5))
    np.testing.assert_allclose(grid[:, 0, 1], latent.prior_quantiles(3)[::-1])
    assert grid[0, 0, 1] > grid[-1, 0, 1]
    np.testing.assert_array_equal(grid[1, 2], [0, 0])


def test_a_traversal_changes_one_dimension():
    code = np.array([5.0, 6.0, 7.0])
    walk = latent.traversal(code, 1, [-1, 0, 1])
    np.testing.assert_array_equal(walk, [[5, -1, 7], [5, 0, 7], [5, 1, 7]])
    np.testing.assert_array_equal(code, [5, 6, 7])
    with pytest.raises(ValueError, match="from 0 to 2"):
        latent.traversal(code, 3, [0])


def test_an_attributes_direction_leads_from_the_others_to_those_that_have_it():
    codes = np.array([[0.0, 0], [2, 0], [10, 4], [12, 4]])
    np.testing.assert_array_equal(latent.attribute_direction(codes, [0, 0, 1, 1]), [10, 4])
    with pytest.raises(ValueError, match="choose two classes"):
        latent.attribute_direction(codes, [1, 1, 1, 1])


def test_the_nearest_code_is_brute_forces():
    rng = np.random.default_rng(0)
    points, codes = rng.standard_normal((20, 4)), rng.standard_normal((50, 4))
    distance, index = latent.nearest_code(points, codes)
    table = np.linalg.norm(points[:, None] - codes, axis=2)
    np.testing.assert_allclose(distance, table.min(1))
    np.testing.assert_array_equal(index, table.argmin(1))


def test_a_gaussian_is_fitted_by_moments_and_its_density_is_scipys():
    rng = np.random.default_rng(0)
    codes = rng.standard_normal((500, 3)) @ rng.standard_normal((3, 3)) + [1, 2, 3]
    fit = latent.fit_gaussian(codes)
    np.testing.assert_allclose(fit.covariances[0], np.cov(codes.T), rtol=1e-4, atol=1e-4)
    expected = multivariate_normal(codes.mean(0), fit.covariances[0]).logpdf(codes[:9])
    np.testing.assert_allclose(fit.log_density(codes[:9]), expected)
    drawn = fit.sample(20_000, np.random.default_rng(1))
    np.testing.assert_allclose(drawn.mean(0), codes.mean(0), atol=0.1)
    np.testing.assert_allclose(np.cov(drawn.T), np.cov(codes.T), atol=0.25)


def test_a_mixture_finds_its_components_and_beats_one_gaussian():
    rng = np.random.default_rng(0)
    codes = np.concatenate([rng.normal([-4, 0], 0.5, (300, 2)), rng.normal([4, 1], 1, (100, 2))])
    fit = latent.fit_mixture(codes, 2, np.random.default_rng(3))
    order = np.argsort(fit.means[:, 0])
    np.testing.assert_allclose(fit.means[order], [[-4, 0], [4, 1]], atol=0.25)
    np.testing.assert_allclose(fit.weights[order], [0.75, 0.25], atol=0.02)
    one = latent.fit_gaussian(codes).log_density(codes).mean()
    assert fit.log_density(codes).mean() > one + 0.5
    drawn = fit.sample(4000, np.random.default_rng(1))
    assert (drawn[:, 0] < 0).mean() == pytest.approx(0.75, abs=0.03)


def test_a_mixture_of_equal_codes_has_a_density_all_the_same():
    fit = latent.fit_mixture(np.ones((10, 2)), 2, np.random.default_rng(0))
    assert np.isfinite(fit.log_density(np.ones((1, 2)))).all()


def test_fewer_codes_than_components_are_refused():
    with pytest.raises(ValueError, match="fewer components"):
        latent.fit_mixture(np.zeros((3, 2)), 4, np.random.default_rng(0))


def test_the_aggregate_posterior_is_the_mean_of_the_posteriors():
    rng = np.random.default_rng(0)
    mu, log_var = rng.standard_normal((6, 2)), rng.standard_normal((6, 2))
    points = rng.standard_normal((5, 2))
    density = np.mean(
        [norm(m, np.exp(v / 2)).pdf(points).prod(1) for m, v in zip(mu, log_var, strict=True)], 0
    )
    np.testing.assert_allclose(latent.aggregate_log_density(points, mu, log_var), np.log(density))
    drawn = latent.aggregate_sample(mu, log_var, 40_000, np.random.default_rng(1))
    np.testing.assert_allclose(drawn.mean(0), mu.mean(0), atol=0.05)
    spread = np.exp(log_var).mean(0) + mu.var(0)
    np.testing.assert_allclose(drawn.var(0), spread, rtol=0.05)


def test_the_priors_density_and_norm_are_scipys():
    points = np.random.default_rng(0).standard_normal((5, 32))
    expected = multivariate_normal(np.zeros(32)).logpdf(points)
    np.testing.assert_allclose(latent.prior_log_density(points), expected)
    assert latent.prior_norm(32) == pytest.approx(chi(32).mean())
    assert latent.prior_norm(2) == pytest.approx(np.sqrt(np.pi / 2))


def test_a_codes_neighbour_is_another_code():
    codes = np.array([[0.0, 0], [3, 0], [3, 1]])
    np.testing.assert_allclose(latent.neighbour_distances(codes), [3, 1, 1])
    with pytest.raises(ValueError, match="give more codes"):
        latent.neighbour_distances(codes[:1])


def test_an_outline_of_what_is_no_plane_is_refused():
    with pytest.raises(ValueError, match="between 0 and 1"):
        latent.posterior_ellipse([0, 0], [0, 0], 1.0)
    with pytest.raises(ValueError, match="two latent dimensions"):
        latent.posterior_ellipse(np.zeros(3), np.zeros(3), 0.95)
