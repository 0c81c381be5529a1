"""The Convolution tab: recomputing a setting on the server, from the form to what the page gets."""

import json
from functools import partial

from segdemo.benchmark.timing import Rows, print_table, timed
from segdemo.ui.convolution.presets import DEFAULT_PRESET, PRESETS
from segdemo.ui.convolution.setting import Choice
from segdemo.ui.convolution.step import on_form

DEFAULT = "default, 7 x 7"
# Median milliseconds that a person doesn't wait for, by the input's size.
LIMITS = {DEFAULT: 150.0, "32 x 32": 1000.0, "32 x 32, transposed, 4 to 4 channels": 1000.0}


def choices() -> dict[str, Choice]:
    """The settings that are timed, by the name of their row."""
    kernel, stride, padding = (5, 5), (1, 1), (2, 2)
    large = Choice(input_size=(32, 32), kernel_size=kernel, stride=stride, padding=padding)
    transposed = Choice(
        operation="conv_transpose",
        input_size=(32, 32),
        kernel_size=(4, 4),
        stride=(2, 2),
        padding=(1, 1),
        in_channels=4,
        out_channels=4,
    )
    return dict(zip(LIMITS, (PRESETS[DEFAULT_PRESET].choice, large, transposed), strict=True))


def recomputed(choice: Choice) -> str:
    """All that the server does after a control moved: checks, numbers, torch, JSON."""
    return json.dumps(on_form({"values": choice.to_mapping()}))


def benchmark_convolution(rounds: int) -> None:
    """Print the medians, and whether they keep within LIMITS."""
    rows: Rows = {name: partial(recomputed, choice) for name, choice in choices().items()}
    medians = timed(rows, rounds)
    print_table("Convolution: recomputing a setting", medians, DEFAULT)
    for name, median in medians.items():
        word = "within" if median <= LIMITS[name] else "above"
        print(f"{name}: {median:.0f} ms, {word} the {LIMITS[name]:.0f} ms asked for")
