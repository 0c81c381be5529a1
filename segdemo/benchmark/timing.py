"""How rows are timed and printed.

Rows are timed in turn, round after round, so that a noisy machine disturbs all of them alike; the
figure is the median over the rounds.
"""

import statistics
import time
from collections.abc import Callable

Rows = dict[str, Callable[[], object]]


def timed(rows: Rows, rounds: int) -> dict[str, float]:
    """Median milliseconds of each row, after one round of warming up."""
    spent: dict[str, list[float]] = {name: [] for name in rows}
    for _ in range(rounds + 1):
        for name, call in rows.items():
            start = time.perf_counter()
            call()
            spent[name].append(1000 * (time.perf_counter() - start))
    return {name: statistics.median(values[1:]) for name, values in spent.items()}


def print_table(title: str, medians: dict[str, float], unit: str) -> None:
    """A Markdown table of milliseconds and of the ratio to the row named `unit`."""
    print(f"\n| {title} | ms | times {unit} |\n|---|---|---|")
    for name, value in medians.items():
        print(f"| {name} | {value:.0f} | {value / medians[unit]:.2f} |")
