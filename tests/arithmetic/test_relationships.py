"""Dumoulin & Visin's relationships 1-15: which applies, and that the typeset formula is right."""

import math
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from segdemo.arithmetic.geometry import is_legal, resolve
from segdemo.arithmetic.relationships import relationship
from segdemo.arithmetic.setting import Setting

FIGURES = [
    (1, Setting("conv", 4, 3)),
    (2, Setting("conv", 5, 4, padding=2)),
    (3, Setting("conv", 5, 3, padding=1)),
    (3, Setting("conv", 5, 3, padding="same")),
    (4, Setting("conv", 5, 3, padding=2)),
    (5, Setting("conv", 5, 3, stride=2)),
    (6, Setting("conv", 5, 3, stride=2, padding=1)),
    (6, Setting("conv", 6, 3, stride=2, padding=1)),
    (7, Setting("avg_pool", 5, 3, stride=1)),
    (7, Setting("max_pool", 5, 3, stride=1)),
    (8, Setting("conv_transpose", 2, 3)),
    (9, Setting("conv_transpose", 6, 4, padding=2)),
    (10, Setting("conv_transpose", 5, 3, padding=1)),
    (11, Setting("conv_transpose", 7, 3, padding=2)),
    (12, Setting("conv_transpose", 2, 3, stride=2)),
    (13, Setting("conv_transpose", 3, 3, stride=2, padding=1)),
    (14, Setting("conv_transpose", 3, 3, stride=2, padding=1, output_padding=1)),
    (15, Setting("conv", 7, 3, dilation=2)),
    (None, Setting("conv", 5, 2, padding="same")),
    (None, Setting("conv_transpose", 3, 3, dilation=2)),
    (None, Setting("max_pool", 5, 3, 3, 1, ceil_mode=True)),
    (None, Setting("max_unpool", 3, 2)),
]


@pytest.mark.parametrize(("number", "setting"), FIGURES)
def test_each_figure_has_its_relationship(number, setting):
    assert relationship(setting).number == number


def test_formula_reads_as_in_the_paper():
    found = relationship(Setting("conv", 5, 3, stride=2, padding=1))
    assert found.formula == r"o = \left\lfloor \frac{i + 2p - k}{s} \right\rfloor + 1"
    filled = r"o = \left\lfloor \frac{5 + 2 \cdot 1 - 3}{2} \right\rfloor + 1 = 3"
    assert found.filled == filled
    transposed = relationship(Setting("conv_transpose", 3, 3, 2, 1, output_padding=1))
    assert transposed.formula == "o' = s(i' - 1) + a + k - 2p"
    assert transposed.filled == r"o' = 2 \cdot (3 - 1) + 1 + 3 - 2 \cdot 1 = 6"


@settings(max_examples=200, deadline=None, derandomize=True)
@given(data=st.data())
def test_typeset_numbers_compute_to_the_size(data, settings_of):
    setting = data.draw(settings_of())
    if not is_legal(setting):
        return
    for number, axis in enumerate(resolve(setting)):
        found = relationship(setting, number)
        symbols = {"i": axis.input_size, "k": axis.kernel_size, "s": axis.stride}
        symbols |= {"p": axis.pad_left, "d": axis.dilation, "a": axis.output_padding}
        if axis.asked_size is not None:
            low, asked, high = (compute(part, {}) for part in found.filled.split("<"))
            assert low < asked == axis.output_size < high
            continue
        _, filled, *result = found.filled.split(" = ")  # "o = 5" needs no third part
        _, formula = found.formula.split(" = ")
        assert int((result or [filled])[0]) == axis.output_size
        assert compute(filled, {}) == axis.output_size
        assert compute(formula, symbols) == axis.output_size


def compute(latex: str, symbols: dict[str, int]) -> int:
    """Works out the LaTeX of a formula, by turning it into Python."""
    text = re.sub(r"\\left\\l(floor|ceil)\s*\\frac", r"F\1", latex)
    text = re.sub(r"\\right\\r(floor|ceil)", "", text)
    text = re.sub(r"F(floor|ceil)\{(.*?)\}\{(.*?)\}", r"\1((\2)/(\3))", text)
    text = text.replace(r"\cdot", "*").replace("'", "")
    text = re.sub(r"(?<=[\d)])\s*(?=[a-z(])", "*", text)
    text = re.sub(r"\b([skdp])\s*(?=\()", r"\1*", text)
    return eval(text, {"floor": math.floor, "ceil": math.ceil}, symbols)
