"""Which section hears of a change: the one that is shown, and no other."""

import gradio as gr
import pytest

from segdemo.ui.segment import sections
from segdemo.ui.tab import Opening

SOURCE = {"example": "cat"}
NAMES = ["inside", "measure"]


def skipped(output: object) -> bool:
    return output == {"__type__": "update"}


def test_a_section_that_is_opened_is_told_what_to_show():
    assert sections.on_shown("inside", SOURCE, ["unet"]) == ("inside", [SOURCE, ["unet"]])


@pytest.mark.parametrize(("shown", "position"), [("inside", 0), ("measure", 1)])
def test_only_the_section_that_is_shown_hears_of_a_change(shown, position):
    told = sections.on_changed(shown, SOURCE, ["unet"], NAMES)
    assert told.pop(position) == [SOURCE, ["unet"]]
    assert all(skipped(output) for output in told)


def test_while_compare_is_shown_no_section_hears_of_a_change():
    assert all(skipped(output) for output in sections.on_changed("compare", SOURCE, [], NAMES))


def test_each_section_is_filled_by_its_own_state_alone():
    def fill(source: dict, names: list) -> str:
        return f"{source} {names}"

    with gr.Blocks(analytics_enabled=False) as page:
        source, choice = gr.State(SOURCE), gr.CheckboxGroup(["unet"])
        with gr.Tabs():
            with gr.Tab("Compare") as compare:
                pass
            places = {}
            for name in NAMES:
                with gr.Tab(name) as place:
                    places[name] = (place, Opening(fill, [source, choice], [gr.Textbox()]))
        sections.wire(places, compare, source, choice)
    fills = [handler for handler in page.fns.values() if handler.fn is fill]
    triggers = [trigger for handler in fills for trigger in handler.targets]
    assert len(fills) == len({target for target, _ in triggers}) == len(NAMES)
    assert {event for _, event in triggers} == {"change"}
    for handler in page.fns.values():
        assert handler.api_visibility == "private"
