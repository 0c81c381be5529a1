"""The layer in words and formulas: its size, what it never looks at, its parameters, its names."""

import math
from dataclasses import dataclass

import numpy as np

from segdemo.arithmetic.geometry import resolve, weight_shape
from segdemo.arithmetic.relationships import PAPER, relationship
from segdemo.arithmetic.setting import WEIGHTED
from segdemo.arithmetic.taps import dropped_inputs
from segdemo.ui.convolution.presets import PRESETS
from segdemo.ui.convolution.setting import Choice


@dataclass(frozen=True)
class Name:
    """A name that papers give the transposed convolution, and the view that justifies it."""

    name: str
    view: str
    reading: str  # of the view that steps: gather or scatter
    preset: str  # shows it, when the layer on the screen is no transposed convolution
    right: str
    misleading: str


NAMES = (
    Name(
        "transposed convolution",
        "matrix",
        "gather",
        "strides_padding_t",
        "Its matrix is the transpose of a convolution's matrix C, built from the same weights.",
        "Only the matrix is transposed: the kernel isn't, it is turned by 180° where one gathers.",
    ),
    Name(
        "deconvolution",
        "roundtrip",
        "gather",
        "strides_padding_t",
        "It gives back the size that a convolution with the same parameters took in.",
        "It gives back the size and not the numbers; deconvolution in signal processing is the "
        "inverse, which undoes a convolution.",
    ),
    Name(
        "upconvolution",
        "step",
        "scatter",
        "unet",
        "With a stride above 1 it enlarges: each input cell paints a whole kernel.",
        "With stride 1 and padding it can keep the size or shrink it.",
    ),
    Name(
        "fractionally strided convolution",
        "step",
        "gather",
        "strides_t",
        "With s - 1 zeros between the cells, a step of one is a step of 1/s input cells.",
        "No library inserts the zeros: it would multiply by them for nothing.",
    ),
    Name(
        "backwards strided convolution",
        "gradient",
        "gather",
        "strides_padding_t",
        "It is the backward pass of a strided convolution: what autograd does to the gradient.",
        "As a layer it runs forward, and has a backward pass of its own: a convolution.",
    ),
    Name(
        "spatial full convolution",
        "step",
        "gather",
        "no_padding_t",
        "Without padding every partial overlap of kernel and input counts, as in full padding.",
        "The layer's own padding takes away from this: p leaves d(k-1) - p zeros around the input.",
    ),
)


LOOK = {  # of a setting that is no preset
    "conv": "Point at an input cell: which outputs does it reach, and through which weights?",
    "conv_transpose": "Switch between Gather and Scatter: the same numbers, reached in two ways.",
    "max_pool": "Point at an input cell: is it the largest of any window?",
    "avg_pool": "Point at a corner of the output: by how many cells is its sum divided?",
    "max_unpool": "Point at an output cell: does a switch point at it, or does it stay zero?",
}


def formula(choice: Choice) -> str:
    """The size formula of each axis that differs, with and without numbers, as Markdown.

    Raises IllegalSettingError.
    """
    setting = choice.setting()
    found = [relationship(setting, axis) for axis in range(len(resolve(setting)))]
    both_alike = len(set(found)) == 1
    parts = []
    for name, one in zip(("Height", "Width"), found, strict=False):
        number = "" if one.number is None else f"Relationship {one.number}: "
        where = "" if both_alike else f"{name}. "
        source = one.source if one.source == PAPER else f"{one.source}, beyond the paper"
        parts.append(f"{where}{number}{one.title} ({source})")
        parts.append(f"$${one.formula}$$")
        if one.filled != one.formula:
            parts.append(f"$${one.filled}$$")
        if both_alike:
            break
    return "\n\n".join(parts)


def sizes(choice: Choice) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Input and output sizes. Raises IllegalSettingError."""
    axes = resolve(choice.setting())
    return tuple(axis.input_size for axis in axes), tuple(axis.output_size for axis in axes)


def summary(choice: Choice) -> str:
    """What goes in, what comes out, what is never looked at, and the parameters, in words."""
    before, after = (" × ".join(map(str, size)) for size in sizes(choice))
    sentences = [f"{before} in, {after} out.", *_dropped(choice), *_parameters(choice)]
    return " ".join(sentences)


def sentence(choice: Choice) -> tuple[str, str]:
    """What to look at, and where the setting comes from if it is a preset."""
    for preset in PRESETS.values():
        if preset.choice == choice:
            return preset.sentence, preset.citation
    return LOOK[choice.operation], ""


def preset_name(choice: Choice) -> str:
    """The preset that this choice is, or ""."""
    return next((name for name, preset in PRESETS.items() if preset.choice == choice), "")


def _dropped(choice: Choice) -> list[str]:
    if choice.operation == "max_unpool":
        return []
    never = dropped_inputs(choice.setting())
    if not never.any():
        return []
    count = f"{int(never.sum())} of {never.size} input cells"
    if never.ndim == 2:
        rows = np.flatnonzero(never.all(axis=1)).tolist()
        columns = np.flatnonzero(never.all(axis=0)).tolist()
        lines = [_listed("row", rows), _listed("column", columns)]
        named = " and ".join(line for line in lines if line)
        count += f" ({named}, counted from 0)" if named else ""
    return [f"{count} are never looked at."]


def _listed(word: str, numbers: list[int]) -> str:
    if not numbers or len(numbers) > 6:
        return f"{len(numbers)} {word}s" if numbers else ""
    plural = "s" if len(numbers) > 1 else ""
    return f"{word}{plural} {', '.join(map(str, numbers))}"


def _parameters(choice: Choice) -> list[str]:
    if choice.operation not in WEIGHTED:
        return ["No parameters to learn."]
    kernel = tuple(axis.kernel_size for axis in resolve(choice.setting()))
    shape = weight_shape(
        choice.operation, choice.in_channels, choice.out_channels, kernel, choice.groups
    )
    bias = choice.out_channels if choice.bias else 0
    count = math.prod(shape) + bias
    with_bias = f" and bias ({bias},)" if bias else ""
    plural = "" if count == 1 else "s"
    return [f"Weight {shape}{with_bias}: {count:,} parameter{plural}."]
