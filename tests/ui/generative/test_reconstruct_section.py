"""Reconstruct: pictures on one scale, a ledger that adds up as printed, how unusual an image is."""

import base64
import re
from dataclasses import replace
from io import BytesIO

import numpy as np
import pytest
from PIL import Image

from segdemo.generation.reconstruct import reconstruct, side_by_side, unusualness
from segdemo.ui.generative import (
    picture_input,
    reconstruct_ledger,
    reconstruct_section,
    reconstruct_unusual,
    scene,
    setting,
)
from segdemo.ui.generative.pictures import signed_uri
from segdemo.ui.generative.setting import Setting
from tests.generation.small import small_shelf


@pytest.fixture(scope="module")
def shelf():
    return small_shelf()


@pytest.fixture(autouse=True)
def _small(monkeypatch, shelf):
    for module in (picture_input, scene, setting):
        monkeypatch.setattr(module, "SHELF", shelf)


@pytest.fixture
def shoe(shelf):
    return scene.scene_of(Setting(source={"example": "ankle-boot"}))


def picture(uri: str) -> np.ndarray:
    """The pixels of a PNG data URI."""
    content = base64.b64decode(uri.removeprefix("data:image/png;base64,"))
    return np.array(Image.open(BytesIO(content)))


def printed(text: str) -> float:
    return float(text.replace("−", "-"))


def test_every_model_of_the_size_has_a_card_and_vaes_a_second_frame(shoe):
    value = reconstruct_section.shown(shoe)[0]
    assert [card["title"] for card in value["cards"]] == [
        "Autoencoder", "VAE", "β-VAE, β = 0.5", "β-VAE, β = 4", "β-VAE, β = 8", "PCA",
    ]  # fmt: skip
    for card in value["cards"]:
        frames = 2 if "VAE" in card["title"] else 1
        assert len(card["mse"]) == frames
        assert picture(card["images"]).shape == (28, 28 * frames)
        assert picture(card["errors"]).shape == (28, 28 * frames, 3)


def test_the_numbers_under_a_card_are_the_squared_errors_a_pixel(shoe):
    made = side_by_side(shoe.models, shoe.start.image)
    value = reconstruct_section.value(shoe.start.image, made)
    for one, card in zip(made, value["cards"], strict=True):
        assert float(card["mse"][0]) == pytest.approx(one.mse, abs=5.1e-5)
    vae = made[1]
    at_sample = float(np.square(vae.sample - shoe.start.image, dtype=np.float64).mean())
    assert float(value["cards"][1]["mse"][1]) == pytest.approx(at_sample, abs=5.1e-5)


def test_all_error_maps_share_a_scale_that_covers_means_and_samples(shoe):
    made = side_by_side(shoe.models, shoe.start.image)
    value = reconstruct_section.value(shoe.start.image, made)
    wrong = [reconstruct_section.errors(one, shoe.start.image) for one in made]
    largest = max(float(np.abs(each).max()) for each in wrong)
    assert float(value["scale"]) == pytest.approx(largest, abs=0.0051)
    for each, card in zip(wrong, value["cards"], strict=True):
        assert card["errors"] == signed_uri(np.concatenate(list(each), axis=1), largest)


def test_an_error_map_is_red_where_the_output_is_too_bright_and_blue_where_too_dark():
    row = picture(signed_uri(np.array([[-1.0, 0.0, 1.0]]), 1))[0].astype(int)
    assert row[0][2] > row[0][0] + 50
    assert min(row[1]) > 240
    assert row[2][0] > row[2][2] + 50


def test_the_ledger_adds_up_as_printed(shoe):
    value, _ = reconstruct_ledger.shown(side_by_side(shoe.models, shoe.start.image))
    assert len(value["ledgers"]) == 4
    for ledger in value["ledgers"]:
        nats = [printed(text) for _, text, _ in ledger["kl"]]
        assert nats == sorted(nats, reverse=True)
        assert {name for name, _, _ in ledger["kl"]} == {f"z{j}" for j in range(16)}
        total = printed(ledger["reconstruction"]) + sum(nats)
        assert printed(ledger["total"]) == pytest.approx(total, abs=1e-6)


def test_the_text_states_the_kl_that_the_ledger_prints(shoe):
    assert r"\tfrac12\left(\mu_j^2+\sigma_j^2-1-\log\sigma_j^2\right)" in reconstruct_ledger.TEXT
    made = reconstruct(shoe.models[1], shoe.start.image)
    kl = (made.code**2 + np.exp(made.log_var) - 1 - made.log_var) / 2
    value, _ = reconstruct_ledger.shown([made])
    for name, text, _ in value["ledgers"][0]["kl"]:
        assert printed(text) == pytest.approx(kl[int(name[1:])], abs=0.006)


def test_a_beta_vae_states_its_objective_apart_from_the_elbo(shoe):
    made = {one.model.name: one for one in side_by_side(shoe.models, shoe.start.image)}
    four, one = made["digits-betavae4-16"].account, made["digits-vae-16"].account
    terms = {term: value for term, value, _ in reconstruct_ledger.remarks(four)}
    expected = four.reconstruction + 4 * four.kl.sum()
    assert printed(terms["Reconstruction + 4 · KL"]) == pytest.approx(expected, abs=0.006)
    assert expected != pytest.approx(four.total, abs=0.01)
    assert not any(
        term.startswith("Reconstruction +") for term, _, _ in reconstruct_ledger.remarks(one)
    )


def test_a_term_without_a_floor_says_so(shelf):
    fashion = scene.scene_of(Setting(data="fashion", source={"example": "ankle-boot"}))
    account = next(
        one.account for one in side_by_side(fashion.models, fashion.start.image) if one.account
    )
    shown = {
        term: (value, why)
        for term, value, why in reconstruct_ledger.remarks(replace(account, floor=None))
    }
    assert shown["Floor of the term"] == ("–", account.floor_note)


def test_the_table_of_totals_agrees_with_the_ledgers(shoe):
    value, html = reconstruct_ledger.shown(side_by_side(shoe.models, shoe.start.image))
    rows = re.findall(r"<tr>(.*?)</tr>", html)[1:]
    for ledger, row in zip(value["ledgers"], rows, strict=True):
        title, first, kl, total, *_ = re.findall(r">([^<>]+)<", row)
        assert title == ledger["title"]
        assert (first, total) == (ledger["reconstruction"], ledger["total"])
        assert printed(first) + printed(kl) == pytest.approx(printed(total), abs=1e-6)


def test_without_a_vae_a_sentence_stands_for_the_ledger(shoe):
    only = [model for model in shoe.models if model.kind in ("ae", "pca")]
    outputs = reconstruct_section.shown(replace(shoe, models=only))
    assert outputs[2]["ledgers"] == []
    assert "Only a VAE has a ledger" in outputs[2]["empty"]
    assert outputs[3] == ""


def test_how_unusual_is_said_of_the_vae_and_tabled_of_all(shoe):
    made = side_by_side(shoe.models, shoe.start.image)
    html = reconstruct_unusual.html(made)
    unusual = unusualness(made[1])
    assert f"<p class='gen-verdict' aria-live='polite'>VAE: {unusual.sentence}" in html
    assert f"{unusual.error.percent:.1f} % of {unusual.error.count} held-out images" in html
    assert html.count("<tr>") == 1 + len(made)
    assert f"{unusual.error.value:.4f} ({unusual.error.percent:.1f} %)" in html


def test_a_number_without_a_reference_stands_alone(shoe):
    made = reconstruct(shoe.models[0], shoe.start.image)
    place = replace(unusualness(made).error, percent=None, count=0)
    assert reconstruct_unusual.placed(place, 4) == f"{made.mse:.4f}"
    assert reconstruct_unusual.placed(None, 1) == "–"


@pytest.mark.parametrize(("data", "size"), [("digits", 2), ("fashion", 16), ("faces", 32)])
def test_it_is_shown_for_every_data_set(data, size, shelf):
    found = scene.scene_of(Setting(data=data, latent_dim=size, source={"example": "cat"}))
    assert len(reconstruct_section.shown(found)) == 4
