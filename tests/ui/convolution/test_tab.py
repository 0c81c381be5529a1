"""The Convolution tab's handlers: every setting is shown or explained, the numbers are right."""

import json

import gradio as gr
import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from segdemo.arithmetic.geometry import output_size, resolve
from segdemo.arithmetic.relationships import relationship
from segdemo.arithmetic.setting import IllegalSettingError
from segdemo.ui.convolution import step, torch_code
from segdemo.ui.convolution import tab as convolution_tab
from segdemo.ui.convolution.check import check, mended
from segdemo.ui.convolution.facts import NAMES, formula, summary
from segdemo.ui.convolution.gradient import backward, gradient, transposed_choice
from segdemo.ui.convolution.presets import DEFAULT_PRESET, PRESETS
from segdemo.ui.convolution.setting import Choice, from_mapping, input_array, weight_array
from segdemo.ui.convolution.trace import evaluated, torch_agrees, trace
from tests.ui.convolution.strategies import ODDITIES, RAW, choices

FORM, STAGE, FORMULA, CODE, ADDRESS, STATE = range(6)


@pytest.fixture(autouse=True)
def one_thread():
    torch.set_num_threads(1)


@settings(deadline=None, max_examples=60)
@given(choices())
def test_every_choice_is_shown_or_explained_with_torchs_words_and_a_way_out(choice):
    form, stage, formula_text, _, address, state = step.shown(choice)
    assert from_mapping(form["values"]) == choice
    assert address["tab"] == "convolution"
    json.dumps([form, stage], allow_nan=False)
    try:
        check(choice)
    except IllegalSettingError:
        refusal = stage["refusal"]
        assert "trace" not in stage  # the last legal picture stays
        assert refusal["torch"]
        check(from_mapping(form["remedy"]))
        assert formula_text == gr.skip()
    else:
        assert torch_code.refusal(choice) is None
        assert stage["trace"]["torch"]["equal"]
        assert from_mapping(state) == choice


@settings(deadline=None, max_examples=60)
@given(st.one_of(ODDITIES, st.fixed_dictionaries({}, optional={"values": RAW, "preset": ODDITIES})))
def test_any_payload_gives_a_picture_or_a_sentence(form):
    said = "."
    try:
        step.on_form(form)
    except gr.Error as refusal:
        said = refusal.message
    assert said.endswith(".")


def test_the_tab_opens_with_the_default_preset():
    values = step.on_open({})
    assert values[STAGE]["sentence"] == PRESETS[DEFAULT_PRESET].sentence
    assert values[FORM]["preset"] == DEFAULT_PRESET
    assert "relationship 6" in values[FORMULA].lower()


class Request:
    """A request as Gradio hands it over, with the address's parameters."""

    def __init__(self, **parameters: str) -> None:
        self.query_params = {"tab": "convolution", **parameters}


def test_a_link_opens_its_setting_and_view():
    request = Request(
        operation="conv_transpose", stride="2", view="matrix", step="3", cell="input.1.1"
    )
    values = step.on_open({}, request)
    assert from_mapping(values[STATE]) == from_mapping({"operation": "conv_transpose", "stride": 2})
    assert values[STAGE]["view"] == {"view": "matrix", "step": 3, "cell": "input.1.1"}


def test_a_link_to_a_section_turns_to_it_and_no_other():
    assert convolution_tab.on_open({}, Request(section="quiz"))[0].selected == "quiz"
    assert convolution_tab.on_open({}, Request(section="../app"))[0] == gr.skip()


def test_an_illegal_link_is_explained_over_a_legal_picture():
    values = step.on_open({}, Request(operation="conv", stride="0"))
    assert values[STAGE]["refusal"]["button"] == "Set stride=1"
    assert values[STAGE]["trace"]["axes"][0]["stride"] == 1
    assert values[FORM]["values"]["stride"] == [0, 0]


@given(st.dictionaries(st.sampled_from(["view", "reading", "out", "step", "cell"]), st.text()))
def test_a_links_view_is_whitelisted(view):
    found = step._checked_view(view)
    assert found.get("reading", "gather") in step.READINGS
    assert all(isinstance(found.get(name, 0), int) for name in ("out", "step"))
    assert all(len(str(value)) <= 24 for value in found.values())


@settings(deadline=None, max_examples=40)
@given(choices())
def test_the_axes_tables_rebuild_the_output(choice):
    """What the browser does, done here: products of the two axes' meetings, summed."""
    legal = mended(from_mapping({**choice.to_mapping(), "groups": 1, "in_channels": 1}))
    if legal.operation not in ("conv", "conv_transpose"):
        return
    numbers = trace(legal)
    rows, columns = numbers["axes"]
    kernel = np.array(numbers["weight"]).reshape(legal.out_channels, -1)
    image = np.array(numbers["input"]).reshape(rows["input"], columns["input"])
    result = np.zeros((legal.out_channels, rows["output"], columns["output"]))
    for r, c in np.ndindex(rows["output"], columns["output"]):
        for m in range(rows["starts"][r], rows["starts"][r + 1]):
            for n in range(columns["starts"][c], columns["starts"][c + 1]):
                weight = rows["weights"][m] * columns["kernel"] + columns["weights"][n]
                value = image[rows["inputs"][m], columns["inputs"][n]]
                result[:, r, c] += value * kernel[:, weight]
    if numbers["bias"]:
        result += np.array(numbers["bias"])[:, None, None]
    assert np.allclose(result.ravel(), evaluated(legal).ravel())


def test_the_badge_is_computed(monkeypatch):
    choice = PRESETS[DEFAULT_PRESET].choice
    agreed = torch_agrees(choice)
    assert agreed["equal"]
    assert agreed["difference"] == 0
    assert agreed["cells"] == 16
    assert torch.__version__.startswith(agreed["version"])
    wrong = torch_code.output(choice)
    wrong[0, 1, 2] += 0.5
    monkeypatch.setattr(torch_code, "output", lambda choice: wrong)
    assert torch_agrees(choice)["difference"] == 0.5
    assert not torch_agrees(choice)["equal"]


@settings(deadline=None, max_examples=40)
@given(choices())
def test_the_gradient_view_is_autograds(choice):
    legal = mended(choice)
    found = gradient(legal)
    if found is None:
        assert 0 in evaluated(legal).shape
        return
    ours, _ = backward(legal, input_array(legal), found["upstream"])
    if legal.operation == "max_unpool":
        # An input that another has overwritten gets a gradient from torch, and none by C^T.
        counted = ours != 0
        assert np.array_equal(ours[counted], found["autograd"][counted])
        return
    assert found["difference"] <= 1e-9
    assert np.allclose(ours, found["autograd"])


def test_the_transposed_layer_goes_back_to_the_input():
    choice = PRESETS["odd"].choice
    turned = transposed_choice(choice)
    assert [axis.output_size for axis in resolve(turned.setting())] == [6, 6]
    assert turned.output_padding == (1, 1)
    assert weight_array(turned).shape == weight_array(choice).shape


@pytest.mark.parametrize("name", PRESETS)
def test_the_code_makes_the_layer_that_is_shown(name):
    choice = PRESETS[name].choice
    line = torch_code.code(choice).splitlines()[0].removeprefix("layer = ")
    layer = eval(line, {"nn": torch.nn})
    if choice.operation == "max_unpool":
        return
    image = torch.as_tensor(input_array(choice), dtype=torch.float32)
    assert tuple(layer(image[None]).shape[1:]) == evaluated(choice).shape


@pytest.mark.parametrize("name", PRESETS)
def test_the_formula_is_the_axes_relationship(name):
    choice = PRESETS[name].choice
    text = formula(choice)
    expected = relationship(choice.setting())
    assert expected.filled in text
    assert (f"Relationship {expected.number}:" in text) == (expected.number is not None)


def test_axes_that_differ_get_a_formula_each():
    text = formula(Choice(input_size=(5, 8), kernel_size=(3, 1)))
    assert "Height." in text
    assert "Width." in text


def test_the_summary_names_what_is_never_looked_at():
    text = summary(from_mapping({"input_size": 6, "stride": 2}))
    assert "11 of 36 input cells (row 5 and column 5, counted from 0) are never looked at." in text
    assert "Weight (1, 1, 3, 3): 9 parameters." in text


def test_groups_divide_the_parameters():
    raw = {"in_channels": 4, "out_channels": 4, "bias": 1}
    assert "148 parameters" in summary(from_mapping(raw))
    assert "76 parameters" in summary(from_mapping({**raw, "groups": 2}))


def test_each_name_leads_to_a_transposed_convolution_that_justifies_it():
    assert {name.name for name in NAMES} >= {"deconvolution", "transposed convolution"}
    for name in NAMES:
        assert PRESETS[name.preset].choice.operation == "conv_transpose"
    deconvolution = next(name for name in NAMES if name.name == "deconvolution")
    there = PRESETS["strides_padding"].choice
    back = PRESETS[deconvolution.preset].choice
    size = output_size("conv", there.input_size, 3, stride=2, padding=1)
    assert size == back.input_size
    assert output_size("conv_transpose", size, 3, stride=2, padding=1) == there.input_size


def test_numbers_too_many_for_a_link_stay_out_of_it():
    rows = [[number * 1.125 for number in range(32)]] * 32
    choice = from_mapping({"input_size": 32, "input_kind": "typed", "input_values": rows})
    address = step.shown(choice)[ADDRESS]
    assert "input_values" not in address
    assert "input_kind" not in address
