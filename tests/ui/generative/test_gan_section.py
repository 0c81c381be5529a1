"""The GAN beside the VAE: rows, search, curves, and the formulas in the text."""

import math
import re

import numpy as np
import pytest
import torch

from segdemo.generation import inversion
from segdemo.generation.coding import decode, encode
from segdemo.generation.interpolate import End, draws_row
from segdemo.generation.shelf import ENCODING
from segdemo.models.gan import discriminator_loss, generator_loss
from segdemo.ui.generative import gan_inversion, gan_section, gan_view
from segdemo.ui.generative import scene as scenes
from segdemo.ui.generative.gan_section import CURVES_TEXT, on_search, shown
from segdemo.ui.generative.scene import Scene
from segdemo.ui.generative.setting import Setting
from tests.generation.small import small_shelf

SHELF = small_shelf()
GAN, VAE = SHELF.of("digits-gan-32"), SHELF.of("digits-vae-16")
IMAGE = np.random.default_rng(0).random((28, 28)).astype(np.float32)
SKIPPED = {"__type__": "update"}


@pytest.fixture(autouse=True)
def small(monkeypatch):
    monkeypatch.setattr(gan_section, "SHELF", SHELF)
    monkeypatch.setattr(scenes, "SHELF", SHELF)


def scene(**changes) -> Scene:
    setting = Setting(section="gan", **changes)
    models = SHELF.choose(setting.data, setting.latent_dim, ENCODING)
    return Scene(setting, models, End(IMAGE), ())


def test_gan_and_vae_go_between_draws_of_one_seed_in_step():
    ways, missing, _, seed, *_ = shown(scene(seed=3))
    assert (missing, seed) == ("", 3)
    assert [row["title"] for row in ways["rows"]] == [
        "GAN, 32 latent numbers", "VAE, 16 latent numbers",
    ]  # fmt: skip
    for row, model in zip(ways["rows"], (GAN, VAE), strict=True):
        expected = draws_row(model, 3, gan_view.FRAMES)
        for name, way in (("linear", expected.linear), ("spherical", expected.spherical)):
            np.testing.assert_allclose(row["ways"][name]["norm"], way.norm, atol=0.006)
        draws = np.random.default_rng(0).standard_normal((50_000, model.latent_dim))
        usual = np.linalg.norm(draws, axis=1).mean()
        assert row["usual"] == pytest.approx(usual, abs=0.02)


def test_an_arc_in_two_dimensions_has_no_reason_and_says_so():
    rows = gan_view.ways_value([SHELF.of("digits-vae-2")], 0)["rows"]
    assert "nothing justifies the arc" in rows[0]["note"]


def test_a_data_set_without_a_gan_says_where_there_is_one():
    ways, missing, body, *_ = shown(scene(data="faces", latent_dim=32))
    assert ways is None
    assert missing == (
        "No GAN is shipped for faces, so there is nothing to compare; choose digits or fashion."
    )
    assert body.visible is False


def test_before_the_search_the_encoding_stands_with_its_error():
    panel = shown(scene())[4]
    made = decode(VAE, encode(VAE, IMAGE[None]).mean)[0]
    assert panel["cards"][1]["title"] == "VAE: encoded"
    assert panel["cards"][1]["error"] == f"squared error a pixel {np.mean((made - IMAGE) ** 2):.4f}"
    assert panel["cards"][2]["uri"] is None


def test_the_search_reports_image_error_and_time_until_done():
    reports = list(on_search(Setting(), 40, 3))
    assert [report[1] for report in reports] == ["Step 10 of 40", "Step 20 of 40", "Step 30 of 40",
                                                 "Done."]  # fmt: skip
    panel, _, notice = reports[-1]
    assert notice == ""
    assert panel["cards"][2]["uri"].startswith("data:image/png")
    assert re.fullmatch(r"step 40 of 40, \d+\.\d s", panel["cards"][2]["note"])
    assert "The 3 starts stand between" in panel["words"]
    scene_seen = scenes.scene_of(Setting())
    expected = list(inversion.invert(GAN, scene_seen.start.image, seed=0, steps=40, restarts=3))
    assert panel["cards"][2]["error"] == f"squared error a pixel {expected[-1].mse:.4f}"
    curve = panel["curve"]
    assert (curve["steps"], curve["until"]) == ([10, 20, 30, 40], 40)
    np.testing.assert_allclose(curve["best"], [report.mse for report in expected], atol=1e-5)
    starts = np.stack([report.errors for report in expected], 1)
    np.testing.assert_allclose(curve["starts"], starts, atol=1e-5)
    assert curve["level_name"] == "VAE, encoded"
    encoded = panel["cards"][1]["error"].removeprefix("squared error a pixel ")
    assert f"error {expected[-1].mse:.4f} against {encoded};" in panel["words"]
    assert curve["level"] == pytest.approx(float(encoded), abs=6e-5)


@pytest.mark.parametrize(
    ("line", "said"),
    [("Step 30 of 200", "Stopped; the best so far stays."), ("Done.", "Done."), ("", ""),
     ("<b>x</b>", ""), (None, ""), ({}, "")],
)  # fmt: skip
def test_once_a_search_has_ended_its_line_says_whether_it_was_stopped(line, said):
    assert gan_section.ended(line) == said


def test_only_the_searchs_own_time_counts(monkeypatch):
    clock = iter(range(100))
    monkeypatch.setattr(gan_inversion, "perf_counter", lambda: float(next(clock)))
    reports = inversion.invert(GAN, IMAGE, steps=30, restarts=1)
    assert [search.seconds for search in gan_inversion.followed(reports)] == [1, 2, 3]


@pytest.mark.parametrize(
    ("steps", "restarts", "words"),
    [(501, 4, "from 1 to 500"), (40, 9, "and 8"), ("x", 4, "whole number"), (None, 1, "whole"),
     (40, True, "whole"), (float("nan"), 1, "whole"), (float("inf"), 1, "whole")],
)  # fmt: skip
def test_a_search_out_of_bounds_is_refused_in_a_sentence(steps, restarts, words):
    ((panel, line, notice),) = on_search(Setting(), steps, restarts)
    assert (panel, line) == (SKIPPED, "")
    assert words in notice
    ((*_, notice),) = on_search(Setting(data="faces", latent_dim=32, source={"code": 0}), 40, 1)
    assert "No GAN is shipped for faces" in notice


def test_the_formula_of_the_search_is_its_objective():
    text = " ".join(gan_section.INVERSION_TEXT.split())
    assert r"\frac{\lVert G(z) - x \rVert^2}{2 \cdot 0.1^2} + \frac{\lVert z \rVert^2}{2}" in text
    assert inversion.NOISE == 0.1
    z, x = torch.randn(1, 32, generator=torch.Generator().manual_seed(0)), torch.from_numpy(IMAGE)
    made = GAN.network(z)[0, 0]
    expected = ((made - x) ** 2).sum() / (2 * 0.1**2) + (z**2).sum() / 2
    found = inversion.map_objective(GAN, z, x[None, None])[0]
    torch.testing.assert_close(found, expected)


def test_the_losses_formulas_and_their_equilibrium_are_the_text_s():
    text = " ".join(CURVES_TEXT.split())
    assert r"$$L_D = -\log D(x) - \log\!\big(1 - D(G(z))\big)$$" in text
    assert r"$$L_G = -\log D(G(z))$$" in text
    real, fake = np.random.default_rng(0).standard_normal((2, 50))
    d_real, d_fake = (1 / (1 + np.exp(-logits)) for logits in (real, fake))
    d_loss = discriminator_loss(torch.from_numpy(real), torch.from_numpy(fake)).item()
    assert d_loss == pytest.approx(-np.log(d_real).mean() - np.log(1 - d_fake).mean())
    g_loss = generator_loss(torch.from_numpy(fake)).item()
    assert g_loss == pytest.approx(-np.log(d_fake).mean())
    half = torch.zeros(3)  # a logit of 0 is D = 1/2
    assert r"L_D = 2 \ln 2 = \ln 4 \approx 1.386$ and $L_G = \ln 2 \approx 0.693" in text
    assert discriminator_loss(half, half).item() == pytest.approx(math.log(4), abs=1e-6)
    assert generator_loss(half).item() == pytest.approx(math.log(2), abs=1e-6)
    assert f"{math.log(4):.3f} {math.log(2):.3f}" == "1.386 0.693"


def test_the_loss_that_does_not_saturate_has_a_gradient_where_d_is_sure():
    assert "non-saturating" in CURVES_TEXT
    logit = torch.tensor([-12.0], dtype=torch.float64, requires_grad=True)
    (used,) = torch.autograd.grad(generator_loss(logit), logit)
    (other,) = torch.autograd.grad(torch.log1p(-torch.sigmoid(logit)).mean(), logit)
    assert abs(used.item()) > 0.99
    assert abs(other.item()) < 1e-4


def test_recorded_curves_stand_with_their_equilibrium():
    losses, outputs = gan_view.losses_plot(GAN), gan_view.outputs_plot(GAN)
    by_name = {trace["name"]: trace["y"] for trace in losses["data"] + outputs["data"]}
    assert by_name["D's loss"] == [1.2] * 3
    assert by_name["its equilibrium, ln 4 = 1.386"] == [pytest.approx(math.log(4), abs=1e-4)] * 3
    assert by_name["its equilibrium, ln 2 = 0.693"] == [pytest.approx(math.log(2), abs=1e-4)] * 3
    assert by_name["on generated images"] == [0.4] * 3
    assert by_name["equilibrium, 0.5"] == [0.5] * 3
    assert losses["data"][0]["x"] == [1, 2, 3]
    assert "loss" in losses["layout"]["yaxis"]["title"]["text"]
    words = gan_view.curve_words(GAN)
    assert "After 3 epochs D's loss is 1.20, below ln 4 = 1.39" in words
    assert gan_view.losses_plot(VAE) is None
    assert "records no training curves" in gan_view.curve_words(VAE)
