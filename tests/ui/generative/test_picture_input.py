"""Where a picture comes in: hostile payloads, what is offered, what the model is said to see."""

import base64
from io import BytesIO

import numpy as np
import pytest
from PIL import Image

from segdemo.generation.coding import encode
from segdemo.generation.prepare import prepare
from segdemo.images import ImageError
from segdemo.ui.generative import picture_input, picture_source
from segdemo.ui.generative.picture_source import LARGEST_DRAWING, PREFIX, changed_source, read
from segdemo.ui.generative.setting import Setting
from segdemo.ui.small_examples import small_example
from tests.generation.small import N, small_shelf


@pytest.fixture(scope="module")
def shelf():
    return small_shelf()


@pytest.fixture(autouse=True)
def _small(monkeypatch, shelf):
    monkeypatch.setattr(picture_input, "SHELF", shelf)


def drawing(size: tuple[int, int] = (280, 280)) -> str:
    """A white bar on black as the canvas sends it."""
    pixels = np.zeros(size, np.uint8)
    pixels[size[0] // 5 : -size[0] // 5, size[1] // 2 - 12 : size[1] // 2 + 12] = 255
    buffer = BytesIO()
    Image.fromarray(pixels).save(buffer, "PNG")
    return PREFIX + base64.b64encode(buffer.getvalue()).decode()


@pytest.mark.parametrize(
    "payload",
    [
        None,
        "3a",
        [],
        {"example": "3a"},
        {"source": "3a"},
        {"source": {}},
        {"source": {"example": "3a", "code": 0}},
        {"source": {"example": "../../etc/passwd"}},
        {"source": {"example": ["3a"]}},
        {"source": {"upload": "/etc/passwd"}},
        {"source": {"code": N}},
        {"source": {"code": -1}},
        {"source": {"code": True}},
        {"source": {"code": 1.0}},
        {"source": {"code": "1"}},
        {"source": {"drawing": 7}},
        {"source": {"drawing": "https://example.org/a.png"}},
        {"source": {"drawing": PREFIX}},
        {"source": {"drawing": PREFIX + "%%%%"}},
        {"source": {"drawing": PREFIX + base64.b64encode(b"GIF89a" + bytes(40)).decode()}},
        {
            "source": {
                "drawing": PREFIX + base64.b64encode(b"\x89PNG\r\n\x1a\n" + bytes(9)).decode()
            }
        },
        {"source": {"drawing": drawing().replace("image/png", "text/html")}},
        {"source": {"drawing": drawing((1025, 1025))}},
    ],
)
def test_a_strange_payload_is_refused_in_a_sentence(payload, shelf):
    with pytest.raises((ValueError, ImageError), match=r"\.$"):
        changed_source(payload, "digits", shelf)


def test_a_drawing_has_a_largest_size_that_is_named(shelf):
    payload = {"source": {"drawing": PREFIX + "A" * LARGEST_DRAWING}}
    with pytest.raises(ValueError, match=f"{LARGEST_DRAWING} characters at most, and this one"):
        changed_source(payload, "digits", shelf)


def test_what_is_offered_is_accepted(shelf):
    for data in picture_input.OFFERED:
        for choice in picture_input.choices(data, shelf):
            assert changed_source({"source": choice["source"]}, data, shelf) == choice["source"]
            assert choice["uri"].startswith(PREFIX)
            assert choice["title"]
            assert choice["credit"]


def test_each_class_has_an_example_and_strangers_stand_beside():
    digits = picture_input.OFFERED["digits"][0]
    assert [small_example(name).title for name in digits] == list("0123456789")
    for data, (own, strange) in picture_input.OFFERED.items():
        assert {small_example(name).home for name in own} == {data}
        assert "cat" in strange
        assert any(small_example(name).home != data for name in strange)


def test_faces_offer_codes_of_different_people(shelf):
    offered = picture_input.coded_choices("faces", shelf)
    labels = shelf.of("faces-vae-32").known_codes.labels
    found = [choice["source"]["code"] for choice in offered]
    assert len({labels[index] for index in found}) == len(found) > 0


def test_a_drawing_is_prepared_as_an_upload_would_be(shelf, tmp_path):
    uri = drawing()
    source = changed_source({"source": {"drawing": uri}}, "digits", shelf)
    end, notes = read(source, "digits", shelf)
    path = tmp_path / "drawn.png"
    path.write_bytes(base64.b64decode(uri.removeprefix(PREFIX)))
    uploaded, _ = read({"upload": str(path)}, "digits", shelf)
    np.testing.assert_array_equal(end.image, uploaded.image)
    np.testing.assert_array_equal(end.image, prepare(path.read_bytes(), "digits").image)
    assert end.codes == {}
    assert any("centre of mass" in note for note in notes)


def test_an_upload_that_is_gone_says_so(shelf):
    with pytest.raises(ValueError, match="choose it again"):
        read({"upload": "/nowhere/at-all.png"}, "digits", shelf)


def test_a_code_stands_for_the_same_image_in_every_model(shelf):
    end, notes = read({"code": 7}, "digits", shelf)
    encoding = [model for model in shelf.choose("digits") if model.codes is not None]
    assert set(end.codes) == {model.name for model in encoding}
    for model in encoding:
        np.testing.assert_array_equal(end.codes[model.name], model.known_codes.mu[7])
    largest = shelf.of("digits-vae-16")
    assert picture_source.reader("digits", shelf) is largest
    again = encode(largest, end.image[None]).mean
    assert again.shape == (1, 16)
    assert "7" in notes[0]
    assert "digits-vae-16" in notes[0]
    assert "shipped" in notes[0]


def test_without_a_vae_the_first_model_shows_codes(shelf, monkeypatch):
    pca = [shelf.of("digits-pca-16")]
    monkeypatch.setattr(picture_source, "coded", lambda data, shelf: pca)
    assert picture_source.reader("digits", shelf) is pca[0]


def test_an_emptied_upload_box_changes_nothing():
    setting = Setting()
    assert picture_input.uploaded("other", None, setting) == setting
    changed = picture_input.uploaded("other", "/tmp/a.png", setting)
    assert changed.other == {"upload": "/tmp/a.png"}
    assert changed.source == setting.source


def test_a_choice_changes_the_field_that_it_is_for():
    changed = picture_input.chosen("other", {"source": {"example": "cat"}}, Setting())
    assert changed.other == {"example": "cat"}
    assert changed.source == Setting().source


def test_the_page_is_told_what_was_done_but_never_a_path_or_the_drawing(shelf):
    uri = drawing()
    for source in ({"drawing": uri}, {"upload": "/secret/path.png"}):
        end, notes = read({"drawing": uri}, "digits", shelf)
        shown, upload = picture_input.values(source, "digits", end, notes)
        assert shown["source"] == {}
        assert shown["drawn"] == ("drawing" in source)
        assert "secret" not in str(shown)
        assert uri not in str(shown)
        assert (upload is None) == ("drawing" in source)
        assert shown["seen"]["note"].startswith("Done to it: ")
        assert shown["seen"]["size"] == 28


def test_a_code_speaks_for_itself(shelf):
    end, notes = read({"code": 3}, "fashion", shelf)
    shown, _ = picture_input.values({"code": 3}, "fashion", end, notes)
    assert shown["source"] == {"code": 3}
    assert shown["seen"]["note"].startswith("Dress, training image 3")
    assert picture_input.said({"example": "face"}, ()) == "Used as it is."
