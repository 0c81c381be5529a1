"""The endpoint /convolution, through gradio's own client and with hostile payloads."""

import json

import gradio as gr
import numpy as np
import pytest
import torch
from gradio_client import Client

from segdemo.ui.convolution import endpoint
from segdemo.ui.convolution.endpoint import MOST_NUMBERS, convolution
from segdemo.ui.convolution.setting import from_mapping


@pytest.fixture(scope="module")
def client():
    with gr.Blocks(analytics_enabled=False) as page:
        endpoint.build()
    _, address, _ = page.launch(prevent_thread_lock=True, quiet=True, ssr_mode=False)
    yield Client(address, verbose=False)
    page.close()


def test_a_program_gets_sizes_formula_and_numbers(client):
    answer = client.predict(
        {"input_size": 7, "kernel_size": 3, "stride": 2, "padding": 1}, api_name="/convolution"
    )
    assert answer["legal"] is True
    assert answer["layer"].startswith("layer = nn.Conv2d(1, 1, kernel_size=3, stride=2, padding=1")
    assert answer["output_shape"] == [1, 4, 4]
    assert [size["relationship"] for size in answer["sizes"]] == [6, 6]
    assert answer["sizes"][0]["filled"].endswith("= 4")
    theirs = torch.nn.functional.conv2d(
        torch.tensor(answer["input"]), torch.tensor(answer["weight"]), stride=2, padding=1
    )
    assert np.allclose(theirs.numpy(), answer["output"])
    described = client.view_api(return_format="dict", print_info=False)
    assert "nearest" in described["named_endpoints"]["/convolution"]["description"]


def test_an_illegal_layer_is_told_with_torchs_words_and_a_remedy(client):
    asked = {"operation": "conv_transpose", "dims": 1, "stride": 2, "output_padding": 2}
    answer = client.predict(asked, api_name="/convolution")
    assert answer["legal"] is False
    assert "must be smaller than stride=2" in answer["reason"]
    assert "output padding must be smaller than either stride or dilation" in answer["torch"]
    assert client.predict({**asked, **answer["nearest"]}, api_name="/convolution")["legal"] is True


@pytest.mark.parametrize("size", [[7, 5], "7x5"])
def test_axes_may_differ(size):
    answer = convolution({"input_size": size, "kernel_size": [3, 1]})
    assert answer["output_shape"] == [1, 5, 5]
    assert [one["filled"] for one in answer["sizes"]] == ["o = 7 - 3 + 1 = 5", "o = 5 - 1 + 1 = 5"]


def test_numbers_typed_in_are_used():
    answer = convolution(
        {
            "input_size": 2,
            "kernel_size": 1,
            "input_kind": "typed",
            "input_values": [[1, 2], [3, 4]],
            "kernel_kind": "typed",
            "kernel_values": [[-2]],
        }
    )
    assert answer["output"] == [[[-2, -4], [-6, -8]]]


def test_large_arrays_are_left_out_and_infinity_is_a_word():
    answer = convolution({"input_size": 32, "in_channels": 8, "out_channels": 8, "padding": 1})
    assert answer["output"] is answer["input"] is None
    assert answer["output_shape"] == [8, 32, 32]
    assert len(np.ravel(answer["weight"])) <= MOST_NUMBERS
    pool = {"operation": "max_pool", "dims": 1, "input_size": 1, "kernel_size": 2, "padding": 1}
    json.dumps(convolution({**pool, "stride": 1, "dilation": 3}), allow_nan=False)


@pytest.mark.parametrize(
    "raw", [None, [], "conv", 7, {"operation": "<b>"}, {"stride": [1, 2, 3]}, {"input_values": 7}]
)
def test_what_is_no_layer_is_answered_in_a_sentence(raw):
    with pytest.raises(gr.Error, match=r"\.['\"]?$"):
        convolution(raw)


def test_any_number_comes_back_within_bounds():
    answer = convolution({"input_size": 10**9, "kernel_size": 10**9, "stride": -5})
    assert answer["legal"] is False
    assert from_mapping({**answer["nearest"], "stride": 1})
