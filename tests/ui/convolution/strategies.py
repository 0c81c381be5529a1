"""Strategies for the Convolution tab's tests: payloads of any kind, and choices of small sizes."""

from hypothesis import strategies as st

from segdemo.ui.convolution.reading import READERS, WORDS
from segdemo.ui.convolution.setting import Choice, from_mapping

ODDITIES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=12),
    st.lists(st.integers(-3, 40), max_size=3),
    st.sampled_from(["3x5", "3,5", "x", "same", "valid", "1e9", "9" * 5000, "1,2;3", "typed"]),
)
RAW = st.dictionaries(st.sampled_from([*READERS, "unknown"]), ODDITIES, max_size=8)


@st.composite
def choices(draw, largest: int = 9) -> Choice:
    """Choices as the form makes them, legal or not, of sizes that are quickly worked out."""
    number = st.integers(0, 4)
    pair = st.lists(number, min_size=2, max_size=2)
    size = st.lists(st.integers(1, largest), min_size=2, max_size=2)
    return from_mapping(
        {
            "operation": draw(st.sampled_from(WORDS["operation"])),
            "dims": draw(st.integers(1, 2)),
            "input_size": draw(size),
            "kernel_size": draw(pair),
            "stride": draw(st.one_of(st.none(), pair)),
            "padding": draw(st.one_of(pair, st.sampled_from(["same", "valid"]))),
            "padding_mode": draw(st.sampled_from(WORDS["padding_mode"])),
            "dilation": draw(pair),
            "output_padding": draw(pair),
            "output_size": draw(st.one_of(st.none(), size)),
            "ceil_mode": draw(st.booleans()),
            "count_include_pad": draw(st.booleans()),
            "groups": draw(st.integers(0, 3)),
            "in_channels": draw(st.integers(1, 4)),
            "out_channels": draw(st.integers(1, 4)),
            "bias": draw(st.booleans()),
            "seed": draw(st.integers(0, 5)),
        }
    )
