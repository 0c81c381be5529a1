"""Links: what a tab reads from the address, and what it writes there."""

from types import SimpleNamespace

import pytest

from segdemo.ui import link


def asking(**parameters):
    return SimpleNamespace(query_params=parameters)


def test_a_tab_reads_its_own_parameters_and_no_others():
    request = asking(tab="convolution", stride="2", __theme="dark")
    assert link.read(request, "convolution") == {"stride": "2"}
    assert link.read(request, "segment") == {}
    assert link.read(asking(stride="2"), "convolution") == {}
    assert link.read(None, "convolution") == {}


def test_a_link_is_bounded():
    long = asking(tab="segment", note="x" * (link.MAX_LENGTH + 1), example="cat")
    assert link.read(long, "segment") == {"example": "cat"}
    many = asking(tab="segment", **{f"p{i}": "1" for i in range(link.MAX_PARAMETERS + 1)})
    assert link.read(many, "segment") == {}


@pytest.mark.parametrize(("named", "opened"), [("b", "b"), ("nowhere", "a"), (None, "a")])
def test_the_page_opens_at_the_tab_that_the_address_names(named, opened):
    parameters = {} if named is None else {"tab": named}
    assert link.linked_tab(asking(**parameters), ["a", "b"]) == opened


def test_a_tabs_state_is_strings_without_what_is_not_set():
    assert link.state("segment", example="cat", zoom=2, upload=None) == {
        "tab": "segment", "example": "cat", "zoom": "2",
    }  # fmt: skip
