"""Numbers as they are written in tables."""

import pytest

from segdemo.ui import tables


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (None, "–"),
        (0, "0"),
        (999, "999"),
        (1000, "1.00 k"),
        (3_412_345, "3.41 M"),
        (134_362_751, "134 M"),
        (12_061_310_976, "12.1 G"),
    ],
)
def test_large_numbers_keep_three_digits(number, text):
    assert tables.scaled(number) == text


def test_counts_are_grouped_by_thousands():
    assert tables.count(134362751).split("\u202f") == ["134", "362", "751"]


def test_everything_in_a_table_is_escaped():
    made = tables.table(["<b>"], [["<i>"], ["a & b"]], caption='"quoted" <u>')
    assert "<b>" not in made
    assert "<i>" not in made
    assert "<u>" not in made
    assert "a &amp; b" in made
