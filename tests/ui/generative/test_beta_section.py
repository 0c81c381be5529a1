"""Beta: the formulas on the page, the manifest's numbers, image A by every beta, the calculator."""

from dataclasses import replace

import gradio as gr
import numpy as np
import pytest
import torch
from scipy.stats import norm

from segdemo.generation.reconstruct import reconstruct
from segdemo.generation.shelf import Shelf, Source
from segdemo.generation.tradeoff import loss_mistakes, rate_distortion
from segdemo.models.vae import effective_beta, kl_per_dimension
from segdemo.ui.generative import beta_calculator, beta_section, scene, setting
from segdemo.ui.generative.scene import scene_of
from segdemo.ui.generative.setting import Setting, with_data
from tests.generation.small import entries, opened, small_shelf

SHELF = small_shelf()
HERE = Setting(section="beta")


@pytest.fixture(autouse=True)
def shelf(monkeypatch):
    for module in (beta_section, scene, setting):
        monkeypatch.setattr(module, "SHELF", SHELF)


def test_what_training_minimises_is_the_elbo_only_at_beta_one():
    assert r"-\mathrm{ELBO} = D + R" in beta_section.TEXT
    image = np.random.default_rng(0).random((28, 28)).astype(np.float32)
    for name in ("digits-vae-16", "digits-betavae4-16"):
        account = reconstruct(SHELF.of(name), image).account
        rate = account.kl.sum()
        assert account.total == pytest.approx(account.reconstruction + rate)
        assert account.objective == pytest.approx(account.reconstruction + account.beta * rate)
        assert (account.objective == pytest.approx(account.total)) == (account.beta == 1)


def test_the_mean_rate_is_the_information_plus_the_divergence_from_the_prior():
    assert r"= I(x; z) + \mathrm{KL}(q(z)\,\|\,p(z))" in beta_section.TEXT
    mu, sigma = np.array([-1.0, 0.2, 2.0]), np.array([0.3, 0.5, 0.8])  # three images, q(z|x) each
    z = np.linspace(-12, 12, 200_001)
    step = z[1] - z[0]
    each = norm.pdf(z, mu[:, None], sigma[:, None])
    aggregate = each.mean(0)

    def divergence(p, q):
        kept = p > 1e-300
        return float((p[kept] * np.log(p[kept] / q[kept])).sum() * step)

    information = np.mean([divergence(one, aggregate) for one in each])
    pair = torch.from_numpy(mu), torch.from_numpy(2 * np.log(sigma))
    rate = float(kl_per_dimension(*pair).mean())
    assert rate == pytest.approx(information + divergence(aggregate, norm.pdf(z)), abs=1e-6)
    assert rate > information


def test_the_plot_and_the_table_are_the_manifests():
    sentence, drawn, images, table = beta_section.shown(scene_of(HERE))
    points = rate_distortion(SHELF, "digits", 16)
    line, trace = drawn["value"]["data"]
    assert trace["x"] == pytest.approx([point.rate for point in points], abs=0.01)
    assert trace["y"] == [point.distortion for point in points]
    totals = [row[0] for row in trace["customdata"]]
    assert totals == pytest.approx([-point.elbo for point in points], abs=0.01)
    assert trace["text"] == [f"β = {beta}" for beta in ("0.5", "1", "4", "8")]
    assert "β = 0.5, 12 active" in drawn["value"]["alt"]
    lowest = min(-point.elbo for point in points)
    assert [x + y for x, y in zip(line["x"], line["y"], strict=True)] == pytest.approx(
        [lowest] * 2, abs=0.01
    )
    for point in points:
        for number in (point.rate, point.distortion, -point.elbo):
            assert f">{number:.1f}<" in table
    assert "IW bound, K = 500" in table
    assert "12 of 16" in table
    assert "From β = 0.5 to β = 8" in sentence
    assert images.count("<img") == 5


def test_the_table_states_the_bounds_standard_error_and_images():
    point = rate_distortion(SHELF, "digits", 16)[0]
    book = entries()
    book[point.name]["metrics"] |= {"iw_standard_error": 0.73, "iw_images": 1000}
    html = beta_section.numbers([point], book)
    assert "90.0 ± 0.7" in html
    assert "K = 500, 1\u202f000 images" in html


def test_image_a_is_shown_by_every_beta_with_its_own_rate_and_distortion():
    here = scene_of(HERE)
    html = beta_section.shown(here)[2]
    for point in rate_distortion(SHELF, "digits", 16):
        made = reconstruct(SHELF.of(point.name), here.start.image)
        assert f"<strong>β = {point.beta:g}</strong>" in html
        assert f"rate {made.account.kl.sum():.1f}<" in html
        assert f"distortion {made.account.reconstruction:.1f} ± " in html
        assert f"squared error {made.mse:.4f} a pixel" in html
    positions = [html.index(f"β = {beta}<") for beta in ("0.5", "1", "4", "8")]
    assert positions == sorted(positions)


def test_another_latent_size_still_shows_the_trained_betas():
    sentence = beta_section.shown(scene_of(replace(HERE, latent_dim=2)))[0]
    assert "4 VAEs of latent size 16" in sentence


def test_one_beta_is_no_curve_and_a_sentence_says_so():
    faces = with_data("faces", HERE)
    sentence, drawn, images, table = beta_section.shown(scene_of(faces))
    assert "Only one VAE of this data set is shipped at latent size 32" in sentence
    assert drawn["visible"] is False
    assert images.count("<img") == 2
    assert "faces-vae-32" in table


def test_no_beta_at_all_is_said(monkeypatch):
    without = Shelf(Source(lambda: {k: v for k, v in entries().items() if "vae" not in k}, opened))
    for module in (beta_section, scene, setting):
        monkeypatch.setattr(module, "SHELF", without)
    sentence, drawn, images, table = beta_section.shown(scene_of(HERE))
    assert "No VAE of this data set is shipped" in sentence
    assert drawn["visible"] is False
    assert images == table == ""


def test_the_effective_beta_on_the_page_is_the_one_that_is_computed():
    assert r"{d \text{ if the KL is a mean, else } 1}" in beta_calculator.TEXT
    assert r"\frac{P \text{ if the reconstruction is a mean, else } 1}" in beta_calculator.TEXT
    for pixel_mean in (False, True):
        for latent_mean in (False, True):
            found = effective_beta(
                2.0, pixels=784, latent_dim=16, pixel_mean=pixel_mean, latent_mean=latent_mean
            )
            by_hand = 2.0 * (784 if pixel_mean else 1) / (16 if latent_mean else 1)
            assert found == pytest.approx(by_hand)


def test_the_torch_code_shown_is_the_objective_of_the_beta_shown():
    torch.manual_seed(0)
    bce, kl = torch.rand(3, 1, 7, 5), torch.rand(3, 4)
    for mistake in loss_mistakes(2.0, pixels=35, latent_dim=4):
        code = beta_calculator.code(mistake, 2.0)
        loss = eval(code, {"bce": bce, "kl": kl})
        objective = bce.sum((1, 2, 3)) + mistake.effective * kl.sum(1)
        scale = 35 if "mean((" in code else 1
        torch.testing.assert_close(loss * scale, objective)
        right = beta_calculator.row(mistake, 2.0)[-1]
        fixed = loss_mistakes(float(right), pixels=35, latent_dim=4)
        same = next(
            one
            for one in fixed
            if (one.reconstruction, one.kl) == (mistake.reconstruction, mistake.kl)
        )
        assert same.effective == pytest.approx(1, rel=1e-3)


def test_the_calculator_follows_what_is_typed():
    table, notice = beta_calculator.on_numbers(4, 4096, 32.0)
    for beta in ("4", "0.125", "1.638e+04", "512"):
        assert f">{beta}<" in table
    assert "yes, negated" not in table
    assert "error" not in notice
    assert beta_calculator.on_numbers(1, 784, 16)[0].count("yes, negated") == 1


@pytest.mark.parametrize(
    ("numbers", "words"),
    [
        ((0, 784, 16), "weight is 0, but must be above 0"),
        ((-1, 784, 16), "weight is -1"),
        ((None, 784, 16), "weight is nothing"),
        (("4", 784, 16), "weight is 4"),
        ((True, 784, 16), "weight is True"),
        ((float("nan"), 784, 16), "weight is nan"),
        ((1e300, 784, 16), "at most 10000000"),
        ((1, 784.5, 16), "number of pixels is 784.5, but must be whole; try 784"),
        ((1, 784, 0), "latent size is 0"),
        ((1, [784], "<b>"), "number of pixels is [784]"),
    ],
)
def test_numbers_that_cant_be_are_explained_and_the_table_stays(numbers, words):
    table, notice = beta_calculator.on_numbers(*numbers)
    assert table == gr.skip()
    assert words in notice
    assert "<b>" not in notice
