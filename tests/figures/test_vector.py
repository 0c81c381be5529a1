"""Vector export: text stays text, the same figure gives the same file."""

from xml.etree import ElementTree

import pytest
from matplotlib.figure import Figure

from segdemo.figures import vector


def drawn() -> Figure:
    figure = Figure(figsize=(3, 2))
    axes = figure.add_subplot()
    axes.plot([0, 1], [1, 0])
    axes.set_xlabel("stride, pixels")
    return figure


def test_an_svg_holds_its_text_and_is_the_same_every_time():
    content = vector.write(drawn(), "svg")
    texts = {node.text for node in ElementTree.fromstring(content).iter() if "text" in node.tag}
    assert "stride, pixels" in texts
    assert content == vector.write(drawn(), "svg")


def test_a_pdf_is_one_and_is_the_same_every_time():
    content = vector.write(drawn(), "pdf")
    assert content.startswith(b"%PDF-")
    assert content == vector.write(drawn(), "pdf")


def test_another_kind_is_refused_by_name():
    with pytest.raises(ValueError, match="kind 'gif' is not known; choose from pdf, svg"):
        vector.write(drawn(), "gif")
