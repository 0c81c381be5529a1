"""The Dilation section: stacks from the editor or a link, what they see, cost and refuse."""

import re

import gradio as gr
import pytest
import torch
from torch import nn

from segdemo.arithmetic.receptive import chain, fields, touched_inputs
from segdemo.models.dilated import ContextModule
from segdemo.models.vgg16 import STAGE_CHANNELS
from segdemo.ui.convolution import stack as convolution_stack
from segdemo.ui.convolution.layers import (
    BOUNDS,
    MOST_LAYERS,
    Stack,
    StackLayer,
    from_link,
    from_mapping,
)
from segdemo.ui.convolution.stack import followed, parameter_counts, worked
from segdemo.ui.convolution.stack_presets import DEFAULT_STACK, STACKS

DEFAULT = STACKS[DEFAULT_STACK].stack


def dilated(*dilations: int) -> Stack:
    layers = tuple(StackLayer(dilation=d, padding=d) for d in dilations)
    return Stack(layers, input_size=33, in_channels=16)


def request(query: dict[str, str]) -> gr.Request:
    """A request as the page gets it, with these parameters in its address."""
    shaped = gr.Request()
    shaped.request = type("Asked", (), {"query_params": query})()
    return shaped


@pytest.mark.parametrize("name", STACKS)
def test_every_preset_is_legal_and_survives_editor_and_link(name):
    stack = STACKS[name].stack
    value, table, curve = worked(stack)
    assert value["fault"] is None
    assert len(value["rows"]) == len(stack.layers) <= MOST_LAYERS
    assert table.count("<tr>") == len(stack.layers) + 1
    assert curve["data"][0]["y"][1:] == [row["field"] for row in value["rows"]]
    assert from_mapping(stack.to_mapping()) == stack
    sizes = {"stack_size": str(stack.input_size), "stack_channels": str(stack.in_channels)}
    assert from_link({"stack": stack.code(), **sizes}, DEFAULT) == stack


def test_what_the_presets_say_of_their_fields_is_true():
    def last(name):
        return worked(STACKS[name].stack)[0]["rows"][-1]["field"]

    def touched(name):
        return fields(followed(STACKS[name].stack)[0])[-1][0].touched

    assert (last("doubling"), touched("doubling")) == (15, 15)
    assert (last("context"), touched("context")) == (67, 67)
    assert (last("gridding"), touched("gridding")) == (13, 7)
    assert (last("hybrid"), touched("hybrid")) == (17, 17)
    assert last("plain") == 15
    assert parameter_counts(STACKS["hybrid"].stack) == parameter_counts(STACKS["gridding"].stack)
    decoder = fields(followed(STACKS["decoder"].stack)[0])[-1]
    assert len({field.size for field in decoder}) > 1


def test_the_context_preset_is_the_papers_module():
    stack = STACKS["context"].stack
    built = [
        layer for layer in ContextModule(num_classes=21).modules() if isinstance(layer, nn.Conv2d)
    ]
    assert [(one.kernel, one.dilation, one.padding) for one in stack.layers] == [
        (layer.kernel_size[0], layer.dilation[0], layer.padding[0]) for layer in built
    ]
    counts = [sum(p.numel() for p in layer.parameters()) for layer in built]
    assert parameter_counts(stack) == counts


def test_the_vgg16_preset_is_the_papers_beginning():
    channels = [one.channels for one in STACKS["vgg16"].stack.layers if one.channels]
    assert channels == [c for stage in range(1, 5) for c in STAGE_CHANNELS[stage]][:9]


@pytest.mark.parametrize("name", STACKS)
def test_parameters_are_torchs(name):
    stack = STACKS[name].stack
    channels, counts = stack.in_channels, []
    for layer in stack.layers:
        if layer.channels is None:
            counts.append(0)
            continue
        kind = {"conv": nn.Conv2d, "conv_transpose": nn.ConvTranspose2d}[layer.operation]
        built = kind(channels, layer.channels, layer.kernel, dilation=layer.dilation, device="meta")
        counts.append(sum(parameter.numel() for parameter in built.parameters()))
        channels = layer.channels
    assert parameter_counts(stack) == counts


def test_the_formulas_on_the_page_give_the_fields():
    text = convolution_stack.INTRODUCTION
    assert r"r_l = r_{l-1} + (k_l - 1)\, d_l\, j_{l-1}, \qquad j_l = s_l\, j_{l-1}" in text
    assert "$j_l = j_{l-1} / s_l$" in text
    for name in ("context", "vgg16"):
        field = jump = 1
        stack = STACKS[name].stack
        for layer, seen in zip(stack.layers, fields(followed(stack)[0]), strict=True):
            field, jump = field + (layer.kernel - 1) * layer.dilation * jump, layer.stride * jump
            assert (seen[0].size, seen[0].jump) == (field, jump)
    jumps = [seen[0].jump for seen in fields(followed(STACKS["decoder"].stack)[0])]
    assert jumps[3] == jumps[2] / STACKS["decoder"].stack.layers[3].stride


def test_the_parameter_formula_on_the_page_counts():
    assert r"$C' \cdot C \cdot k^2 + C'$" in convolution_stack.COUNTING
    assert parameter_counts(Stack((StackLayer(kernel=5, channels=7),), in_channels=3)) == [
        7 * 3 * 25 + 7
    ]


def test_the_sentence_compares_with_one_dense_layer():
    sentence = worked(STACKS["context"].stack)[0]["sentence"].replace("\u202f", "")
    dense = sum(p.numel() for p in nn.Conv2d(21, 21, 67, device="meta").parameters())
    assert "sees 67 × 67 input cells" in sentence
    assert f"would have {dense}." in sentence
    assert "really touches 7 × 7" in worked(STACKS["gridding"].stack)[0]["sentence"]


def test_the_field_is_where_the_gradient_is():
    stack = STACKS["gridding"].stack
    image = torch.zeros(1, 1, 33, 33, requires_grad=True)
    output = image
    for layer in stack.layers:
        weight = torch.ones(1, 1, 3, 3)
        output = nn.functional.conv2d(
            output, weight, padding=layer.padding, dilation=layer.dilation
        )
    output[0, 0, 16, 16].backward()
    settings = chain(followed(stack)[0], 33)
    across = touched_inputs(settings, (16,))
    assert ((image.grad[0, 0] != 0).sum()) == across.sum() ** 2 == 49


def test_an_illegal_layer_is_explained_and_mended_while_those_before_it_stay():
    stack = Stack((StackLayer(padding=1), StackLayer(dilation=8)), input_size=9)
    value, table, _ = worked(stack)
    assert len(value["rows"]) == 1
    assert value["fault"]["layer"] == 2
    assert re.match(
        r"Layer 2: the kernel spans .* 17 cells.*; try .*\.", value["fault"]["sentence"]
    )
    assert "<tbody><tr>" in table
    mended = stack.to_mapping()
    mended["layers"][1] |= value["fault"]["changes"]
    assert worked(from_mapping(mended))[0]["fault"] is None


def test_the_first_layer_may_be_illegal():
    value, _, curve = worked(Stack((StackLayer(kernel=9),), input_size=4))
    assert value["rows"] == []
    assert value["fault"]["layer"] == 1
    assert curve["data"][0]["y"] == [1]


def test_cells_beyond_number_are_refused_before_they_are_made():
    stack = Stack((StackLayer("conv_transpose", kernel=4, stride=4),) * 12, input_size=512)
    value, _, _ = worked(stack)
    assert value["fault"]["sentence"].startswith("Layer 2 gives 8192 cells, at most 2048")


@pytest.mark.parametrize(
    "raw",
    [
        None,
        "stack",
        [],
        {},
        {"layers": []},
        {"layers": "c3"},
        {"layers": [{}] * 13},
        {"layers": [None], "input_size": 9, "in_channels": 1},
        {"layers": [{"operation": "max_unpool"}], "input_size": 9, "in_channels": 1},
        {"layers": [{"operation": ["conv"]}], "input_size": 9, "in_channels": 1},
        {"layers": [{"operation": "conv", "kernel": "<b>"}], "input_size": 9, "in_channels": 1},
        {**DEFAULT.to_mapping(), "input_size": None},
        {**DEFAULT.to_mapping(), "input_size": float("nan")},
        {**DEFAULT.to_mapping(), "in_channels": True},
        {**DEFAULT.to_mapping(), "in_channels": 1e400},
        {**DEFAULT.to_mapping(), "in_channels": 2.5},
    ],
)
def test_what_is_no_stack_is_refused_in_a_sentence_and_changes_nothing(raw):
    with pytest.raises(ValueError, match=r"\.$"):
        from_mapping(raw)
    value, *others = convolution_stack.on_edit(raw)
    assert list(value) == ["error"]
    assert all(other == gr.skip() for other in others)


def test_numbers_beyond_the_bounds_are_brought_back():
    raw = DEFAULT.to_mapping()
    raw["input_size"] = 10**9
    raw["layers"][0] |= {"kernel": -5, "dilation": "99999"}
    stack = from_mapping(raw)
    assert stack.input_size == BOUNDS["input_size"][1]
    assert (stack.layers[0].kernel, stack.layers[0].dilation) == (1, BOUNDS["dilation"][1])


@pytest.mark.parametrize(
    "word", ["c", "3", "x3", "c3q1", "c3p", "c99999", "", "c3.c3" + ".c3" * 12]
)
def test_a_link_that_is_none_is_explained_and_the_default_opens(word):
    editor, value, *_ = convolution_stack.on_open(request({"tab": "convolution", "stack": word}))
    assert from_mapping(editor) == DEFAULT
    assert value["error"].startswith("the link's")
    assert value["rows"]


def test_a_link_opens_its_stack_and_an_edit_writes_it():
    query = {"tab": "convolution", "stack": "c3d2p2n8.m2s2", "stack_size": "40"}
    editor, value, *_ = convolution_stack.on_open(request(query))
    assert [layer["dilation"] for layer in editor["layers"]] == [2, 1]
    assert value["input_size"] == 40
    *_, address = convolution_stack.on_edit(editor)
    assert address == {**query, "stack_channels": "16"}


def test_other_tabs_links_are_not_read():
    editor, *_ = convolution_stack.on_open(request({"tab": "models", "stack": "c5"}))
    assert from_mapping(editor) == DEFAULT
