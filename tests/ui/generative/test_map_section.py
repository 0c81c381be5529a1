"""The map of a latent plane: its values, its handlers, and the formulas in its text."""

import base64
import math
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from torch.distributions import Independent, Normal

from segdemo import latent
from segdemo.generation import plane
from segdemo.generation.coding import decode, encode, pixels
from segdemo.generation.interpolate import End
from segdemo.generation.shelf import ENCODING
from segdemo.ui.generative import map_section, map_view
from segdemo.ui.generative.map_section import checked_point, on_point, plane_of, shown, with_code
from segdemo.ui.generative.pictures import picture_uri
from segdemo.ui.generative.scene import Scene
from segdemo.ui.generative.setting import Setting
from tests.generation.small import small_shelf

SHELF = small_shelf()
IMAGE = np.random.default_rng(0).random((28, 28)).astype(np.float32)


@pytest.fixture(autouse=True)
def small(monkeypatch):
    monkeypatch.setattr(map_section, "SHELF", SHELF)


def scene(**changes) -> Scene:
    setting = replace(Setting(section="map"), **changes)
    models = SHELF.choose(setting.data, None, ENCODING)
    side = models[0].image_size
    return Scene(setting, models, End(np.resize(IMAGE, (side, side))), ())


def numbers(layer: dict) -> np.ndarray:
    levels = np.frombuffer(base64.b64decode(layer["levels"]), np.uint8)
    return (layer["low"] + levels / 255 * (layer["high"] - layer["low"])).reshape(
        layer["cells"], layer["cells"]
    )


@pytest.mark.parametrize("name", ["digits-vae-2", "digits-ae-2", "fashion-pca-2"])
def test_the_map_holds_the_models_codes_and_opens_at_image_a(name):
    data = name.split("-")[0]
    view, choice, spot = shown(scene(data=data, plane=name))
    model = SHELF.of(name)
    assert choice.value == name
    assert [one for _, one in choice.choices] == [f"{data}-{k}-2" for k in ("ae", "vae", "pca")]
    np.testing.assert_allclose(view["points"]["x"], model.codes.mu[:, 0], atol=1e-3)
    np.testing.assert_allclose(view["points"]["y"], model.codes.mu[:, 1], atol=1e-3)
    assert view["points"]["label"] == model.codes.labels.tolist()
    code = encode(model, IMAGE[None]).mean[0]
    np.testing.assert_allclose(view["start"]["z"], code, atol=1e-3)
    np.testing.assert_allclose(spot["z"], code, atol=1e-3)
    assert view["grid"]["side"] ** 2 == len(view["grid"]["codes"])
    assert (view["ellipses"] is None) == ("vae" not in name)
    assert ("prior" in view["layers"]) == ("vae" in name)


def test_axes_hold_all_codes_with_equal_spans():
    model = SHELF.of("digits-vae-2")
    (left, right), (bottom, top) = map_view.linear_axes(model, [50.0, 0.0])
    assert right - left == pytest.approx(top - bottom, abs=2e-3)
    assert right >= 50
    assert left <= model.codes.mu[:, 0].min()


def test_equal_lengths_of_an_axis_in_quantiles_hold_equal_mass():
    axes = map_view.quantile_axes(SHELF.of("digits-vae-2"))
    inner = np.array(axes["shares"][1:-1])
    expected = Normal(0.0, 1.0).icdf(torch.from_numpy(inner)).numpy()
    for knots in axes["knots"]:
        np.testing.assert_allclose(knots[1:-1], expected, atol=1e-6)
        assert (np.diff(knots) > 0).all()
    assert (np.diff(axes["shares"]) > 0).all()
    model = SHELF.of("digits-ae-2")
    knots = np.array(map_view.quantile_axes(model)["knots"][0][1:-1])
    below = np.mean(model.codes.mu[:, 0] <= knots[80])
    assert below == pytest.approx(inner[80], abs=0.01)


def test_codes_that_coincide_still_give_an_ascending_axis():
    knots = map_view.quantile_axes(SHELF.of("digits-vae-2"))["knots"]
    assert SHELF.of("digits-vae-2").codes.mu[:, 1].std() == 0
    assert (np.diff(knots[1]) > 0).all()


def test_layers_are_the_densities_and_the_distance_cut_where_they_say():
    model = SHELF.of("digits-vae-2")
    field, layers = plane.field(model), map_view.layers(model)
    for name, expected in (("density", field.log_density), ("distance", field.distance)):
        layer = layers[name]
        step = (layer["high"] - layer["low"]) / 255
        clipped = np.maximum(expected, layer["low"])
        np.testing.assert_allclose(numbers(layer), clipped, atol=step)
        assert layer["cut"] == bool((expected < layer["low"] - 1e-3).any())
    assert not layers["distance"]["cut"]
    points = torch.from_numpy(np.stack(np.meshgrid(field.x, field.y), -1))
    prior = Independent(Normal(torch.zeros(2), torch.ones(2)), 1).log_prob(points).numpy()
    clipped = np.maximum(prior, layers["prior"]["low"])
    np.testing.assert_allclose(numbers(layers["prior"]), clipped, atol=0.05)
    assert "prior" in layers["prior"]["title"]
    assert "mixture" in map_view.layers(SHELF.of("digits-pca-2"))["density"]["title"]


def test_ellipses_are_the_posteriors_of_two_images_of_each_class():
    model = SHELF.of("digits-vae-2")
    drawn = map_view.ellipses(model)
    assert [row[4] for row in drawn] == [label for label in range(10) for _ in range(2)]
    codes = model.codes
    first = np.flatnonzero(codes.labels == 3)[0]
    expected = [*codes.mu[first], *np.exp(codes.log_var[first] / 2), 3]
    np.testing.assert_allclose(drawn[6], expected, atol=1e-3)


def test_what_the_ellipses_hold_is_what_the_text_says():
    assert r"$k = 1$, holds $1 - e^{-1/2} = 39\,\%$" in " ".join(map_section.MORE.split())
    assert r"$k = 2$, $1 - e^{-2} = 86\,\%$" in " ".join(map_section.MORE.split())
    assert f"{1 - math.exp(-1 / 2):.0%} {1 - math.exp(-2):.0%}" == "39% 86%"
    mu, log_var = np.array([0.5, -1.0]), np.array([0.3, -2.0])
    for k in (1, 2):
        outline = latent.posterior_ellipse(mu, log_var, 1 - math.exp(-(k**2) / 2))
        reach = ((outline - mu) ** 2 / np.exp(log_var)).sum(1)
        np.testing.assert_allclose(reach, k**2)


def test_the_share_of_the_prior_that_lies_farther_is_chi_squareds():
    drawn = np.random.default_rng(0).standard_normal((200_000, 2))
    for norm in (0.5, 1.5, 3.0):
        expected = (np.linalg.norm(drawn, axis=1) > norm).mean()
        assert map_view.tail_share(norm) == pytest.approx(expected, abs=0.003)
    words = [map_view.share_words(share) for share in (0.88, 0.0432, 1e-5)]
    assert words == ["88 %", "4.3 %", "Under 0.1 %"]


def test_the_grids_formula_is_the_grids():
    assert r"\Phi^{-1}\!\big(\tfrac{j + 1/2}{n}\big)" in map_section.MORE
    made = plane.manifold(SHELF.of("digits-vae-2"))
    n = len(made.codes)
    expected = Normal(0.0, 1.0).icdf((torch.arange(n, dtype=torch.float64) + 0.5) / n)
    np.testing.assert_allclose(made.codes[3, :, 0], expected)


def test_the_aggregate_posteriors_formula_is_the_densitys():
    assert r"q(z) = \tfrac{1}{N} \sum_i \mathcal{N}" in map_section.MORE
    codes = SHELF.of("digits-vae-2").codes
    point = torch.tensor([0.2, -0.1], dtype=torch.float64)
    mu, sigma = torch.from_numpy(codes.mu), torch.from_numpy(np.exp(codes.log_var / 2))
    each = Independent(Normal(mu, sigma), 1).log_prob(point).exp()
    found = latent.aggregate_log_density(point[None].numpy(), codes.mu, codes.log_var)
    assert found[0] == pytest.approx(each.mean().log().item())


def test_a_training_image_as_a_is_marked_with_its_own_posterior():
    setting = Setting(source={"code": 5})
    model = SHELF.of("digits-vae-2")
    codes = model.codes
    made = Scene(setting, [model], End(IMAGE, {model.name: codes.mu[5]}), ())
    start = map_view.start_of(made, model)
    np.testing.assert_allclose(start["z"], codes.mu[5], atol=1e-3)
    np.testing.assert_allclose(start["sigma"], np.exp(codes.log_var[5] / 2), atol=1e-3)
    drawn = map_view.start_of(scene(), model)
    expected = np.exp(encode(model, IMAGE[None]).log_var[0] / 2)
    np.testing.assert_allclose(drawn["sigma"], expected, atol=1e-3)
    assert map_view.start_of(scene(), SHELF.of("digits-ae-2"))["sigma"] is None


def test_a_pressed_point_is_decoded_with_its_nearest_code():
    model = SHELF.of("digits-vae-2")
    point = [float(n) for n in model.codes.mu[7] + [0.001, 0]]
    spot, _ = on_point(Setting(), SimpleNamespace(_data={"z": point}))
    assert spot["index"] == latent.nearest_code(np.array([point]), model.codes.mu)[1][0]
    assert spot["distance"] == pytest.approx(0.001, abs=1e-3)
    image = pixels(decode(model, np.array([point])))[0]
    assert spot["image"] == picture_uri(image)
    assert spot["name"] == str(model.codes.labels[spot["index"]])


@pytest.mark.parametrize(
    "wrong", [None, {}, {"z": [1]}, {"z": [math.nan, 0]}, {"z": [math.inf, 0]}, {"z": ["1", True]},
              {"z": [1e9, 0]}, "z"]
)  # fmt: skip
def test_a_point_that_is_none_is_refused_in_a_sentence(wrong):
    spot, notice = on_point(Setting(), SimpleNamespace(_data=wrong))
    assert spot == {"__type__": "update"}
    assert "press inside the map" in notice


def test_a_point_is_two_finite_numbers_within_reach():
    np.testing.assert_array_equal(checked_point([1, -2.5]), [1, -2.5])
    with pytest.raises(ValueError, match="from -1000 to 1000"):
        checked_point([1001, 0])


def test_the_nearest_code_becomes_image_a():
    changed = with_code({"index": 7}, Setting())
    assert changed.source == {"code": 7}
    for wrong in (None, {}, {"index": -1}, {"index": 120}, {"index": True}, {"index": "7"}, 3):
        with pytest.raises(ValueError, match="is not among the 120 whose codes are stored"):
            with_code(wrong, Setting())


def test_a_data_set_without_a_plane_says_what_to_choose():
    view, choice, _ = shown(scene(data="faces", latent_dim=32))
    assert choice.choices == []
    assert choice.visible is False
    assert "no plane to draw; choose digits or fashion" in view["empty"]
    _, notice = on_point(Setting(data="faces", latent_dim=32), SimpleNamespace(_data={"z": [0, 0]}))
    assert "choose digits or fashion" in notice


def test_the_vae_is_shown_unless_another_is_chosen():
    assert plane_of(Setting()).name == "digits-vae-2"
    assert plane_of(Setting(plane="digits-pca-2")).name == "digits-pca-2"
    assert plane_of(Setting(data="fashion", plane="digits-pca-2")).name == "fashion-vae-2"
