"""What happens in the Classifier tab: every handler answers with the whole page's outputs."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import gradio as gr

from segdemo.ui import downloads, link, photo_input
from segdemo.ui.classifier import controls as classifier_controls
from segdemo.ui.classifier import field as classifier_field
from segdemo.ui.classifier import growth, heat, linear, sliding, strides
from segdemo.ui.classifier.scene import Scene, scene_of
from segdemo.ui.classifier.setting import TAB, Setting, address_of, checked_point, linked
from segdemo.ui.examples import example

# Name -> the module that builds the step and works out what it shows, in reading order.
STEPS = {
    step.NAME: step
    for step in (
        linear,
        growth,
        heat,
        sliding,
        strides,
        classifier_field,
    )
}


def step_values(scene: Scene) -> list[Any]:
    """The outputs of all steps, in order: the one shown worked out, the others blank."""
    return [
        value
        for name, step in STEPS.items()
        for value in (step.shown(scene) if name == scene.setting.step else step.BLANK)
    ]


def answer(setting: Setting, before: Setting) -> list[Any]:
    """Setting, notice, address, controls and steps after a change.

    A change that can't be done changes nothing but the notice; the controls go back.
    """
    try:
        scene = scene_of(setting)
        setting = replace(setting, index=scene.index)
        shown = step_values(scene)
        controls = classifier_controls.values(setting, scene)
    except ValueError as error:
        return refused(error, before)
    height, width = scene.pixels.shape[:2]
    fixed = "".join(f"; {note}" for note in scene.notes)
    remark = f"Your photo: {width} × {height} pixels{fixed}." if "upload" in setting.source else ""
    return [
        setting,
        photo_input.said(remark),
        address_of(setting),
        *controls,
        setting.scored,
        setting.stride,
        "",
        *shown,
    ]


def unchanged(setting: Setting) -> list[Any]:
    """The same where nothing on the page changes."""
    others = 5 + len(classifier_controls.SETTABLE)
    others += sum(len(step.BLANK) for step in STEPS.values())
    return [setting, *(gr.skip() for _ in range(others))]


def refused(error: Exception, before: Setting) -> list[Any]:
    """The same where a change failed: the sentence that says why, and the controls as before."""
    controls = [*classifier_controls.refused(before), before.scored, before.stride]
    values = unchanged(before)
    values[1] = photo_input.failed(error)
    values[3 : 3 + len(controls)] = controls
    return values


def on_open(setting: Setting, request: gr.Request = None) -> list[Any]:  # type: ignore[assignment]
    """The step to turn to and everything else, when the tab is shown or linked to."""
    wanted = linked(link.read(request, TAB), setting, list(STEPS))
    return [gr.Tabs(selected=wanted.step), *answer(wanted, setting)]


def on_example(name: object, setting: Setting) -> list[Any]:
    """Another example, under its own most probable class."""
    try:
        example(name)
    except ValueError as error:
        return refused(error, setting)
    return answer(replace(setting, source={"example": str(name)}, index=None), setting)


def on_upload(path: str | None, setting: Setting) -> list[Any]:
    """A photo came in, or the box was emptied, which changes nothing."""
    source = setting.source if path is None else {"upload": path}
    index = setting.index if path is None else None
    return answer(replace(setting, source=source, index=index), setting)


def on_value(
    field: str, check: Callable[[object], Any], given: object, setting: Setting
) -> list[Any]:
    """Another class, size, stride or way to score; `check` refuses what isn't offered."""
    try:
        changed = replace(setting, **{field: check(given)})
    except ValueError as error:
        return refused(error, setting)
    return answer(changed, setting)


def on_step(name: str, setting: Setting) -> list[Any]:
    """Another step was turned to.

    The browser also tells, once, that the first step stands there; `on_open` fills whichever is
    linked to, so that is no wish for the first.
    """
    if name == next(iter(STEPS)) and not setting.mounted:
        return unchanged(replace(setting, mounted=True))
    return answer(replace(setting, step=name), setting)


def on_point(setting: Setting, event: gr.EventData) -> list[Any]:
    """Another cell was pressed: the drawing sends {"point": [y, x]}, fractions of the photo."""
    data = event._data if isinstance(event._data, dict) else {}
    return on_value("point", checked_point, data.get("point"), setting)


def on_slide(setting: Setting) -> Iterator[list[Any]]:
    """Slide the window: progress, then the comparison; [numbers, view, progress line]."""
    try:
        yield from sliding.slid(scene_of(setting))
    except ValueError as error:
        yield [gr.skip(), gr.skip(), photo_input.failed(error)]


def on_file(kind: str, setting: Setting) -> tuple[Any, Any]:
    """The heat map's file for the browser to save, and the notice."""
    try:
        scene = scene_of(setting)
        name = heat.file_name(scene, kind)
        return downloads.file(name, heat.file(scene, kind)), gr.skip()
    except ValueError as error:
        return gr.skip(), photo_input.failed(error)
