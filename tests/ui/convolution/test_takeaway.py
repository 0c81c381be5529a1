"""Files and text to take away: frames that hold the layer's numbers, code that runs."""

import base64
import re
import warnings
from io import BytesIO
from xml.etree import ElementTree

import gradio as gr
import numpy as np
import pytest
from PIL import Image

from segdemo.arithmetic.geometry import resolve
from segdemo.arithmetic.relationships import relationship
from segdemo.figures.convolution_frame import CELL, EMPTY, PADDING, STUFFED, written
from segdemo.figures.convolution_gif import MOST_FRAMES, chosen_steps
from segdemo.ui.convolution import takeaway
from segdemo.ui.convolution.frames import film, frame
from segdemo.ui.convolution.presets import PRESETS
from segdemo.ui.convolution.setting import Choice
from segdemo.ui.convolution.trace import evaluated

HALVING = PRESETS["halving"].choice
TRANSPOSED = Choice(
    operation="conv_transpose",
    input_size=(3, 3),
    stride=(2, 2),
    padding=(1, 1),
    output_padding=(1, 1),
    in_channels=2,
    out_channels=4,
    groups=2,
    bias=True,
)


def content(file: dict) -> bytes:
    return base64.b64decode(file["content"])


def silent(*_: object, **__: object) -> None:
    """A progress bar that nobody looks at."""


def terms(equation: str) -> float:
    """The value of a sum as it is written out, worked out anew."""
    sum_, _ = equation.split(" = ")
    plain = sum_.replace("\N{MINUS SIGN}", "-").replace("·", "*").replace("bias ", "")
    assert re.fullmatch(r"[-\d.*+() e]+", plain)
    return eval(plain)


@pytest.mark.parametrize("name", PRESETS)
def test_every_preset_has_frames_with_the_layers_numbers(name):
    choice = PRESETS[name].choice
    made = film(choice)
    output = evaluated(choice)[0]
    for step in {0, len(made) // 2, len(made) - 1}:
        shown = frame(made, step)
        board = shown.boards[-1]
        assert board.lit.sum() == 1
        assert board.values[board.lit] == output.ravel()[step]
        assert np.isnan(board.values).sum() == len(made) - 1 - step
        assert (
            shown.equation.endswith(f"= {written(output.ravel()[step])}") or ": " in shown.equation
        )


@pytest.mark.parametrize(
    "choice",
    [
        HALVING,
        TRANSPOSED,
        Choice(dims=1, input_size=(9, 9), dilation=(2, 2), bias=True),
        Choice(padding="same", kernel_size=(2, 2)),
        Choice(padding=(2, 2), padding_mode="reflect", in_channels=4, out_channels=2, groups=2),
    ],
)
def test_the_sum_written_out_gives_the_output(choice):
    for channel in range(choice.out_channels):
        made = film(choice, channel)
        for step in range(len(made)):
            shown = frame(made, step)
            if "products" not in shown.equation:
                assert terms(shown.equation) == pytest.approx(
                    evaluated(choice)[channel].ravel()[step]
                )


@pytest.mark.parametrize("dims", [1, 2])
def test_scattered_copies_add_up_to_the_output(dims):
    choice = Choice(**{**vars(TRANSPOSED), "dims": dims})
    for channel in range(4):
        made = film(choice, channel, "scatter")
        last = frame(made, len(made) - 1).boards[-1]
        assert len(made) == (9 if dims == 2 else 3)
        assert np.allclose(last.values, evaluated(choice)[channel])
        assert frame(made, 0).boards[0].lit.sum() == 1


def test_padding_and_stuffed_zeros_are_told_apart():
    kinds = frame(film(HALVING), 0).boards[0].kinds
    assert kinds.shape == (9, 9)
    assert (kinds == PADDING).sum() == 81 - 49
    kinds = frame(film(TRANSPOSED), 0).boards[0].kinds
    assert (kinds == CELL).sum() == 9
    assert (kinds != CELL).all() == (kinds == STUFFED).all()
    repeated = Choice(padding=(1, 1), padding_mode="circular")
    assert (frame(film(repeated), 0).boards[0].kinds == PADDING).sum() == 81 - 49


def test_pools_say_what_they_take():
    pool = Choice(operation="max_pool", kernel_size=(3, 3), stride=(2, 2), padding=(1, 1))
    shown = frame(film(pool), 0)
    assert shown.equation.startswith("largest of −∞, −∞, −∞, −∞, ")
    assert len(shown.boards) == 2
    mean = frame(film(Choice(operation="avg_pool", kernel_size=(2, 2))), 0)
    assert mean.equation.startswith("mean of ")
    unpooled = film(Choice(operation="max_unpool", input_size=(2, 2), kernel_size=(2, 2)))
    pointed = [frame(unpooled, step).boards[0].lit.sum() for step in range(len(unpooled))]
    assert sum(pointed) == unpooled.image[0].size


def test_the_svg_holds_the_numbers_of_its_step():
    file = takeaway.drawing("svg", HALVING.to_mapping(), {"step": "5"})
    assert file["name"] == "convolution-step-6.svg"
    root = ElementTree.fromstring(content(file))
    texts = ["".join(node.itertext()) for node in root.iter("{http://www.w3.org/2000/svg}text")]
    shown = frame(film(HALVING), 5)
    assert shown.equation in texts
    assert "conv: step 6 of 16, output cell (1, 1)" in texts
    cells = [
        written(float(value))
        for board in shown.boards
        for value, kind in zip(board.values.ravel(), board.kinds.ravel(), strict=True)
        if kind != EMPTY
    ]
    for number in set(cells):
        assert texts.count(number) == cells.count(number)


def test_the_pdf_is_one_and_the_same_each_time():
    first = content(takeaway.drawing("pdf", TRANSPOSED.to_mapping(), {}))
    assert first.startswith(b"%PDF-")
    assert first.rstrip().endswith(b"%%EOF")
    assert first == content(takeaway.drawing("pdf", TRANSPOSED.to_mapping(), {}))


def test_the_gif_has_a_frame_for_every_step():
    file = takeaway.animation(HALVING.to_mapping(), {}, silent)
    assert file["name"] == "convolution.gif"
    with Image.open(BytesIO(content(file))) as image:
        assert image.n_frames == 16
        assert image.info["loop"] == 0
        assert 300 < image.width <= 900
        sizes = set()
        for number in range(image.n_frames):
            image.seek(number)
            sizes.add(image.size)
        assert len(sizes) == 1


def test_a_long_animation_is_bounded_and_keeps_its_ends():
    assert chosen_steps(5) == [0, 1, 2, 3, 4]
    steps = chosen_steps(1024)
    assert len(steps) == MOST_FRAMES
    assert (steps[0], steps[-1]) == (0, 1023)
    assert chosen_steps(1) == [0]
    counted = []
    large = Choice(input_size=(32, 32), kernel_size=(1, 1), stride=(3, 3))
    file = takeaway.animation(large.to_mapping(), {}, lambda done, **_: counted.append(done))
    with Image.open(BytesIO(content(file))) as image:
        assert image.n_frames == MOST_FRAMES
    assert counted[-1] == (MOST_FRAMES - 1, MOST_FRAMES)


@pytest.mark.parametrize(
    "view",
    [
        None,
        [],
        "x",
        {"step": -1},
        {"step": "9e9"},
        {"step": "99999999999", "out": "7"},
        {"out": {}},
    ],
)
def test_any_view_gives_a_drawing(view):
    made, step = takeaway.shown_film(HALVING.to_mapping(), view)
    assert 0 <= step < len(made)


@pytest.mark.parametrize(
    "state", [None, "conv", {"operation": "<b>"}, {"stride": 0}, {"groups": 3}]
)
@pytest.mark.parametrize("handler", ["on_svg", "on_pdf", "on_gif"])
def test_a_state_that_is_none_is_a_message(state, handler):
    with pytest.raises(gr.Error):
        getattr(takeaway, handler)(state, {})
    with pytest.raises(gr.Error):
        takeaway.on_state(state)


@pytest.mark.parametrize("name", PRESETS)
def test_the_torch_code_runs(name):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # 'same' with an even kernel warns of a copy
        made = {}
        exec(takeaway.torch_code(PRESETS[name].choice), made)
    axes = resolve(PRESETS[name].choice.setting())
    assert list(made["output"].shape[2:]) == [axis.output_size for axis in axes]


def test_the_latex_holds_the_formula_once_for_equal_axes():
    choice = Choice(input_size=(7, 7), stride=(2, 2), padding=(1, 1))
    text = takeaway.latex(choice)
    one = relationship(choice.setting(), 0)
    assert text.count(one.formula) == 1
    assert f"{one.filled}\n\\end{{gather*}}" in text
    assert "relationship 6" in text
    differing = takeaway.latex(Choice(input_size=(7, 9)))
    assert differing.count("o = i - k + 1") == 2
