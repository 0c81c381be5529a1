"""The Try to break it section: a photo made worse, and which architectures still see the same."""

from collections.abc import Iterator
from typing import Any

import gradio as gr
import numpy as np

from segdemo.corruptions import CORRUPTIONS, corrupt
from segdemo.figures import segmentation as figures
from segdemo.labels import LABEL_SETS, paint
from segdemo.models.catalog import ARCHITECTURES
from segdemo.ui import photo_input, plot
from segdemo.ui.model_facts import WEIGHTS
from segdemo.ui.segment import break_trial, picture_grid
from segdemo.ui.segment.break_trial import Setting
from segdemo.ui.segment.results import RESULTS, checked_architectures
from segdemo.ui.source import Source, picture
from segdemo.ui.tab import Opening
from segdemo.ui.theme import COMPUTE

TITLE = "Try to break it"
DEFAULT: Setting = {"shift": 16.0}
DEFAULT_CURVE = "shift"
STEPS_SHOWN = 3  # a curve is drawn again after so many points
# A curve takes seconds: it waits for other curves, and nobody's photo waits for it.
CURVES: dict[str, Any] = {"concurrency_id": "curves", "concurrency_limit": 1}
INTRODUCTION = """
Make the photo worse and see who stays calm. **Agreement** is the share of pixels that keep the
class that the same architecture gave them on the clean photo; moved photos' masks are first moved
back, and only what is in both is compared. It says how steady a mask is, not how right. All at the
network's own size, the longer side 448 pixels, so that a pixel of shift is one of its pixels.
"""
ABOUT_CURVE = """
Why do shifts hurt at all? A map of stride 32 samples the photo every 32 pixels. Shifted by a whole
stride, the photo falls on the grid as before, up to what comes in at the border; shifted by half of
one, every cell sees something else.
"""
NO_CURVE = "Press Draw the curve: every setting of one slider, the others left clean."


def _working(source: Source, names: list[str]) -> np.ndarray:
    """The photo on the screen, RGB uint8 (H, W, 3) at working size."""
    return break_trial.working_photo(RESULTS.of(picture(source)[0], names).pixels)


def compared(source: Source, names: list[str], values: object) -> dict[str, Any]:
    """The grid's value: the photo made worse, and each architecture's mask of it and of the clean.

    ValueError where the photo, an architecture or an amount can't be used.
    """
    names, setting = checked_architectures(names), break_trial.checked(values)
    photo = _working(source, names)
    made = break_trial.trials(photo, setting, names)
    before = break_trial.clean_masks(photo, names)
    worse = corrupt(photo, setting).image
    pictures = [
        picture_grid.picture(photo, "Clean photo"),
        picture_grid.picture(worse, "Made worse", alt=f"The photo with {in_words(setting)}"),
    ]
    for name, trial in made.items():
        title = ARCHITECTURES[name].title
        numbers = f"{trial.agreement:.1%} the same, mIoU {trial.miou:.1%}"
        pictures += [
            picture_grid.picture(_over(photo, before[name]), title, "clean", f"{title}, clean"),
            picture_grid.picture(
                _over(photo, trial.mask, trial.defined),
                title,
                numbers,
                f"{title} with {in_words(setting)}, moved back: {numbers}",
            ),
        ]
    order = sorted(made, key=lambda name: -made[name].agreement)
    first, last = (ARCHITECTURES[order[k]].title for k in (0, -1))
    sentence = f"With {in_words(setting)}: "
    sentence += (
        f"{first} keeps {made[order[0]].agreement:.1%} of its pixels"
        + (f", {last} {made[order[-1]].agreement:.1%}." if len(order) > 1 else ".")
        if setting != break_trial.clean()
        else "every mask agrees with itself. Move a slider."
    )
    return {"pictures": pictures, "sentence": sentence}


def _over(photo: np.ndarray, mask: np.ndarray, defined: np.ndarray | None = None) -> np.ndarray:
    """The mask's colours over the photo; what is undefined in plain grey."""
    mixed = 0.35 * photo + 0.65 * paint(mask, LABEL_SETS[WEIGHTS])
    if defined is not None:
        mixed[~defined] = 128
    return np.rint(mixed).astype(np.uint8)


def in_words(setting: Setting) -> str:
    """What is changed: "shift 16 pixels, blur 2 pixels"."""
    changed = [
        f"{corruption.title} {setting[name]:g} {corruption.unit}".strip()
        for name, corruption in CORRUPTIONS.items()
        if setting.get(name, corruption.clean) != corruption.clean
    ]
    words = ", ".join(changed) or "nothing changed"
    return words if words.startswith("JPEG") else words[:1].lower() + words[1:]


def curve_figure(name: str, names: list[str], points: list[dict[str, tuple[float, float]]]) -> Any:
    """The curves of agreement so far."""
    corruption = CORRUPTIONS[name]
    unit = f", {corruption.unit}" if corruption.unit else ""
    return figures.curves(
        {ARCHITECTURES[one].title: [point[one][0] for point in points] for one in names},
        corruption.amounts,
        across=f"{corruption.title}{unit}",
        upwards="pixels with the same class",
    )


def on_open(source: Source, names: list[str], setting: object) -> tuple[Any, Any]:
    """Grid and notice when the section is shown, or photo or architectures changed."""
    try:
        return compared(source, names, setting), photo_input.said("")
    except ValueError as error:
        return gr.skip(), photo_input.failed(error)


def on_sliders(source: Source, names: list[str], setting: Setting) -> tuple[Any, Any, Any]:
    """Grid, notice and setting after a slider was let go."""
    grid, notice = on_open(source, names, setting)
    return grid, notice, setting


def on_clean(source: Source, names: list[str]) -> tuple[Any, ...]:
    """Grid, notice, setting and every slider back at clean."""
    setting = break_trial.clean()
    return *on_open(source, names, setting), setting, *setting.values()


def on_curve(
    source: Source,
    names: list[str],
    name: str,
    progress: gr.Progress = gr.Progress(),  # noqa: B008 -- Gradio looks for it there
) -> Iterator[tuple[Any, Any]]:
    """The curve of one slider and the notice, growing as it is worked out."""
    try:
        names = checked_architectures(names)
        if not isinstance(name, str) or name not in CORRUPTIONS:
            raise ValueError("that slider is not known, but a curve needs one; choose of the list.")
        photo = _working(source, names)
    except ValueError as error:
        yield gr.skip(), photo_input.failed(error)
        return
    amounts = CORRUPTIONS[name].amounts
    points = []
    for point in break_trial.curve(photo, name, names):
        points.append(point)
        progress((len(points), len(amounts)), desc=CORRUPTIONS[name].title, unit="settings")
        if len(points) % STEPS_SHOWN == 0 or len(points) == len(amounts):
            yield curve_figure(name, names, points), photo_input.said("")


def build(source: gr.State, choice: gr.CheckboxGroup) -> Opening:
    """Lay the section out and wire it; it opens with a shift by half the coarsest stride."""
    setting = gr.State(DEFAULT)
    gr.Markdown(INTRODUCTION)
    with gr.Row(elem_classes="break-sliders"):
        sliders = {name: _slider(name) for name in CORRUPTIONS}
    back = gr.Button("All clean", size="sm", variant="secondary", elem_id="break-clean")
    notice = photo_input.notice("break-notice")
    grid = picture_grid.component(empty="The masks appear here.", elem_id="break-grid")
    gr.Markdown(f"### Over a whole slider\n{ABOUT_CURVE}")
    over = gr.Radio(
        [(corruption.title, name) for name, corruption in CORRUPTIONS.items()],
        value=DEFAULT_CURVE,
        label="Curve over",
        elem_id="break-over",
    )
    with gr.Row():
        start = gr.Button("Draw the curve", variant="primary", elem_id="break-curve-start")
        stop = gr.Button("Stop", variant="secondary")
    curve = plot.component(
        empty=NO_CURVE, label="Agreement by setting", elem_id="break-curve", height=420
    )
    shared: dict[str, Any] = {"api_visibility": "private", "show_progress": "minimal"}

    def on_released(values: dict[Any, Any]) -> tuple[Any, Any, Any]:
        setting = {name: values[slider] for name, slider in sliders.items()}
        return on_sliders(values[source], values[choice], setting)

    gr.on(
        [slider.release for slider in sliders.values()],
        on_released,
        {source, choice, *sliders.values()},
        [grid, notice, setting],
        trigger_mode="always_last",
        show_progress_on=grid,
        **shared,
        **COMPUTE,
    )
    everything = [grid, notice, setting, *sliders.values()]
    back.click(on_clean, [source, choice], everything, **shared, **COMPUTE)
    running = start.click(on_curve, [source, choice, over], [curve, notice], **shared, **CURVES)
    stop.click(None, None, None, cancels=[running], api_visibility="private")
    return Opening(on_open, [source, choice, setting], [grid, notice])


def _slider(name: str) -> gr.Slider:
    """The slider of one way to make a photo worse."""
    corruption = CORRUPTIONS[name]
    return gr.Slider(
        corruption.low,
        corruption.high,
        value=DEFAULT.get(name, corruption.clean),
        step=corruption.step,
        label=corruption.title + (f", {corruption.unit}" if corruption.unit else ""),
        info=corruption.info,
        elem_id=f"break-{name}",
    )
