"""Interpolate: formulas on the page, what the view gets, swapping, files refused in a sentence."""

from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from scipy.stats import chi2, multivariate_normal

from segdemo import latent
from segdemo.generation.coding import encode
from segdemo.generation.interpolate import PLANE_NOTE, SLERP_NOTES, interpolate
from segdemo.ui.generative import interpolate_section, interpolate_view, scene, setting
from segdemo.ui.generative.scene import scene_of
from segdemo.ui.generative.setting import LARGEST_SEED, Setting
from segdemo.ui.scripts import script
from tests.generation.small import small_shelf

SHELF = small_shelf()
HERE = Setting(section="interpolate")


@pytest.fixture(autouse=True)
def shelf(monkeypatch):
    for module in (interpolate_section, scene, setting):
        monkeypatch.setattr(module, "SHELF", SHELF)


def view_of(wanted: Setting) -> dict:
    return interpolate_section.shown(scene_of(wanted))[0]


@cache
def opening() -> dict:
    """What the section opens with, worked out once."""
    return view_of(HERE)


def test_the_line_and_the_arc_on_the_page_are_the_ones_that_are_used():
    assert r"z_t = (1-t)\,a + t\,b" in interpolate_section.TEXT
    assert r"\frac{\sin((1-t)\,\Omega)}{\sin \Omega}\,a" in interpolate_section.TEXT
    assert r"\cos \Omega = a \cdot b \,/\, (|a|\,|b|)" in interpolate_section.TEXT
    rng = np.random.default_rng(0)
    a, b = rng.standard_normal((2, 16))
    angle = np.arccos(a @ b / np.linalg.norm(a) / np.linalg.norm(b))
    for t in (0.0, 0.3, 1.0):
        np.testing.assert_allclose(latent.lerp(a, b, [t])[0], (1 - t) * a + t * b)
        arc = np.sin((1 - t) * angle) / np.sin(angle) * a + np.sin(t * angle) / np.sin(angle) * b
        np.testing.assert_allclose(latent.slerp(a, b, [t])[0], arc)


def test_the_density_on_the_page_is_the_one_that_is_plotted():
    assert r"\log p(z) = -\tfrac12 |z|^2 - \tfrac d2 \log 2\pi" in interpolate_section.CURVES_TEXT
    z = np.random.default_rng(0).standard_normal((5, 16))
    by_hand = -0.5 * (z**2).sum(1) - 8 * np.log(2 * np.pi)
    np.testing.assert_allclose(latent.prior_log_density(z), by_hand)
    np.testing.assert_allclose(multivariate_normal(np.zeros(16)).logpdf(z), by_hand)


def test_draws_lie_near_the_root_of_d_and_a_lines_middle_inside_with_a_higher_density():
    a, b = np.random.default_rng(0).standard_normal((2, 20_000, 16))
    assert latent.prior_norm(16) == pytest.approx(np.linalg.norm(a, axis=1).mean(), rel=5e-3)
    assert latent.prior_norm(16) == pytest.approx(np.sqrt(16), rel=2e-2)
    middle = (a + b) / 2
    assert np.linalg.norm(middle, axis=1).mean() == pytest.approx(np.sqrt(16 / 2), rel=2e-2)
    density = latent.prior_log_density
    assert (density(middle) > np.maximum(density(a), density(b))).mean() > 0.9
    assert "one in\ntwenty at $d = 16$" in interpolate_section.CURVES_TEXT
    assert chi2.cdf(16 / 2, 16) == pytest.approx(1 / 20, abs=2e-3)


def test_a_posteriors_spread_makes_up_what_its_mean_is_short_of():
    assert r"|\mu|^2 + \sum_j \sigma_j^2" in interpolate_section.CURVES_TEXT
    mu, sigma = np.random.default_rng(0).random((2, 16))
    draws = mu + sigma * np.random.default_rng(1).standard_normal((100_000, 16))
    squared = np.square(draws).sum(1).mean()
    assert squared == pytest.approx((mu**2).sum() + (sigma**2).sum(), rel=1e-2)


def test_the_mean_log_density_of_draws_is_minus_the_entropy():
    draws = np.random.default_rng(0).standard_normal((100_000, 16))
    mean = latent.prior_log_density(draws).mean()
    assert interpolate_view.mean_log_density(16) == pytest.approx(mean, abs=0.05)


def test_the_view_gets_a_row_a_model_in_step_with_the_cross_fade_and_the_gans_draws():
    shown = opening()
    titles = ["Pixel cross-fade", "Autoencoder", "VAE"]
    titles += [f"β-VAE, β = {beta}" for beta in ("0.5", "4", "8")]
    assert [row["title"] for row in shown["rows"]] == [*titles, "PCA", "GAN"]
    assert len(shown["t"]) == 24
    assert shown["preferred"] == "digits-vae-16"
    for row in shown["rows"][1:]:
        assert [way["name"] for way in row["ways"]] == ["linear", "spherical"]
        for way in row["ways"]:
            assert way["sprite"].startswith("data:image/png;base64,")
            assert len(way["norm"]) == len(way["density"]) == 24
            assert (way["distance"] is None) == (row["key"] == "digits-gan-32")
    gan = shown["rows"][-1]
    assert gan["note"].startswith("A GAN has no encoder: these ends are two draws")
    assert gan["detail"] == "32 dimensions"


def test_the_curves_are_the_codes_own():
    here = scene_of(HERE)
    shown = opening()
    made = interpolate(here.models, here.start, here.end()[0])
    for row, model in zip(made.rows, here.models, strict=True):
        told = next(one for one in shown["rows"] if one["key"] == model.name)
        for way, sent in zip((row.linear, row.spherical), told["ways"], strict=True):
            np.testing.assert_allclose(sent["norm"], np.linalg.norm(way.codes, axis=1), rtol=1e-4)
            nearest = np.linalg.norm(way.codes[:, None] - model.codes.mu, axis=2).min(1)
            np.testing.assert_allclose(sent["distance"], nearest, rtol=1e-4)
            np.testing.assert_allclose(sent["density"], way.log_density, rtol=1e-4)
        assert told["densityTitle"] == row.density_title


def test_the_ends_are_means_and_stand_still():
    here = scene_of(HERE)
    assert view_of(HERE) == opening()
    made = interpolate(here.models, here.start, here.end()[0])
    for row in made.rows:
        np.testing.assert_allclose(row.linear.codes[0], here.code(row.model), atol=1e-6)
        mean = encode(row.model, here.end()[0].image[None]).mean[0]
        np.testing.assert_allclose(row.spherical.codes[-1], mean, atol=1e-6)
        np.testing.assert_allclose(row.linear.codes[[0, -1]], row.spherical.codes[[0, -1]])


def test_where_the_arc_has_no_reason_the_row_says_so():
    notes = {row["key"]: row["note"] for row in opening()["rows"]}
    assert notes["digits-ae-16"] == SLERP_NOTES["ae"]
    assert notes["digits-pca-16"] == SLERP_NOTES["pca"]
    assert "keeps |z| only where both are equal" in notes["digits-vae-16"]
    plane = view_of(replace(HERE, latent_dim=2))
    assert {row["note"] for row in plane["rows"] if row["key"].endswith("-2")} == {PLANE_NOTE}


def test_what_the_curves_are_held_against_is_the_priors_or_the_codes_own():
    found = interpolate_view.usual(SHELF.of("digits-vae-16"))
    assert found["norm"]["value"] == pytest.approx(latent.prior_norm(16), rel=1e-4)
    codes = SHELF.of("digits-vae-16").codes
    assert found["distance"]["value"] == pytest.approx(np.median(codes.spacing), rel=1e-4)
    assert list(interpolate_view.usual(SHELF.of("digits-ae-16"))) == ["distance"]
    assert list(interpolate_view.usual(SHELF.of("digits-gan-32"))) == ["norm", "density"]


def test_a_data_set_without_a_gan_has_a_row_less_and_no_button_for_draws():
    faces = setting.with_data("faces", HERE)
    view, button, *_ = interpolate_section.shown(scene_of(faces))
    assert [row["title"] for row in view["rows"]][-1] == "PCA"
    assert button["visible"] is False if isinstance(button, dict) else button.visible is False


def test_swapping_twice_is_where_one_began():
    once = interpolate_section.swapped("Swap A and B", HERE)
    assert (once.source, once.other) == (HERE.other, HERE.source)
    assert interpolate_section.swapped(None, once) == HERE
    first, last = opening()["rows"][2], view_of(once)["rows"][2]
    np.testing.assert_allclose(first["ways"][0]["norm"], last["ways"][0]["norm"][::-1], rtol=1e-3)


def test_ends_may_be_of_any_kind():
    mixed = replace(HERE, source={"code": 3}, other={"example": "cat"})
    here = scene_of(mixed)
    row = interpolate(here.models, here.start, here.end()[0]).rows[1]
    np.testing.assert_allclose(row.linear.codes[0], SHELF.of("digits-vae-16").codes.mu[3])
    assert view_of(mixed)["rows"][0]["title"] == "Pixel cross-fade"


def test_other_draws_are_another_seed_and_never_an_illegal_one():
    assert interpolate_section.drawn_again(None, HERE).seed == 1
    assert interpolate_section.drawn_again(None, replace(HERE, seed=LARGEST_SEED)).seed == 0
    before, after = (interpolate_section.draws_of(replace(HERE, seed=n)) for n in (0, 1))
    assert not np.allclose(before.linear.codes, after.linear.codes)


@pytest.mark.parametrize("way", ["linear", "both", None, 7, {"a": 1}, "<script>"])
def test_any_payload_for_the_way_gives_a_file(way):
    saved, notice = interpolate_section.on_file("csv", HERE, way)
    assert saved["name"] == "digits-interpolation.csv"
    assert "error" not in notice


def test_what_cant_be_made_into_a_file_is_said():
    saved, notice = interpolate_section.on_file("exe", HERE, "both")
    assert not (isinstance(saved, dict) and "content" in saved)
    assert "is not offered; choose from gif" in notice


def test_the_script_says_text_only_as_text():
    assert "innerHTML" not in script(*interpolate_view.SCRIPTS)
