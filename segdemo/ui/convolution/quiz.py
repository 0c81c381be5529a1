"""The Quiz section: which size does this layer's output have, or does torch refuse it?

The server keeps nothing: a question is its seed and number, so the page can't hold the answer
before it is asked for, and the browser counts the score.
"""

import re
import secrets
from collections.abc import Mapping
from typing import Any

import gradio as gr
import torch

from segdemo.arithmetic.quiz import COUNT, SEEDS, Question, questions
from segdemo.arithmetic.quiz_kinds import KINDS, Layer
from segdemo.arithmetic.rules import count_axes
from segdemo.ui import link
from segdemo.ui.convolution import torch_code
from segdemo.ui.convolution.setting import Choice
from segdemo.ui.scripts import script
from segdemo.ui.tab import Opening

EMPTY = "The first question appears here."
ILLEGAL = "illegal"
MOST_ANSWER = 40  # characters
INTRODUCTION = f"""
**Predict the output's size**, or say that torch refuses the layer. {COUNT} questions, each on a
case that trips people. The number of a round makes its questions: a link sent to a class asks
everybody the same.
"""
LATEX: list[dict[str, str | bool]] = [{"left": "$$", "right": "$$", "display": True}]


def choice_of(layer: Layer) -> Choice:
    """The question's layer as the rest of the tab holds a layer."""
    setting = layer.setting

    def two(size: Any) -> Any:
        return size if isinstance(size, tuple | str) or size is None else (size, size)

    return Choice(
        operation=setting.operation,
        dims=count_axes(setting),
        input_size=two(setting.input_size),
        kernel_size=two(setting.kernel_size),
        stride=two(setting.stride),
        padding=two(setting.padding),
        padding_mode=setting.padding_mode,
        dilation=two(setting.dilation),
        output_padding=two(setting.output_padding),
        output_size=two(setting.output_size),
        ceil_mode=setting.ceil_mode,
        groups=layer.groups,
        in_channels=layer.in_channels,
        out_channels=layer.out_channels,
        bias=True,
    )


def code(asked: Question) -> str:
    """The question as three lines of torch."""
    size = asked.layer.setting.input_size
    sizes = size if isinstance(size, tuple) else (size,)
    shape = (1, asked.layer.in_channels, *sizes)
    return f"input = torch.rand{shape}\n{torch_code.code(choice_of(asked.layer))}"


def put(asked: Question) -> dict[str, Any]:
    """What the page may know of a question before it is answered."""
    axes = count_axes(asked.layer.setting)
    words = "length" if axes == 1 else "height and width"
    return {
        "code": code(asked),
        "asks": f"What is the output's {words}?",
        "hint": "for example 4" if axes == 1 else "for example 4 x 5",
        "axes": axes,
    }


def read_answer(text: object, axes: int) -> tuple[int, ...] | None:
    """Sizes typed as "4", "4 x 5" or "(4, 5)"; None for "illegal" (i for short).

    ValueError, in one sentence, for anything else.
    """
    if not isinstance(text, str) or len(text) > MOST_ANSWER:
        raise ValueError("an answer is a size or the word illegal; type it.")
    typed = text.strip().lower()
    if typed and ILLEGAL.startswith(typed):
        return None
    numbers = re.findall(r"\d{1,6}", typed)
    rest = re.sub(r"[\d\s,x×()\[\]]", "", typed)
    if rest or len(numbers) != axes:
        wanted = "one whole number" if axes == 1 else "height and width, as in 4 x 5"
        raise ValueError(f"the answer must be {wanted}, or the word illegal.")
    return tuple(int(digits) for digits in numbers)


def sized(answer: tuple[int, ...] | None) -> str:
    """An answer for reading: "4 × 5" or "illegal"."""
    return ILLEGAL if answer is None else " × ".join(str(size) for size in answer)


def verdict(asked: Question, given: tuple[int, ...] | None) -> dict[str, Any]:
    """Whether the answer is right, and which one is."""
    right = given == asked.answer
    truth = "torch refuses it" if asked.answer is None else f"the output is {sized(asked.answer)}"
    said = f"Right: {truth}." if right else f"Not so: {truth}, you said {sized(given)}."
    return {"right": right, "text": said, "kind": KINDS[asked.kind].title}


def why(asked: Question) -> str:
    """The reason as Markdown: the formula with its numbers, or torch's own words."""
    lines = [f"$$\n{formula}\n$$" for formula in asked.formulas]
    if asked.answer is None:
        version = torch.__version__.split("+")[0]
        words = torch_code.refusal(choice_of(asked.layer)) or ""
        lines.append(f"torch {version} says:\n\n```text\n{words}\n```")
    lines.append(f"**{KINDS[asked.kind].title}.** {markdown(asked.reason)}")
    return "\n\n".join(lines)


def markdown(text: str) -> str:
    """Plain text that Markdown leaves as it is."""
    return re.sub(r"([\\`*_{}\[\]<>#$])", r"\\\1", text)


def on_ask(asked: object) -> tuple[Any, Any]:
    """The quiz's next state and the reason for the last answer.

    `asked` is {"seed", "number", "answer"}: without an answer that question is put, else it is
    judged and the next one goes along, to be shown when the person is ready.
    """
    try:
        seed, number, answer = _checked(asked)
        every = questions(seed)
        if answer is None:
            return _value(seed, number, put(every[number])), ""
        given = read_answer(answer, count_axes(every[number].layer.setting))
    except ValueError as error:
        text = str(error)
        return {"error": text[:1].upper() + text[1:], "serial": secrets.token_hex(4)}, gr.skip()
    judged = verdict(every[number], given)
    following = put(every[number + 1]) if number + 1 < COUNT else None
    return _value(seed, number + 1, following, judged), why(every[number])


def on_open(request: gr.Request = None) -> tuple[Any, Any]:  # type: ignore[assignment]
    """The first question of the link's round, or of a new one."""
    named = link.read(request, "convolution").get("quiz", "")
    known = named.isascii() and named.isdigit() and int(named) < SEEDS
    seed = int(named) if known else secrets.randbelow(SEEDS)
    return on_ask({"seed": seed, "number": 0, "answer": None})


def _checked(asked: object) -> tuple[int, int, object]:
    if not isinstance(asked, Mapping):
        raise ValueError("a question has a seed and a number; start a new round.")
    seed = _below("seed", asked.get("seed"), SEEDS)
    return seed, _below("number", asked.get("number"), COUNT), asked.get("answer")


def _below(name: str, value: object, limit: int) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < limit:
        got = str(value)[:20]
        raise ValueError(f"the {name} must be a whole number from 0 to {limit - 1}, got {got!r}.")
    return value


def _value(
    seed: int, number: int, question: dict[str, Any] | None, judged: dict[str, Any] | None = None
) -> dict[str, Any]:
    return {
        "seed": seed,
        "number": number,
        "total": COUNT,
        "question": question,
        "verdict": judged,
        "serial": secrets.token_hex(4),  # the same question twice is still a new value
    }


def build() -> Opening:
    """Lay the section out and wire it; it opens with the link's round or a new one."""
    gr.Markdown(INTRODUCTION)
    with gr.Row(elem_classes="halves"):
        quiz = gr.HTML(
            None,
            html_template='<div class="quiz"></div>',
            js_on_load=script("quiz.js"),
            elem_id="quiz",
            apply_default_css=False,
            empty=EMPTY,
            seeds=SEEDS,
        )
        reason = gr.Markdown(latex_delimiters=LATEX, elem_id="quiz-why")
    quiz.input(
        on_ask,
        quiz,
        [quiz, reason],
        api_visibility="private",
        show_progress="hidden",
        concurrency_limit=4,
    )
    return Opening(on_open, [], [quiz, reason])
