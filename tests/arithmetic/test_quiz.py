"""The quiz: torch itself gives every answer that the quiz calls right."""

import numpy as np
import pytest
from torch import nn

from segdemo.arithmetic.quiz import COUNT, question, questions
from segdemo.arithmetic.quiz_kinds import KINDS


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "groups"])
def test_no_answer_is_wrong(kind, torch_layer):
    for number in range(150):
        asked = question(kind, np.random.default_rng([17, number]))
        size = torch_layer.size(asked.layer.setting)
        assert asked.answer == ((size,) if isinstance(size, int) else size), asked


def test_groups_are_refused_where_torch_refuses_them(torch_layer):
    for number in range(150):
        asked = question("groups", np.random.default_rng([17, number]))
        layer, transposed = asked.layer, asked.layer.setting.operation == "conv_transpose"
        kind = nn.ConvTranspose1d if transposed else nn.Conv1d
        channels = (layer.in_channels, layer.out_channels, 3)
        if asked.answer is None:
            with pytest.raises(ValueError, match="divisible by groups"):
                kind(*channels, groups=layer.groups)
        else:
            kind(*channels, groups=layer.groups)
            assert asked.answer == (torch_layer.size(layer.setting),)


@pytest.mark.parametrize("kind", KINDS)
def test_every_question_has_a_reason(kind):
    for number in range(40):
        asked = question(kind, np.random.default_rng([3, number]))
        assert asked.reason.endswith(KINDS[kind].lesson)
        assert asked.reason.startswith("Refused: ") == (asked.answer is None)
        assert bool(asked.formulas) == (asked.answer is not None)
        assert KINDS[kind].lesson[0].isupper()


@pytest.mark.parametrize(
    "kind", ["dilation", "same", "output_padding", "crop", "pool_padding", "unpool",
             "padding_mode", "groups"]
)  # fmt: skip
def test_kinds_with_refusals_draw_both(kind):
    drawn = [question(kind, np.random.default_rng([5, n])).answer is None for n in range(60)]
    assert 6 <= sum(drawn) <= 54


def test_the_last_window_is_dropped_and_kept():
    notes = [question("ceil_mode", np.random.default_rng([1, n])).reason for n in range(60)]
    for word in ("it is dropped", "it is kept", "fit exactly"):
        assert sum(word in note for note in notes) >= 5


def test_a_seed_gives_everybody_the_same_questions_of_different_kinds():
    assert questions(4) == questions(4)
    assert questions(4) != questions(5)
    assert len({asked.kind for asked in questions(4)}) == COUNT
    assert questions(4, 3) == questions(4)[:3]
