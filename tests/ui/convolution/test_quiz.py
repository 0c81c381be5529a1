"""The quiz on the page: what is printed, run by torch, gives the answer that counts as right."""

import json
import re
import warnings

import gradio as gr
import pytest
import torch
from torch import nn

from segdemo.arithmetic.quiz import COUNT, SEEDS, questions
from segdemo.ui.convolution import quiz
from segdemo.ui.convolution.quiz import code, on_ask, on_open, put, read_answer, sized, why

REFUSALS = (RuntimeError, ValueError, TypeError)


def torchs_answer(printed: str) -> tuple[int, ...] | None:
    """The size of `output` after running the printed lines; None where torch refuses."""
    names = {"torch": torch, "nn": nn}
    first, rest = printed.split("\n", 1)
    exec(first, names)
    names["indices"] = torch.zeros(names["input"].shape).long()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # 'same' with an even kernel warns of a copy
        try:
            exec(rest, names)
        except REFUSALS:
            return None
    return tuple(names["output"].shape[2:])


@pytest.mark.parametrize("seed", range(40))
def test_no_question_counts_a_wrong_answer_as_right(seed):
    for number, asked in enumerate(questions(seed)):
        truth = torchs_answer(code(asked))
        value, _ = on_ask({"seed": seed, "number": number, "answer": sized(truth)})
        assert value["verdict"]["right"], (code(asked), truth)
        wrong = "illegal" if truth else ", ".join(["7"] * put(asked)["axes"])
        value, _ = on_ask({"seed": seed, "number": number, "answer": wrong})
        assert not value["verdict"]["right"]
        assert sized(asked.answer) in value["verdict"]["text"] or truth is None


def test_the_answer_is_not_sent_before_it_is_asked_for():
    for seed in range(20):
        for number, asked in enumerate(questions(seed)):
            value, reason = on_ask({"seed": seed, "number": number, "answer": None})
            assert set(value["question"]) == {"code", "asks", "hint", "axes"}
            assert value["verdict"] is None
            assert reason == ""
            assert asked.reason not in json.dumps(value)


def test_the_reason_holds_the_formula_or_torchs_own_words():
    for seed in range(20):
        for asked in questions(seed):
            text = why(asked)
            if asked.answer is None:
                assert re.search(r"torch [\d.]+ says:\n\n```text\n\w+Error: ", text)
                assert "$$" not in text
            else:
                assert all(formula in text for formula in asked.formulas)
                assert "says:" not in text


def test_a_round_goes_from_question_to_question_to_its_end():
    value, _ = on_ask({"seed": 3, "number": 0, "answer": None})
    for number in range(COUNT):
        assert value["number"] == number
        assert value["question"] == put(questions(3)[number])
        value, _ = on_ask({"seed": 3, "number": number, "answer": "illegal"})
    assert value["question"] is None


@pytest.mark.parametrize(
    ("text", "axes", "answer"),
    [
        ("4", 1, (4,)),
        (" (4, 5) ", 2, (4, 5)),
        ("4x5", 2, (4, 5)),
        ("4 × 5", 2, (4, 5)),
        ("[4 5]", 2, (4, 5)),
        ("illegal", 1, None),
        ("I", 2, None),
        ("0", 1, (0,)),
    ],
)
def test_answers_are_read_as_people_type_them(text, axes, answer):
    assert read_answer(text, axes) == answer


@pytest.mark.parametrize("text", ["", "four", "4.5", "-4", "4 5", "4x5", "1" * 41, None, 4, ["4"]])
def test_what_is_no_answer_is_explained_and_costs_nothing(text):
    with pytest.raises(ValueError, match=r"\.$"):
        read_answer(text, 1)


@pytest.mark.parametrize(
    "asked",
    [
        None,
        [],
        "seed",
        {},
        {"seed": -1, "number": 0},
        {"seed": SEEDS, "number": 0},
        {"seed": True, "number": 0},
        {"seed": 1, "number": COUNT},
        {"seed": 1, "number": "0"},
        {"seed": 1, "number": 0, "answer": {"a": 1}},
        {"seed": 1, "number": 0, "answer": "<b>"},
    ],
)
def test_any_payload_is_answered(asked):
    value, reason = on_ask(asked)
    assert set(value) == {"error", "serial"}
    assert value["error"].endswith(".")
    assert reason == gr.skip()


def test_a_link_names_the_round():
    shaped = gr.Request()
    shaped.request = type("Asked", (), {"query_params": {"tab": "convolution", "quiz": "42"}})()
    value, _ = on_open(shaped)
    assert value["seed"] == 42
    assert value["question"] == put(questions(42)[0])


@pytest.mark.parametrize("named", ["", "-1", "x", "99999", "１", "1e3"])
def test_a_link_to_no_round_opens_a_new_one(named):
    shaped = gr.Request()
    shaped.request = type("Asked", (), {"query_params": {"tab": "convolution", "quiz": named}})()
    assert 0 <= on_open(shaped)[0]["seed"] < SEEDS


def test_prose_stays_prose_in_markdown():
    assert quiz.markdown("a_b*c") == r"a\_b\*c"
