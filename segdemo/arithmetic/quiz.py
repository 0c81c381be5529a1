"""Questions on the output's size, drawn from the cases that trip people, with answer and reason.

A seed gives the same questions to everybody. The answer comes from `geometry`, never from here.
"""

from dataclasses import dataclass

import numpy as np

from segdemo.arithmetic.geometry import resolve, weight_shape
from segdemo.arithmetic.quiz_kinds import KINDS, Draw, Layer
from segdemo.arithmetic.relationships import relationship
from segdemo.arithmetic.rules import per_axis
from segdemo.arithmetic.setting import WEIGHTED, IllegalSettingError

COUNT = 10  # questions of one seed
SEEDS = 10_000


@dataclass(frozen=True)
class Question:
    """Which size does this layer's output have?

    `answer` is the output's size, one number an axis, or None where torch refuses. `formulas`
    (LaTeX, for each axis with symbols, then with the numbers filled in) are empty for a refusal.
    `reason` ends with what is to be remembered of this `kind` of case.
    """

    kind: str
    layer: Layer
    answer: tuple[int, ...] | None
    formulas: tuple[str, ...]
    reason: str


def questions(seed: int, count: int = COUNT) -> tuple[Question, ...]:
    """The questions of a seed, each of another kind as long as there are kinds left."""
    names = list(KINDS)
    order = np.random.default_rng([seed, 0]).permutation(len(names))
    kinds = [names[order[number % len(names)]] for number in range(count)]
    return tuple(
        question(kind, np.random.default_rng([seed, 1, n])) for n, kind in enumerate(kinds)
    )


def question(kind: str, draw: Draw) -> Question:
    """A question of this kind, answered by the maths."""
    layer = KINDS[kind].draw(draw)
    return Question(kind, layer, *_answered(kind, layer))


def _answered(kind: str, layer: Layer) -> tuple[tuple[int, ...] | None, tuple[str, ...], str]:
    lesson = KINDS[kind].lesson
    try:
        if layer.setting.operation in WEIGHTED:
            kernel = per_axis(layer.setting, "kernel_size")
            channels = (layer.in_channels, layer.out_channels)
            weight_shape(layer.setting.operation, *channels, kernel, layer.groups)
        axes = resolve(layer.setting)
    except IllegalSettingError as refusal:
        return None, (), f"Refused: {refusal} {lesson}"
    found = [relationship(layer.setting, axis) for axis in range(len(axes))]
    formulas = tuple(line for one in found for line in dict.fromkeys((one.formula, one.filled)))
    notes = dict.fromkeys(KINDS[kind].note(axis) for axis in axes)
    return (
        tuple(axis.output_size for axis in axes),
        formulas,
        " ".join([*(note for note in notes if note), lesson]),
    )
