"""A picture through a layer: the numbers are the arithmetic's, the greys say what they mean."""

import base64
from io import BytesIO
from pathlib import Path

import gradio as gr
import numpy as np
import pytest
from PIL import Image

from segdemo.arithmetic import kernels
from segdemo.arithmetic.evaluate import apply
from segdemo.ui.convolution import picture
from segdemo.ui.convolution.filter import (
    BOUNDS,
    MOST_CELLS,
    Filter,
    from_mapping,
    prepared,
    run,
    shown,
)

SOURCE = {"example": "cat"}
FORM = {name: getattr(Filter(), name) for name in Filter.__dataclass_fields__}
NOISE = np.random.default_rng(0).integers(0, 256, (17, 22, 3), dtype=np.uint8)


def request(query: dict[str, str]) -> gr.Request:
    shaped = gr.Request()
    shaped.request = type("Asked", (), {"query_params": {"tab": "convolution", **query}})()
    return shaped


def pixels_of(uri: str) -> np.ndarray:
    return np.array(Image.open(BytesIO(base64.b64decode(uri.split(",")[1]))))


@pytest.mark.parametrize(
    "chosen",
    [
        Filter(),
        Filter(padding_mode="zeros", stride=2, padding=0),
        Filter(padding="same", kernel="1 2\n3 4", dilation=3),
        Filter(padding_mode="circular", padding=5, dilation=2),
        Filter(padding_mode="replicate", kernel="1 2 3", colour="rgb"),
        Filter("conv_transpose", kernels.KERNELS["bilinear"].text, stride=2),
        Filter("conv_transpose", "1 -2\n3 4", stride=3, padding=2, dilation=2, colour="rgb"),
        Filter("max_pool", window=3, stride=2, padding=1, dilation=2),
        Filter("avg_pool", window=4, stride=3, padding=2, colour="rgb"),
    ],
)
def test_the_result_is_the_arithmetics(chosen):
    channels = prepared(NOISE, chosen.colour)
    image = channels.transpose(2, 0, 1).astype(float)
    setting = chosen.setting(*channels.shape[:2])
    kernel, count, groups = setting.kernel_size, len(image), 1
    if chosen.operation.startswith("conv"):
        kernel = np.broadcast_to(chosen.weights(), (count, 1, *chosen.weights().shape))
        groups = count
    expected = apply(
        chosen.operation,
        image,
        kernel,
        stride=setting.stride,
        padding=setting.padding,
        padding_mode=setting.padding_mode,
        dilation=setting.dilation,
        groups=groups,
    )
    assert np.allclose(run(chosen, channels), expected.transpose(1, 2, 0), atol=1e-2)


def test_grey_is_what_is_shown_and_filtered():
    value, remark = picture.filtered(Filter(), SOURCE)
    assert remark == ""
    grey = pixels_of(value["input"]["image"])
    assert list(grey.shape) == value["input"]["size"] == value["result"]["size"]
    values = run(Filter(), grey[:, :, None])
    shown_grey = pixels_of(value["result"]["image"])
    assert np.array_equal(shown_grey, shown(Filter(), values).pixels[:, :, 0])
    assert f"values from −{-values.min():.0f} to {values.max():.0f}" in value["result"]["caption"]


def test_colour_filters_each_channel_alone():
    value, _ = picture.filtered(Filter(colour="rgb"), SOURCE)
    together = pixels_of(value["input"]["image"])
    assert together.shape[2] == 3
    alone = run(Filter(), together[:, :, 1:2])
    assert np.allclose(run(Filter(), together)[:, :, 1:2], alone, atol=1e-3)


def test_a_kernel_that_adds_up_to_0_gets_mid_grey_and_others_keep_their_values():
    values = np.array([[[-50.0], [0.0], [100.0]]], dtype=np.float32)
    signed = shown(Filter(), values)
    assert signed.mapping == "signed"
    assert signed.pixels.ravel().tolist() == [64, 128, 255]
    assert signed.words == "mid-grey is 0, black −100, white 100"
    clipped = shown(Filter(kernel="1"), values * 4)
    assert clipped.pixels.ravel().tolist() == [0, 0, 255]
    assert "66.7 % of the values lie outside" in clipped.words


@pytest.mark.parametrize(
    ("mapping", "greys", "words"),
    [
        ("absolute", [128, 0, 255], "white 100 away from 0"),
        ("stretched", [0, 85, 255], "black is −50, white 100"),
    ],
)
def test_other_mappings_say_what_they_do(mapping, greys, words):
    values = np.array([[[-50.0], [0.0], [100.0]]], dtype=np.float32)
    made = shown(Filter(mapping=mapping), values)
    assert made.pixels.ravel().tolist() == greys
    assert words in made.words
    flat = shown(Filter(mapping=mapping), values * 0)
    assert (flat.pixels == 0).all()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"kernel": "1 2\n3"}, "equally long"),
        ({"kernel": ""}, "is empty"),
        ({"kernel": None}, "must be text"),
        ({"kernel": "x" * 5000}, "characters"),
        ({"kernel": "<img src=x>"}, "is no number"),
        ({"operation": "max_unpool"}, "is not known"),
        ({"operation": ["conv"]}, "is not known"),
        ({"stride": "two"}, "whole number"),
        ({"stride": None}, "whole number"),
        ({"stride": 1.5}, "whole number"),
        ({"padding": float("nan")}, "whole number"),
        ({"padding": "same", "stride": 2}, "needs stride=1"),
        ({"operation": "max_pool", "padding": 2}, "at most half"),
        ({"operation": "conv_transpose", "padding": "same"}, "is for conv"),
        ({"mapping": "rainbow"}, "is not known"),
    ],
)
def test_a_wrong_setting_is_explained_and_changes_nothing_else(change, words):
    value, notice, address = picture.on_change({**FORM, **change}, SOURCE)
    assert value == address == gr.skip()
    assert words in notice
    assert "<img" not in notice


def test_numbers_beyond_the_bounds_are_brought_back():
    assert from_mapping({"stride": 10**9, "dilation": -4}) == Filter(
        stride=BOUNDS["stride"][1], dilation=1
    )


def test_a_result_too_large_is_refused_before_it_is_made():
    wide = np.zeros((448, 448, 1), np.uint8)
    chosen = Filter("conv_transpose", "1 1\n1 1", stride=4)
    with pytest.raises(ValueError, match=f"at most {MOST_CELLS} are shown"):
        run(chosen, wide)


@pytest.mark.parametrize("name", kernels.KERNELS)
def test_every_listed_kernel_works_as_it_is_chosen(name):
    text, sentence, operation, stride, padding = picture.on_kernel(name, 0)
    form = {**FORM, "kernel": text, "operation": operation, "stride": stride, "padding": padding}
    value, notice, _ = picture.on_change(form, SOURCE)
    assert notice == "<p></p>"
    assert sentence == kernels.KERNELS[name].sentence
    scale = 2 if operation == "conv_transpose" else 1
    assert value["result"]["size"] == [scale * side for side in value["input"]["size"]]
    assert picture.kernel_name(text) == name


@pytest.mark.parametrize("seed", [None, "3", -1, 10**9, 2.5])
def test_a_random_kernel_takes_any_seed(seed):
    assert picture.on_kernel("random", seed)[0] == kernels.random_text(0)
    assert picture.on_kernel("random", 5)[0] == kernels.random_text(5)


def test_a_kernel_that_is_not_listed_changes_nothing():
    text, _, *others = picture.on_kernel("typed", 0)
    assert [text, *others] == [gr.skip()] * 4
    assert picture.on_kernel(["x"], 0)[0] == gr.skip()


def test_a_photo_comes_in_and_a_bad_one_changes_nothing(tmp_path: Path):
    good, bad = tmp_path / "a.png", tmp_path / "b.png"
    Image.fromarray(NOISE).save(good)
    bad.write_text("dear reader, this is no picture")
    value, notice, address, source, _, picker = picture.on_upload(FORM, str(good), SOURCE)
    assert value["input"]["size"] == [17, 22]
    assert "17 × 22 pixels" in notice
    assert source == {"upload": str(good)}
    assert picker is None
    assert "picture_photo" not in address
    answer = picture.on_upload(FORM, str(bad), source)
    assert "looks like text" in answer[1]
    assert answer[0] == answer[2] == answer[5] == gr.skip()
    assert answer[3] == source
    assert answer[4] == str(good)


def test_a_photo_is_kept_when_the_kernel_is_wrong(tmp_path: Path):
    photo = tmp_path / "a.png"
    Image.fromarray(NOISE).save(photo)
    answer = picture.on_upload({**FORM, "kernel": "?"}, str(photo), SOURCE)
    assert "no number" in answer[1]
    assert answer[3] == {"upload": str(photo)}


def test_the_address_opens_the_same_filter():
    chosen = Filter("conv", "1 2\n3 4", stride=2, padding=3, colour="rgb", mapping="absolute")
    form = {name: getattr(chosen, name) for name in FORM}
    _, _, address = picture.on_change(form, {"example": "flower"})
    assert address.pop("tab") == "convolution"
    found, source, wrong = picture.linked(request(address))
    assert (found, source, wrong) == (chosen, {"example": "flower"}, "")


@pytest.mark.parametrize(
    "query", [{"picture_kernel": "1 2\n3"}, {"picture_stride": "x"}, {"picture_mapping": "no"}]
)
def test_a_wrong_link_is_explained_and_the_default_opens(query):
    found, _, wrong = picture.linked(request(query))
    assert found == Filter()
    assert wrong.endswith(".")


def test_a_link_to_no_example_opens_the_default_one():
    _, source, _ = picture.linked(request({"picture_photo": "../../etc"}))
    assert source == SOURCE
