"""The sections beside Compare: each is filled when it is shown, and never while it is hidden.

Every section has a state that says what it is to show, [source, architectures]. It changes when the
section is opened, or when photo or architectures change under it, and that fills the section; so
one that is opened again with nothing changed costs nothing.
"""

from functools import partial
from typing import Any

import gradio as gr

from segdemo.ui.source import Source
from segdemo.ui.tab import Opening
from segdemo.ui.theme import COMPUTE

COMPARE = "compare"
# The panes remember the section, for the link that they write. The address itself changes only once
# they are there: before, the page is opening and its address is still to be read.
LINK = """(...values) => {
    const panes = document.querySelector("#panes .panes");
    if (panes) panes.dataset.section = SECTION;
    const here = [null, "segment"].includes(window.segdemo.current());
    if (here && panes?.dataset.state === "ready") {
        window.segdemo.link("segment", {section: SECTION || null});
    }
    return values;
}"""


def on_shown(name: str, source: Source, names: list[str]) -> tuple[str, Any]:
    """Which section is shown now, and what it is to show."""
    return name, [source, names]


def on_changed(shown: str, source: Source, names: list[str], sections: list[str]) -> list[Any]:
    """What each of `sections` is to show: only the one that is shown hears of the change."""
    return [[source, names] if name == shown else gr.skip() for name in sections]


def wire(
    places: dict[str, tuple[gr.Tab, Opening]],
    compare: gr.Tab,
    source: gr.State,
    choice: gr.CheckboxGroup,
) -> None:
    """Wire the sections, name -> (its tab, how to fill it), and Compare's tab."""
    shown = gr.State(COMPARE)
    wanted = {name: gr.State(None) for name in places}
    quick: dict[str, Any] = {
        "api_visibility": "private",
        "show_progress": "hidden",
    }
    compare.select(lambda: COMPARE, None, shown, js=LINK.replace("SECTION", "''"), **quick)
    for name, (place, opening) in places.items():
        place.select(
            partial(on_shown, name),
            [source, choice],
            [shown, wanted[name]],
            js=LINK.replace("SECTION", repr(name)),
            **quick,
        )
        wanted[name].change(
            opening.handler,
            opening.inputs,
            opening.outputs,
            api_visibility="private",
            show_progress="minimal",
            **COMPUTE,
        )
    if places:
        gr.on(
            [source.change, choice.input],
            partial(on_changed, sections=list(places)),
            [shown, source, choice],
            list(wanted.values()),
            **quick,
        )
