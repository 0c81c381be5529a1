"""What happens in the Generate tab: every change answers with the whole page's outputs."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import gradio as gr

from segdemo.ui import photo_input
from segdemo.ui.generative import controls
from segdemo.ui.generative.part import Part, Section
from segdemo.ui.generative.scene import Scene, scene_of
from segdemo.ui.generative.setting import Setting, address_of

Sections = list[tuple[Section, Part]]  # in reading order, as laid out


def answer(sections: Sections, setting: Setting, before: Setting) -> list[Any]:
    """Setting, notice, address, controls and sections after a change.

    A change that can't be done changes nothing but the notice; the controls go back.
    """
    try:
        scene = scene_of(setting)
        shown = values_of(sections, scene)
    except ValueError as error:
        return refused(sections, error, before)
    return [
        setting,
        photo_input.said(""),
        address_of(setting),
        *controls.values(scene),
        *shown,
    ]


def values_of(sections: Sections, scene: Scene) -> list[Any]:
    """The outputs of all sections: the one shown worked out, the others left as they are."""
    found: list[Any] = []
    for section, part in sections:
        here = scene.setting.section == section.NAME
        found += section.shown(scene) if here else [gr.skip()] * len(part.outputs)
    return found


def unchanged(sections: Sections, setting: Setting) -> list[Any]:
    """The same where nothing on the page changes."""
    count = sum(len(part.outputs) for _, part in sections)
    return [setting, *[gr.skip()] * (2 + controls.SETTABLE + count)]


def refused(sections: Sections, error: Exception, before: Setting) -> list[Any]:
    """The same where a change failed: the sentence that says why, everything else as before."""
    try:
        scene = scene_of(before)
        shown = values_of(sections, scene)
    except ValueError:
        shown = unchanged(sections, before)[3 + controls.SETTABLE :]
    return [
        before,
        photo_input.failed(error),
        gr.skip(),
        *controls.refused(before),
        *shown,
    ]


def on_change(
    sections: Sections,
    changed: Callable[[Any, Setting], Setting],
    given: Any,
    setting: Setting,
) -> list[Any]:
    """A control was used."""
    try:
        wanted = changed(given, setting)
    except ValueError as error:
        return refused(sections, error, setting)
    return answer(sections, wanted, setting)


def on_section(sections: Sections, name: str, setting: Setting) -> list[Any]:
    """Another section was turned to.

    The browser also tells, once, that the first stands there; opening the tab fills whichever is
    linked to, so that is no wish for the first.
    """
    if name == sections[0][0].NAME and not setting.mounted:
        return unchanged(sections, replace(setting, mounted=True))
    return answer(sections, replace(setting, section=name), setting)
