"""The growth of a stack's field beside linear and exponential growth."""

import json

from segdemo.arithmetic.receptive import chain, fields
from segdemo.arithmetic.setting import Setting
from segdemo.figures.convolution_growth import doubling_field, growth, plain_field


def field(dilations: list[int]) -> int:
    return fields(chain([Setting("conv", 1, 3, dilation=d) for d in dilations], 1000))[-1][0].size


def test_the_two_laws_are_those_of_real_stacks():
    for depth in range(1, 8):
        assert plain_field(depth) == field([1] * depth)
        assert doubling_field(depth) == field([2**n for n in range(depth)])


def test_the_figure_is_plain_and_tells_its_numbers():
    figure = growth([3, 7, 15])
    json.dumps(figure)
    assert figure["data"][0]["y"] == [1, 3, 7, 15]
    assert all(line["x"] == [0, 1, 2, 3] for line in figure["data"])
    assert "from 1 to 15 input cells" in figure["alt"]
    assert "without dilation reach 7" in figure["alt"]
    assert growth([])["data"][0]["y"] == [1]
