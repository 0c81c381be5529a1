"""Whether the page can show a choice, and the choice nearest to one that it can't."""

import math
from dataclasses import replace

import numpy as np

from segdemo.arithmetic.geometry import resolve
from segdemo.arithmetic.setting import WEIGHTED, Axis, Changes, IllegalSettingError
from segdemo.arithmetic.taps import axis_taps
from segdemo.ui.convolution.setting import MOST_CELLS, Choice, from_mapping, weight_array

MOST_PRODUCTS = 100_000_000  # multiplications of one setting, on the server and in the browser
ROUNDS = 8  # each mends one broken rule


class TooLargeError(IllegalSettingError):
    """A layer that torch takes, larger than the page works out."""


def check(choice: Choice) -> tuple[Axis, ...]:
    """The choice's axes, if torch takes it and it isn't more than the page works out.

    Raises IllegalSettingError with a remedy.
    """
    axes = resolve(choice.setting())
    if choice.operation in WEIGHTED:
        weight_array(choice)  # refuses groups that don't fit
    cells, products = cost(choice, axes)
    if cells > MOST_CELLS or products > MOST_PRODUCTS:
        sentence = f"this layer has {cells:,} output cells and {products:,} products, the page"
        sentence += f" works out at most {MOST_CELLS:,} and {MOST_PRODUCTS:,}"
        one_channel: Changes = {"in_channels": 1, "out_channels": 1, "groups": 1}
        dilated = choice.operation in WEIGHTED and max(choice.dilation) > 1
        raise TooLargeError(sentence, {"dilation": 1} if dilated else one_channel)
    return axes


def cost(choice: Choice, axes: tuple[Axis, ...]) -> tuple[int, int]:
    """Output cells of all channels, and products (or comparisons) that make them."""
    outputs = math.prod(axis.output_size for axis in axes)
    if choice.operation == "max_unpool":
        inputs = math.prod(axis.input_size for axis in axes)
        return choice.in_channels * outputs, choice.in_channels * inputs
    met = math.prod(int(np.count_nonzero(axis_taps(axis).inputs >= 0)) for axis in axes)
    if choice.operation in WEIGHTED:
        pairs = choice.in_channels * choice.out_channels // choice.groups
        return choice.out_channels * outputs, pairs * met
    return choice.in_channels * outputs, choice.in_channels * met


def mended(choice: Choice) -> Choice:
    """A legal choice near this one: itself, or each broken rule's remedy applied in turn."""
    for _ in range(ROUNDS):
        try:
            check(choice)
        except IllegalSettingError as refusal:
            if refusal.nearest is None:
                break
            choice = from_mapping({**choice.to_mapping(), **refusal.nearest})
        else:
            return choice
    return replace(
        Choice(),
        operation=choice.operation,
        dims=choice.dims,
        input_size=choice.input_size,
        kernel_size=(1, 1),
    )


def differences(before: Choice, after: Choice) -> dict[str, object]:
    """What `after` sets otherwise, by name, in torch's way of writing it."""
    old, new = before.setting(), after.setting()
    names = [*vars(old), "groups", "in_channels", "out_channels"]
    found: dict[str, object] = {}
    for name in names:
        source = (old, new) if hasattr(old, name) else (before, after)
        if getattr(source[0], name) != getattr(source[1], name):
            found[name] = getattr(source[1], name)
    return found
