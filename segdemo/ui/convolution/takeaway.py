"""Take away: the layer on the screen as GIF, SVG, PDF, torch code and LaTeX.

Which step and which reading are drawn is what the player shows: the browser keeps both in the
address, from where the buttons take them along.
"""

from collections.abc import Iterator, Mapping
from typing import Any

import gradio as gr

from segdemo.arithmetic.relationships import relationship
from segdemo.figures import convolution_frame, convolution_gif, vector
from segdemo.figures.convolution_frame import Frame
from segdemo.ui import downloads
from segdemo.ui.convolution import torch_code as convolution_torch
from segdemo.ui.convolution.check import check
from segdemo.ui.convolution.frames import Film, film, frame
from segdemo.ui.convolution.setting import Choice, from_mapping
from segdemo.ui.theme import COMPUTE

NAME = "convolution"
VECTORS = ("svg", "pdf")
# A button hands the address's view on in place of what is still unset on the page.
VIEW = """(state) => {
    const query = new URLSearchParams(location.search);
    const names = ["step", "out", "reading"];
    const view = Object.fromEntries(names.map((name) => [name, query.get(name)]));
    return [state, view];
}"""
TEXT = f"""
## Take it away

The current step as a vector drawing for a report, all of them as an animation for a slide (at most
{convolution_gif.MOST_FRAMES} frames, evenly spread), or the layer in words.
"""


def shown_film(state: object, view: object) -> tuple[Film, int]:
    """The film and the step that the player shows. ValueError where the state can't be read."""
    told = view if isinstance(view, Mapping) else {}
    reading = "scatter" if told.get("reading") == "scatter" else "gather"
    choice = from_mapping(state)
    channel = _count(told.get("out"))
    weighted = choice.operation in ("conv", "conv_transpose")
    channels = choice.out_channels if weighted else choice.in_channels
    made = film(choice, min(channel, channels - 1), reading)
    return made, min(_count(told.get("step")), len(made) - 1)


def _count(raw: object) -> int:
    """A count as the browser writes it; 0 for anything else."""
    text = str(raw)
    return int(text[:8]) if text.isascii() and text.isdigit() else 0


def drawing(kind: str, state: object, view: object) -> dict[str, Any]:
    """The current step as a file, "svg" or "pdf". ValueError."""
    made, step = shown_film(state, view)
    content = vector.write(convolution_frame.draw(frame(made, step)), kind)
    return downloads.file(f"{NAME}-step-{step + 1}.{kind}", content)


def animation(state: object, view: object, progress: gr.Progress) -> dict[str, Any]:
    """All steps, or as many as MOST_FRAMES of them, as a GIF. ValueError."""
    made, _ = shown_film(state, view)
    steps = convolution_gif.chosen_steps(len(made))

    def frames() -> Iterator[Frame]:
        for number, step in enumerate(steps):
            progress((number, len(steps)), desc="Drawing", unit="frames")
            yield frame(made, step)

    return downloads.file(f"{NAME}.gif", convolution_gif.animate(frames()))


def torch_code(choice: Choice) -> str:
    """A script that runs: the imports, an input of the right shape, layer and output's shape."""
    axes = check(choice)
    sizes = tuple(axis.input_size for axis in axes)
    shape = (1, choice.in_channels, *sizes)
    lines = ["import torch", "from torch import nn", "", f"input = torch.rand{shape}"]
    if choice.operation == "max_unpool":
        lines.append(
            "indices = torch.zeros(input.shape, dtype=torch.int64)  # as max pooling gives"
        )
    lines += convolution_torch.code(choice).splitlines()
    output = tuple(axis.output_size for axis in axes)
    weighted = choice.operation in ("conv", "conv_transpose")
    channels = choice.out_channels if weighted else choice.in_channels
    return "\n".join([*lines, f"assert output.shape == {(1, channels, *output)}"])


def latex(choice: Choice) -> str:
    """The formula of the output's size, with symbols and with the numbers, as a LaTeX display.

    One formula an axis where the axes differ.
    """
    axes = check(choice)
    lines: list[str] = []
    for number in range(len(axes)):
        one = relationship(choice.setting(), number)
        source = f"relationship {one.number}, " if one.number else ""
        comment = f"% {one.title} ({source}{one.source})"
        found = [comment, rf"{one.formula} \\", rf"{one.filled} \\"]
        if found != lines[-3:]:
            lines += found
    lines[-1] = lines[-1].removesuffix(r" \\")
    return "\n".join([r"\begin{gather*}", *lines, r"\end{gather*}"])


def on_state(state: object) -> tuple[str, str]:
    """Code and LaTeX of the setting on the screen."""
    try:
        choice = from_mapping(state)
        return torch_code(choice), latex(choice)
    except ValueError as error:
        raise gr.Error(str(error), print_exception=False) from None


def on_vector(kind: str, state: object, view: object) -> dict[str, Any]:
    """What `drawing` makes; an error becomes a message."""
    try:
        return drawing(kind, state, view)
    except ValueError as error:
        raise gr.Error(str(error), print_exception=False) from None


def on_svg(state: object, view: object) -> dict[str, Any]:
    """The current step as SVG."""
    return on_vector("svg", state, view)


def on_pdf(state: object, view: object) -> dict[str, Any]:
    """The current step as PDF."""
    return on_vector("pdf", state, view)


def on_gif(
    state: object,
    view: object,
    progress: gr.Progress = gr.Progress(),  # noqa: B008, Gradio looks for it here
) -> dict[str, Any]:
    """The steps as a GIF; an error becomes a message."""
    try:
        return animation(state, view, progress)
    except ValueError as error:
        raise gr.Error(str(error), print_exception=False) from None


def build(setting_state: gr.State) -> None:
    """Lay the part out below the player; `setting_state` holds the setting's plain mapping."""
    start = from_mapping(setting_state.value)
    gr.Markdown(TEXT)
    with gr.Row():
        svg = gr.Button("Step as SVG", scale=0, min_width=190)
        pdf = gr.Button("Step as PDF", scale=0, min_width=190)
        gif = gr.Button("Animation as GIF", scale=0, min_width=190)
    view = gr.JSON(visible=False)
    saved = downloads.saver()
    with gr.Row(elem_classes="halves"):
        code = gr.Code(
            torch_code(start),
            language="python",
            label="Layer in torch, ready to run",
            interactive=False,
            wrap_lines=True,
            show_line_numbers=False,
            buttons=["copy"],
        )
        formula = gr.Code(
            latex(start),
            language="latex",
            label="Size formula in LaTeX",
            interactive=False,
            wrap_lines=True,
            show_line_numbers=False,
            buttons=["copy"],
        )
    for button, handler in ((svg, on_svg), (pdf, on_pdf), (gif, on_gif)):
        button.click(
            handler,
            [setting_state, view],
            saved,
            js=VIEW,
            api_visibility="private",
            show_progress="full" if handler is on_gif else "hidden",
            show_progress_on=formula if handler is on_gif else None,
            **COMPUTE,
        )
    setting_state.change(
        on_state, setting_state, [code, formula], api_visibility="private", show_progress="hidden"
    )
