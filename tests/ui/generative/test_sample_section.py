"""The sources of samples side by side: values, files, and the formulas in the text."""

from io import BytesIO

import numpy as np
import pytest
import torch
from PIL import Image

from segdemo import latent, metrics
from segdemo.generation.interpolate import End
from segdemo.generation.sample import SOURCES, sample
from segdemo.generation.shelf import ENCODING, Shelf, Source
from segdemo.ui.generative import sample_section, sample_view
from segdemo.ui.generative.sample_section import on_file, shown
from segdemo.ui.generative.sample_seed import next_seed
from segdemo.ui.generative.scene import Scene
from segdemo.ui.generative.setting import LARGEST_SEED, Setting
from tests.generation.small import entries, opened, small_shelf

SHELF = small_shelf()
MEASURES = {
    "frechet_classifier_distance": 99.17, "frechet_real_floor": 1.2, "precision": 0.6074,
    "recall": 0.8022, "split": "digits val, 10000 images", "compared_images": 5000,
    "class_histogram": [0.1] * 10, "histogram_samples": 10_000,
}  # fmt: skip


@pytest.fixture(autouse=True)
def small(monkeypatch):
    monkeypatch.setattr(sample_section, "SHELF", SHELF)
    monkeypatch.setattr(sample_view, "DRAWN", 12)
    monkeypatch.setattr(sample_view, "COUNTED", 20)


def measured_shelf() -> Shelf:
    """The small shelf, its digits' GAN and VAE measured."""
    found = entries()
    for name in ("digits-gan-32", "digits-vae-16"):
        found[name]["metrics"] = MEASURES
    return Shelf(Source(lambda: found, opened))


def scene(**changes) -> Scene:
    setting = Setting(section="sample", **changes)
    models = SHELF.choose(setting.data, setting.latent_dim, ENCODING)
    return Scene(setting, models, End(np.zeros((28, 28), np.float32)), ())


def test_every_source_shows_its_samples_classes_and_nearest_codes():
    view, seed, _ = shown(scene(seed=3))
    assert seed == 3
    assert view["missing"] == ""
    expected = sample(SHELF, "digits", 16, count=12, counted=20, seed=3)
    assert [one["title"] for one in view["sources"]] == [one.title for one in expected]
    for column, one in zip(view["sources"], expected, strict=True):
        assert column["nearest"] == one.nearest.tolist()
        np.testing.assert_allclose(column["distance"], one.distance, atol=0.006)
        np.testing.assert_allclose(column["shares"], one.histogram, atol=1e-4)
        assert column["told"] is None
    assert "digits-ae-16" in view["sources"][-1]["compared"]


def test_the_classes_counted_say_by_whom_and_how_far_chance_moves_them():
    view = sample_view.value(measured_shelf(), "digits", 16, 0)
    told = {one["name"]: one["told"] for one in view["sources"]}
    assert told["digits-gan-32"] == [0.1] * 10
    assert "Classes of 20 samples" in view["bars"]
    assert "10\u202f000 samples" in view["bars"]
    error = 100 * sample_view.standard_error(0.1, 20)
    assert f"moves by {error:.1f} points" in view["bars"]
    draws = np.random.default_rng(0).binomial(20, 0.1, 100_000) / 20
    assert error / 100 == pytest.approx(draws.std(), rel=0.02)
    by_source = [one["told"] for one in view["sources"]]
    assert by_source[1] is by_source[2] is None  # nobody measured these


def test_the_manifests_measures_stand_with_their_split_and_floor():
    table = sample_view.measured_table(measured_shelf(), "digits", 16)
    assert "digits val, 10000 images" in table
    assert "5\u202f000 samples against 5\u202f000 images" in table
    for text in ("99.2", "1.2", "0.607", "0.802", "GAN, 32", "Real against real"):
        assert f">{text}<" in table
    assert "FID" not in table + sample_section.MORE + sample_section.TEXT
    nothing = sample_view.measured_table(SHELF, "faces", 32)
    assert "None of the models" in nothing


def test_what_is_not_shipped_is_said():
    view, _, _ = shown(scene(data="faces", latent_dim=32))
    assert view["missing"] == f"Not shipped for faces: {SOURCES['gan'][1]}."
    assert "no classes are counted" in view["bars"]
    assert all(one["shares"] is None for one in view["sources"])
    partial = {name: one for name, one in entries().items() if "-ae-" not in name}
    few = Shelf(Source(lambda: partial, opened))
    view = sample_view.value(few, "digits", 16, 0)
    assert SOURCES["mixture"][1] in view["missing"]
    assert view["sources"][-1]["nearest"] is None  # without an autoencoder the GAN has no judge


def test_a_shelf_without_anything_that_samples_says_so():
    only = {name: one for name, one in entries().items() if "pca" in name}
    bare = Shelf(Source(lambda: only, opened))
    view = sample_view.value(bare, "digits", 16, 0)
    assert view["sources"] == []
    assert all(title in view["missing"] for _, title in SOURCES.values())
    assert "None of the models" in sample_view.measured_table(bare, "digits", 16)


def test_the_frechet_formula_is_the_metrics():
    text = " ".join(sample_section.MORE.split())
    assert r"\lVert m_r - m_s \rVert^2 + \operatorname{tr}\!\big(C_r + C_s - 2\,(C_r C_s)" in text
    rng = np.random.default_rng(0)
    real, drawn = rng.standard_normal((60, 4)), rng.standard_normal((50, 4)) * 1.5 + 0.3
    c_r, c_s = (np.cov(rows, rowvar=False) for rows in (real, drawn))
    values = np.linalg.eigvals(c_r @ c_s).real
    expected = ((real.mean(0) - drawn.mean(0)) ** 2).sum() + np.trace(c_r + c_s)
    expected -= 2 * np.sqrt(values).sum()
    assert metrics.frechet_distance(real, drawn) == pytest.approx(expected)


def test_the_sources_formulas_are_what_is_drawn_from():
    text = " ".join(sample_section.MORE.split())
    assert r"q(z) = \tfrac{1}{N} \sum_i q(z \mid x_i)" in text
    assert r"\sum_k \pi_k\, \mathcal{N}(m_k, \Sigma_k)" in text
    mu, log_var = np.array([[-2.0, 0.0], [2.0, 0.0]]), np.log(np.array([[0.1, 1.0], [0.1, 1.0]]))
    drawn = latent.aggregate_sample(mu, log_var, 50_000, np.random.default_rng(0))
    np.testing.assert_allclose(drawn.mean(0), [0, 0], atol=0.03)
    np.testing.assert_allclose(drawn.var(0), [4.1, 1.0], atol=0.05)
    mixture = SHELF.of("digits-ae-2").codes.mixture
    point = torch.tensor([[0.3, 0.1]], dtype=torch.float64)
    parts = torch.distributions.MultivariateNormal(
        torch.from_numpy(mixture.means), torch.from_numpy(mixture.covariances)
    )
    weighed = torch.from_numpy(mixture.weights) * parts.log_prob(point).exp()
    assert mixture.log_density(point)[0] == pytest.approx(weighed.sum().log().item())


def test_samples_can_be_taken_away():
    setting = Setting(seed=2)
    saved, notice = on_file("png", setting)
    assert saved["name"] == "samples-digits-16-seed2.png"
    assert notice == "<p></p>"
    png = Image.open(BytesIO(sample_section.file("png", setting)))
    assert png.size == (12 * 28 * 2, 4 * 28 * 2)
    assert sample_section.file("pdf", setting).startswith(b"%PDF")
    strip = sample_section.file("svg", setting).decode()
    assert SOURCES["mixture"][1] in strip
    _, notice = on_file("exe", setting)
    assert "not known" in notice


def test_the_next_seed_follows_and_starts_again():
    assert next_seed(None, Setting(seed=4)).seed == 5
    assert next_seed(None, Setting(seed=LARGEST_SEED)).seed == 0
