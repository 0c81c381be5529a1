"""Walk: what the sliders start from, what they ask for, and what strangers may ask."""

import base64
from io import BytesIO
from types import SimpleNamespace

import numpy as np
import pytest
from PIL import Image

from segdemo.generation.attributes import between_classes
from segdemo.generation.coding import decode, pixels
from segdemo.generation.walk import at_quantiles, dimensions, moved, traversal
from segdemo.models.vae import ACTIVE_VARIANCE
from segdemo.ui.generative import (
    picture_input,
    scene,
    setting,
    walk_section,
    walk_steps,
    walk_view,
)
from segdemo.ui.generative.pictures import picture_uri, signed_uri, sprite_uri
from segdemo.ui.generative.setting import Setting
from tests.generation.small import small_shelf


@pytest.fixture(scope="module")
def shelf():
    return small_shelf()


@pytest.fixture(autouse=True)
def _small(monkeypatch, shelf):
    for module in (picture_input, scene, setting, walk_section):
        monkeypatch.setattr(module, "SHELF", shelf)


def walk_of(**changes) -> tuple:
    found = scene.scene_of(Setting(**changes))
    return found, walk_view.value(found, found.walked())


def asked(**payload) -> dict:
    return walk_section.on_ask(SimpleNamespace(_data=payload))


def test_the_walk_starts_at_the_images_own_code():
    found, value = walk_of()
    assert value["model"] == "digits-vae-16"
    assert value["start"] == found.code(found.walked()).tolist()
    assert value["where"] == "image A's code"


def test_going_back_to_the_start_gives_the_picture_that_the_walk_opened_with():
    _, value = walk_of()
    start = value["start"]
    answer = asked(kind="step", model=value["model"], start=start, z=start, serial=1)
    assert (answer["image"], answer["changed"]) == (value["image"], value["changed"])
    assert answer["mean"] == "0.000"


def test_a_gan_starts_at_a_seeded_draw_and_has_no_directions():
    _, value = walk_of(model="digits-gan-32", seed=3)
    draw = np.random.default_rng(3).standard_normal(32)
    assert value["start"] == draw.tolist()
    assert value["directions"] == []
    assert value["classes"] == []
    assert "no encoder" in value["noDirections"]
    assert "seed 3" in value["where"]
    assert value["dimensions"][0] == {"index": 0, "note": "", "inactive": False}


def test_dimensions_come_by_kl_with_dead_ones_marked(shelf):
    _, value = walk_of()
    notes = [float(one["note"].split()[1]) for one in value["dimensions"]]
    assert notes == sorted(notes, reverse=True)
    assert [one["index"] for one in value["dimensions"] if one["inactive"]] == [1]
    known = {one.index: one for one in dimensions(shelf.of("digits-vae-16"))}
    first = value["dimensions"][0]
    assert first["note"] == f"KL {known[first['index']].kl:.2f} nats"


def test_the_text_states_when_a_unit_is_inactive():
    assert rf"\mathrm{{Var}}_x(\mu_j)\le {ACTIVE_VARIANCE:g}" in walk_section.TEXT


@pytest.mark.parametrize("name", ["digits-vae-16", "digits-ae-16", "digits-pca-2", "digits-gan-32"])
def test_knots_are_the_numbers_at_quantiles(name, shelf):
    model = shelf.of(name)
    knots = walk_view.knots(model)
    assert knots["at"] == sorted(knots["at"])
    assert len(knots["z"]) == (1 if model.kind in ("vae", "gan") else model.latent_dim)
    for q in (0.01, 0.5, 0.99, round(0.5 / 9, 6)):
        at = knots["at"].index(q)
        expected = at_quantiles(model, np.full(model.latent_dim, q))
        for j, number in enumerate(expected):
            row = knots["z"][j if len(knots["z"]) > 1 else 0]
            assert row[at] == pytest.approx(number, abs=1e-3)


def test_strips_are_the_traversal_and_maps_share_a_scale(shelf):
    found, value = walk_of()
    made = traversal(shelf.of("digits-vae-16"), found.code(found.walked()), rows=8)
    assert len(value["rows"]) == 8
    for row, frames, j in zip(value["rows"], made.frames, made.dimension, strict=True):
        assert row["index"] == j
        assert row["frames"] == sprite_uri(frames)
    brightest = made.changed[made.changed.max((1, 2)).argmax()]
    shown = np.rint(255 * brightest / brightest.max()).astype(np.uint8)
    assert picture_uri(shown) in [row["changed"] for row in value["rows"]]


def test_a_two_dimensional_model_has_two_rows():
    _, value = walk_of(latent_dim=2)
    assert len(value["rows"]) == len(value["dimensions"]) == 2


def test_a_direction_starts_from_the_code_and_leads_between_the_classes(shelf):
    found, value = walk_of()
    model = found.walked()
    last = value["directions"][-1]
    assert last["name"] == "3 to 8"
    middle = last["amounts"].index(0.0)
    assert last["amounts"][0] == -last["amounts"][-1]
    same = walk_view.direction_value(model, found.code(model), between_classes(model, "3", "8"))
    assert same == last
    assert 0 < middle < len(last["amounts"]) - 1


def test_at_amount_one_the_whole_difference_of_the_mean_codes_is_added(shelf):
    found, value = walk_of()
    model, last = found.walked(), value["directions"][-1]
    codes = model.known_codes
    three, eight = (codes.mu[codes.labels == label].mean(0) for label in (3, 8))
    expected = pixels(decode(model, (found.code(model) + (eight - three))[None]))[0].astype(int)
    content = base64.b64decode(last["frames"].removeprefix("data:image/png;base64,"))
    frames = np.array(Image.open(BytesIO(content))).astype(int)
    at = 28 * last["amounts"].index(1.0)
    assert np.abs(frames[:, at : at + 28] - expected).max() <= 1


def test_faces_have_directions_but_no_classes_to_choose_from():
    _, value = walk_of(data="faces", latent_dim=32, source={"example": "face"})
    assert value["classes"] == []
    assert [one["name"] for one in value["directions"]] == ["bright"]


def test_every_model_of_the_size_and_the_gans_can_be_walked():
    found = scene.scene_of(Setting())
    radio, value = walk_section.shown(found)
    names = [name for _, name in radio.choices]
    assert names[-1] == "digits-gan-32"
    assert {"digits-ae-16", "digits-vae-16", "digits-pca-16", "digits-betavae4-16"} < set(names)
    assert radio.value == value["model"] == "digits-vae-16"
    assert radio.choices[-1][0] == "GAN, 32 numbers"


def test_a_linked_model_of_another_size_is_among_the_choices():
    radio, value = walk_section.shown(scene.scene_of(Setting(model="digits-vae-2")))
    assert radio.value == value["model"] == "digits-vae-2"
    assert ("VAE, 2 numbers", "digits-vae-2") in [tuple(choice) for choice in radio.choices]


def test_a_step_answers_with_the_image_and_what_changed(shelf):
    model = shelf.of("digits-ae-16")
    start, z = np.zeros(16), np.linspace(-1, 1, 16)
    answer = asked(kind="step", model=model.name, start=[0] * 16, z=z.tolist(), serial=5)
    made = moved(model, z, start)
    assert answer["serial"] == 5
    assert answer["image"] == picture_uri(made.image)
    assert answer["changed"] == signed_uri(made.changed, 1)
    assert answer["mean"] == f"{np.abs(made.changed).mean():.3f}"


def test_all_rows_come_on_request():
    answer = asked(kind="rows", model="digits-vae-16", start=[0.5] * 16, serial=1)
    assert [row["index"] for row in answer["rows"]][-1] == 1
    assert len(answer["rows"]) == 16


def test_another_pair_of_classes_comes_on_request():
    answer = asked(
        kind="direction",
        model="fashion-vae-16",
        start=[0] * 16,
        without="bag",
        having="coat",
        serial=2,
    )
    assert answer["direction"]["name"] == "bag to coat"
    assert answer["direction"]["how"] == "mean code of coat less that of bag"


STEP = {"kind": "step", "model": "digits-vae-16", "start": [0] * 16, "z": [0] * 16}


@pytest.mark.parametrize(
    "payload",
    [
        {"kind": "rm"},
        {"kind": ["step"]},
        {"model": "../vae"},
        {"model": None},
        {"model": "digits-classifier"},
        {"start": None},
        {"start": [0] * 15},
        {"start": "0" * 16},
        {"start": [float("nan")] * 16},
        {"z": [[0] * 16]},
        {"z": [float("inf")] * 16},
        {"z": [{}] * 16},
        {"kind": "direction", "without": "3", "having": "3"},
        {"kind": "direction", "without": "3", "having": "shoe"},
        {"kind": "direction"},
        {
            "kind": "direction",
            "model": "digits-gan-32",
            "start": [0] * 32,
            "without": "3",
            "having": "8",
        },
    ],
)
def test_a_strange_payload_is_answered_with_a_sentence(payload):
    answer = asked(**{**STEP, **payload}, serial=9)
    assert answer["serial"] == 9
    assert answer["error"].endswith(".")
    assert set(answer) == {"serial", "error"}


def test_no_payload_at_all_is_answered_too():
    assert "error" in walk_section.on_ask(SimpleNamespace(_data=None))
    assert asked(serial="1; drop")["serial"] == 0


def test_a_far_code_is_pulled_in(shelf):
    model = shelf.of("digits-vae-16")
    far = walk_steps.checked_code([1e9] * 16, model)
    assert far.max() == walk_steps.FARTHEST
