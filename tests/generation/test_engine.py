"""Reconstruct, interpolate, walk, map, sample, invert, beta: each claim on the page, pinned."""

import math

import numpy as np
import pytest
import torch
from torch.distributions import Independent, Normal, kl_divergence

from segdemo import latent
from segdemo.generation import interpolate as between
from segdemo.generation import inversion, plane, tradeoff, walk
from segdemo.generation.attributes import (
    above_own_median,
    along,
    between_classes,
    directions,
    moments,
)
from segdemo.generation.coding import as_batch, decode, encode, pixels
from segdemo.generation.reconstruct import (
    account_of,
    place,
    reconstruct,
    side_by_side,
    unusualness,
)
from segdemo.generation.sample import SOURCES, sample
from segdemo.generation.shelf import ENCODING
from tests.generation.small import small_shelf

SHELF = small_shelf()


def picture(size=28, seed=0):
    return np.random.default_rng(seed).random((size, size)).astype(np.float32)


def test_models_stand_side_by_side_in_one_order_and_are_remembered():
    names = [m.name for m in SHELF.choose("digits", 16, ENCODING)]
    betas = [f"digits-betavae{b}-16" for b in ("0.5", "4", "8")]
    assert names == ["digits-ae-16", "digits-vae-16", *betas, "digits-pca-16"]
    assert SHELF.of("digits-vae-16") is SHELF.of("digits-vae-16")
    assert SHELF.datasets() == ["digits", "fashion", "faces"]
    assert SHELF.sizes("faces") == [32]
    assert SHELF.classifier("faces") is None
    assert not SHELF.of("digits-vae-16").network.training


def test_the_shelf_is_bounded_and_refuses_what_it_does_not_know():
    shelf = small_shelf(remembered=2)
    for name in ("digits-ae-2", "digits-pca-2", "digits-vae-2"):
        shelf.of(name)
    assert list(shelf.models) == ["digits-pca-2", "digits-vae-2"]
    for wrong in ("photos", None, "../x"):
        with pytest.raises(ValueError, match="not known; choose from digits-ae-2"):
            shelf.of(wrong)
    with pytest.raises(ValueError, match="choose from 2, 16"):
        shelf.choose("digits", 7, ENCODING)
    with pytest.raises(ValueError, match="choose from digits, fashion, faces"):
        shelf.choose("cars")


@pytest.mark.parametrize("name", ["digits-vae-16", "fashion-vae-2", "faces-vae-32"])
def test_the_ledger_adds_up_and_its_kl_is_torchs(name):
    model = SHELF.of(name)
    image = picture(model.image_size)
    book = account_of(model, image, samples=8, seed=0)
    assert book.total == book.reconstruction + book.kl.sum()
    rows = book.rows()
    assert len(rows) == model.latent_dim + 2
    assert round(sum(v for _, v in rows[:-1]), 2) == rows[-1][1]
    kls = [value for title, value in rows if title.startswith("z")]
    assert kls == sorted(kls, reverse=True)
    encoded = encode(model, image[None])
    mu, log_var = torch.from_numpy(encoded.mean[0]), torch.from_numpy(encoded.log_var[0])
    expected = kl_divergence(Normal(mu, (log_var / 2).exp()), Normal(0.0, 1.0))
    np.testing.assert_allclose(book.kl, expected, rtol=1e-4, atol=1e-6)


def test_the_reconstruction_term_is_the_expectation_over_posterior_samples():
    model, image = SHELF.of("digits-vae-2"), picture()
    book = account_of(model, image, samples=16, seed=3)
    mu, log_var = model.network.encode(as_batch(image[None]))
    noise = torch.randn(16, 2, generator=torch.Generator().manual_seed(3))
    one_by_one = []
    for row in noise:
        logits = model.network.decoder(mu + (log_var / 2).exp() * row)
        one_by_one.append(model.network.likelihood.nll(logits, as_batch(image[None])).item())
    assert book.reconstruction == pytest.approx(np.mean(one_by_one), rel=1e-5)
    assert book.standard_error == pytest.approx(np.std(one_by_one, ddof=1) / 4, rel=1e-2)
    at_mean = model.network.likelihood.nll(model.network.decoder(mu), as_batch(image[None]))
    assert book.at_mean == pytest.approx(at_mean.item(), rel=1e-5)
    assert book.at_mean != book.reconstruction
    assert account_of(model, image, samples=16, seed=3).reconstruction == book.reconstruction


def test_grey_cross_entropy_is_the_mean_over_binarisations_and_its_floor_their_entropy():
    model, image = SHELF.of("digits-vae-2"), picture()
    likelihood = model.network.likelihood
    logits = model.network.decoder(torch.zeros(1, 2))
    drawn = torch.bernoulli(
        as_batch(image[None]).expand(20_000, -1, -1, -1),
        generator=torch.Generator().manual_seed(0),
    )
    average = likelihood.nll(logits.expand(20_000, -1, -1, -1), drawn).mean().item()
    grey = likelihood.nll(logits, as_batch(image[None])).item()
    assert grey == pytest.approx(average, rel=1e-3)
    book = account_of(model, image, samples=4, seed=0)
    x = image.astype(np.float64)
    entropy = -(x * np.log(x) + (1 - x) * np.log(1 - x)).sum()
    assert book.floor == pytest.approx(entropy, rel=1e-5)
    assert book.reconstruction > book.floor
    assert "averaged over all binarisations" in book.image_note


def test_a_density_with_a_black_pixel_has_no_floor_and_the_gaussian_has_its_constant():
    black = picture()
    black[0, 0] = 0
    assert account_of(SHELF.of("fashion-vae-2"), black, samples=2, seed=0).floor is None
    book = account_of(SHELF.of("faces-vae-32"), picture(64), samples=2, seed=0)
    assert book.floor == pytest.approx(4096 / 2 * math.log(2 * math.pi * 0.01))
    with pytest.raises(ValueError, match="at least 2"):
        account_of(SHELF.of("digits-vae-2"), black, samples=1, seed=0)


def test_a_beta_vaes_objective_is_not_its_elbo():
    book = account_of(SHELF.of("digits-betavae4-16"), picture(), samples=2, seed=0)
    assert book.beta == 4
    assert book.objective == pytest.approx(book.total + 3 * book.kl.sum())


def test_every_kind_reconstructs_from_its_mean_code_and_a_gan_does_not():
    image = picture()
    made = side_by_side(SHELF.choose("digits", 16, ENCODING), image)
    for one in made:
        np.testing.assert_allclose(one.error, one.image - image)
        assert one.mse == pytest.approx(np.mean((one.image - image) ** 2), rel=1e-5)
        assert (one.account is None) == (one.model.kind in ("ae", "pca"))
    with pytest.raises(ValueError, match="no encoder"):
        reconstruct(SHELF.of("digits-gan-32"), image)
    with pytest.raises(ValueError, match=r"must be \(N, 64, 64\)"):
        reconstruct(SHELF.of("faces-ae-32"), image)


def test_a_pcas_reconstruction_is_the_projection():
    model, image = SHELF.of("digits-pca-16"), picture()
    components, mean = model.network.components.numpy(), model.network.mean.numpy()
    centred = image.ravel() - mean
    expected = mean + components.T @ (components @ centred)
    np.testing.assert_allclose(reconstruct(model, image).image.ravel(), expected, atol=1e-4)


def test_unusual_images_are_told_by_where_they_stand_among_held_out_ones():
    found = unusualness(reconstruct(SHELF.of("digits-vae-16"), picture()))
    assert (found.error.percent, found.error.count) == (100, 50)
    assert found.error.among == "held-out images"
    assert found.kl is not None
    assert "Unlike nearly everything" in found.sentence
    assert place(3, np.array([1.0, 2, 3, 4]), "").percent == 50
    assert place(3, None, "").percent is None


def test_ends_stand_still_and_ways_share_them():
    models = SHELF.choose("digits", None, ENCODING)
    a, b = between.End(picture()), between.End(picture(seed=1))
    made = between.interpolate(models, a, b, 7)
    assert [row.model for row in made.rows] == models
    np.testing.assert_array_equal(made.crossfade[[0, -1]], pixels(np.stack([a.image, b.image])))
    middle = (a.image + b.image) / 2
    np.testing.assert_allclose(made.crossfade[3] / 255, middle, atol=0.003)
    for row in made.rows:
        ends = encode(row.model, np.stack([a.image, b.image])).mean
        for way in (row.linear, row.spherical):
            np.testing.assert_allclose(way.codes[[0, -1]], ends, atol=1e-9)
            np.testing.assert_allclose(way.norm, np.linalg.norm(way.codes, axis=1))
            expected = pixels(decode(row.model, way.codes)).astype(int)
            assert np.abs(way.frames - expected).max() <= 1
            brute = np.linalg.norm(way.codes[:, None] - row.model.codes.mu, axis=2).min(1)
            np.testing.assert_allclose(way.distance, brute)


def test_the_density_along_the_way_is_the_priors_for_a_vae_and_the_mixtures_for_an_autoencoder():
    t = np.linspace(0, 1, 5)
    for name in ("digits-vae-16", "digits-ae-16"):
        model = SHELF.of(name)
        start, end = np.random.default_rng(0).standard_normal((2, 16))
        row = between.row(model, start, end, t)
        codes = torch.from_numpy(row.linear.codes)
        prior = Independent(Normal(torch.zeros(16), torch.ones(16)), 1).log_prob(codes).numpy()
        is_prior = np.allclose(row.linear.log_density, prior)
        assert is_prior == (model.kind == "vae")
        assert ("prior" in row.density_title) == is_prior
    mixture = SHELF.of("digits-ae-16").codes.mixture
    np.testing.assert_allclose(row.linear.log_density, mixture.log_density(row.linear.codes))


@pytest.mark.parametrize(
    ("name", "justified", "words"),
    [
        ("digits-vae-2", False, "two dimensions"),
        ("digits-ae-16", False, "no prior"),
        ("digits-pca-16", False, "without a prior"),
        ("digits-vae-16", True, "only where both are equal"),
    ],
)
def test_the_arc_says_where_nothing_justifies_it(name, justified, words):
    model = SHELF.of(name)
    row = between.row(model, np.ones(model.latent_dim), -np.eye(model.latent_dim)[0], np.ones(2))
    assert row.justified == justified
    assert words in row.note


def test_an_end_of_one_models_code_stays_that_code():
    model, other = SHELF.of("digits-vae-2"), SHELF.of("digits-ae-2")
    end = between.end_of_code(model, np.array([0.3, -1.2]))
    made = between.interpolate([model, other], between.End(picture()), end, 3)
    np.testing.assert_array_equal(made.rows[0].linear.codes[-1], [0.3, -1.2])
    np.testing.assert_allclose(
        made.rows[1].linear.codes[-1], encode(other, end.image[None]).mean[0], atol=1e-9
    )


def test_a_gan_is_walked_between_draws_and_joins_only_where_both_codes_are_known():
    gan = SHELF.of("digits-gan-32")
    row = between.draws_row(gan, seed=4, frames=5)
    assert row.linear.frames.shape == (5, 28, 28)
    assert row.linear.distance is None
    ends = [between.End(picture(), {gan.name: c}) for c in row.linear.codes[[0, -1]]]
    assert not between.interpolate([gan], ends[0], between.End(picture()), 3).rows
    assert between.interpolate([gan], *ends, 3).rows[0].model is gan
    for wrong in (1, 61, 2.5, None):
        with pytest.raises(ValueError, match="from 2 to 60"):
            between.steps(wrong)


def test_sliders_are_ordered_by_kl_in_the_priors_quantiles_with_dead_ones_marked():
    found = walk.dimensions(SHELF.of("digits-vae-16"))
    kls = [d.kl for d in found]
    assert kls == sorted(kls, reverse=True)
    assert [d.index for d in found if not d.active] == [1]
    assert found[-1].index == 1
    assert found[0].low == pytest.approx(-2.3263, abs=1e-4)
    assert found[0].high == pytest.approx(2.3263, abs=1e-4)
    variances = [d.variance for d in walk.dimensions(SHELF.of("digits-pca-16"))]
    assert variances == sorted(variances, reverse=True)
    assert walk.dimensions(SHELF.of("digits-gan-32"))[3].index == 3


@pytest.mark.parametrize("name", ["digits-vae-16", "digits-ae-16", "digits-gan-32"])
def test_quantiles_go_to_codes_and_back(name):
    model = SHELF.of(name)
    q = np.linspace(0.05, 0.95, model.latent_dim)
    np.testing.assert_allclose(walk.quantiles_of(model, walk.at_quantiles(model, q)), q, atol=0.01)
    with pytest.raises(ValueError, match="give one for each"):
        walk.at_quantiles(model, q[:3])


def test_a_traversal_says_what_changed_on_average():
    model, code = SHELF.of("digits-vae-16"), np.full(16, 0.2)
    made = walk.traversal(model, code, rows=3, columns=5)
    assert made.frames.shape == (3, 5, 28, 28)
    values = latent.prior_quantiles(5)
    walked = decode(model, latent.traversal(code, int(made.dimension[1]), values))
    still = decode(model, code[None])
    np.testing.assert_allclose(made.changed[1], np.abs(walked - still).mean(0), atol=1e-5)
    step = walk.moved(model, code, np.zeros(16))
    difference = decode(model, code[None])[0] - decode(model, np.zeros((1, 16)))[0]
    np.testing.assert_allclose(step.changed, difference, atol=1e-5)
    with pytest.raises(ValueError, match="at most 25"):
        walk.traversal(model, code, columns=26)


def test_moments_tell_bold_from_thin_and_the_side_that_a_stroke_leans_to():
    upright, leaning, bold = np.zeros((3, 28, 28), np.float32)
    upright[4:24, 13:15] = 1
    bold[4:24, 11:17] = 1
    for i in range(20):
        leaning[4 + i, 20 - i // 2 : 22 - i // 2] = 1
    found = moments(np.stack([upright, leaning, bold, leaning[:, ::-1]]))
    assert found["mass"][2] == pytest.approx(3 * found["mass"][0])
    np.testing.assert_allclose(found["slant"], [0, 0.5, 0, -0.5], atol=0.03)
    assert moments(np.zeros((1, 28, 28)))["slant"] == [0]


def test_an_attribute_is_measured_within_each_class():
    values, labels = np.array([1.0, 2, 3, 10, 20, 30]), np.array([0, 0, 0, 1, 1, 1])
    np.testing.assert_array_equal(above_own_median(values, labels), [0, 0, 1, 0, 0, 1])


def test_directions_have_names_and_move_a_code():
    assert {d.name for d in directions(SHELF.of("digits-vae-16"))} >= {"bold", "slant"}
    model = SHELF.of("fashion-ae-16")
    sleeve = next(d for d in directions(model) if d.name == "sleeve")
    codes = model.codes
    expected = codes.mu[codes.labels == 2].mean(0) - codes.mu[codes.labels == 0].mean(0)
    np.testing.assert_allclose(sleeve.vector, expected)
    assert along(model, codes.mu[0], sleeve, [-1, 0, 1]).shape == (3, 28, 28)
    with pytest.raises(ValueError, match="class 'hat' is not known"):
        between_classes(model, "hat", "bag")


def test_the_manifold_lies_over_the_plot_in_quantiles():
    model = SHELF.of("digits-vae-2")
    made = plane.manifold(model, 5)
    np.testing.assert_allclose(made.codes, latent.quantile_grid(5, 5))
    assert made.codes[0, 0, 1] > made.codes[-1, 0, 1]
    top_left = decode(
        model, np.array([[latent.prior_quantiles(5)[0], latent.prior_quantiles(5)[-1]]])
    )
    assert np.abs(made.frames[0, 0] - pixels(top_left[0]).astype(int)).max() <= 1
    own = plane.manifold(SHELF.of("digits-ae-2"), 5)
    mu = SHELF.of("digits-ae-2").codes.mu
    np.testing.assert_allclose(own.codes[-1, 2], [np.median(mu[:, 0]), np.quantile(mu[:, 1], 0.1)])
    assert "codes" in own.of


def test_density_and_holes_are_given_row_by_row_upwards():
    model = SHELF.of("digits-vae-2")
    made = plane.field(model, 6)
    point = np.array([[made.x[4], made.y[1]]])
    codes = model.codes
    density = latent.aggregate_log_density(point, codes.mu, codes.log_var)[0]
    assert made.log_density[1, 4] == pytest.approx(density)
    assert made.distance[1, 4] == pytest.approx(np.linalg.norm(codes.mu - point, axis=1).min())
    assert "mixture" in plane.field(SHELF.of("digits-pca-2"), 4).density_title
    with pytest.raises(ValueError, match="a map needs 2"):
        plane.field(SHELF.of("digits-vae-16"))


def test_a_spot_far_from_all_codes_says_so():
    model = SHELF.of("digits-vae-2")
    far = plane.spot(model, [50.0, 0.0])
    assert far.percent == 100
    near = plane.spot(model, model.codes.mu[7])
    assert near.distance == 0
    assert near.label == model.codes.labels[near.index]
    for wrong in ([np.nan, 0], [1.0], "xy"):
        with pytest.raises(ValueError, match=r"finite|convert"):
            plane.spot(model, wrong)


def test_an_ellipse_holds_its_share_of_the_posterior():
    mu, log_var = np.array([1.0, -2.0]), np.array([0.5, -1.0])
    outline = latent.posterior_ellipse(mu, log_var, 0.95)
    scaled = (outline - mu) / np.exp(log_var / 2)
    radius = np.linalg.norm(scaled, axis=1)
    np.testing.assert_allclose(radius, radius[0])
    drawn = np.random.default_rng(0).standard_normal((100_000, 2))
    assert (np.linalg.norm(drawn, axis=1) < radius[0]).mean() == pytest.approx(0.95, abs=0.003)
    assert len(plane.ellipses(SHELF.of("digits-vae-2"), np.stack([picture()]))) == 1
    with pytest.raises(ValueError, match="no posterior"):
        plane.ellipses(SHELF.of("digits-ae-2"), picture()[None])


def test_the_four_sources_stand_side_by_side_and_are_seeded():
    made = sample(SHELF, "digits", 16, count=5, counted=20, seed=1)
    assert [one.source for one in made] == list(SOURCES)
    again = sample(SHELF, "digits", 16, count=5, counted=20, seed=1)
    other = sample(SHELF, "digits", 16, count=5, counted=20, seed=2)
    for one, same, different in zip(made, again, other, strict=True):
        assert one.images.shape == one.neighbours.shape == (5, 28, 28)
        np.testing.assert_array_equal(one.images, same.images)
        assert not np.array_equal(one.codes, different.codes)
        assert one.histogram.sum() == pytest.approx(1)
    prior = made[0]
    brute = np.linalg.norm(prior.codes[:, None] - prior.model.codes.mu, axis=2)
    np.testing.assert_array_equal(prior.nearest, brute.argmin(1))
    assert "digits-ae-16" in made[-1].compared
    faces = sample(SHELF, "faces", 32, count=2, counted=2)
    assert [one.source for one in faces] == ["prior", "aggregate", "mixture"]
    assert faces[0].histogram is None
    with pytest.raises(ValueError, match="count=0 must be from 1 to 100"):
        sample(SHELF, "digits", 16, count=0)


def test_inversion_finds_an_image_that_the_gan_can_draw_and_can_be_ended():
    gan = SHELF.of("digits-gan-32")
    target = decode(gan, np.random.default_rng(5).standard_normal((1, 32)))[0]
    reports = list(inversion.invert(gan, target, seed=0, steps=40, restarts=3))
    assert [r.step for r in reports] == [10, 20, 30, 40]
    assert reports[-1].done
    assert reports[-1].mse < reports[0].mse < np.var(target)
    assert reports[-1].errors.shape == (3,)
    made = decode(gan, reports[-1].z[None])[0]
    assert np.mean((made - target) ** 2) == pytest.approx(reports[-1].mse, rel=1e-3)
    same = list(inversion.invert(gan, target, seed=0, steps=40, restarts=3))
    np.testing.assert_array_equal(same[-1].z, reports[-1].z)
    search = inversion.invert(gan, target)
    next(search)
    search.close()
    assert torch.is_grad_enabled()


def test_inversion_minimises_the_posterior_of_z_under_gaussian_noise():
    gan = SHELF.of("digits-gan-32")
    z = torch.randn(2, 32, generator=torch.Generator().manual_seed(0))
    target = torch.rand(1, 1, 28, 28)
    made = gan.network(z)
    log_joint = Normal(made, 0.1).log_prob(target).flatten(1).sum(1) + Normal(0, 1).log_prob(z).sum(
        1
    )
    constant = 784 * Normal(0.0, 0.1).log_prob(torch.tensor(0.0)) + 32 * Normal(0.0, 1.0).log_prob(
        torch.tensor(0.0)
    )
    torch.testing.assert_close(inversion.map_objective(gan, z, target), constant - log_joint)


@pytest.mark.parametrize(
    ("name", "settings", "words"),
    [
        ("digits-vae-16", {}, "encode the image instead"),
        ("digits-gan-32", {"steps": 501}, "from 1 to 500"),
        ("digits-gan-32", {"restarts": 9}, "from 1 to 500 and 8"),
    ],
)
def test_a_search_out_of_bounds_is_refused_before_it_starts(name, settings, words):
    with pytest.raises(ValueError, match=words):
        inversion.invert(SHELF.of(name), picture(), **settings)


def test_rate_against_distortion_is_the_manifests():
    points = tradeoff.rate_distortion(SHELF, "digits", 16)
    assert [p.beta for p in points] == [0.5, 1, 4, 8]
    assert [p.title for p in points][:2] == ["β = 0.5", "VAE"]
    for point in points:
        assert point.elbo == pytest.approx(-(point.rate + point.distortion))
    assert not tradeoff.rate_distortion(SHELF, "digits", 99)


def test_loss_mistakes_have_their_effective_beta():
    made = tradeoff.loss_mistakes(1.0, pixels=784, latent_dim=16)
    assert [m.effective for m in made] == [1, 1 / 16, 784, 49]
    assert [m.is_elbo for m in made] == [True, False, False, False]
    with pytest.raises(ValueError, match="above 0"):
        tradeoff.loss_mistakes(float("nan"), pixels=784, latent_dim=16)


def test_a_gans_curves_and_their_equilibrium():
    made = tradeoff.curves(SHELF.of("digits-gan-32"))
    np.testing.assert_array_equal(made["discriminator"], [1.2] * 3)
    assert set(made) == set(tradeoff.EQUILIBRIUM)
    assert tradeoff.EQUILIBRIUM["discriminator"] == pytest.approx(math.log(4))
    assert tradeoff.EQUILIBRIUM["generator"] == pytest.approx(math.log(2))
    assert tradeoff.curves(SHELF.of("digits-pca-2")) == {}
