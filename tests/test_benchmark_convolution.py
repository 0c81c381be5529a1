"""The benchmark of the Convolution tab measures the whole recompute and prints a verdict."""

import json

from segdemo.benchmark.convolution import LIMITS, benchmark_convolution, choices, recomputed


def test_what_is_timed_is_the_whole_answer():
    for choice in choices().values():
        answer = json.loads(recomputed(choice))
        assert len(answer) == 6
        assert answer[1]["trace"]["torch"]["equal"]
        assert answer[5] == choice.to_mapping()


def test_each_row_gets_a_verdict(capsys):
    benchmark_convolution(1)
    printed = capsys.readouterr().out
    for name, limit in LIMITS.items():
        assert f"the {limit:.0f} ms asked for" in printed
        assert f"| {name} |" in printed
