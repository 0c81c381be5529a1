"""Look inside: how long every view takes to answer, as a value for the page."""

from collections.abc import Callable
from functools import partial

from segdemo.benchmark.timing import Rows, print_table, timed
from segdemo.inside.features import Remembered
from segdemo.models.catalog import ARCHITECTURES
from segdemo.ui.segment import inside_section as section
from segdemo.ui.segment.inside_settings import VIEWS, Settings

BUDGET = 1000  # milliseconds at the median, on two cores
PHOTO = {"example": "palace"}
FOUR, TEN = ["fcn32s", "fcn8s", "unet", "dilated"], list(ARCHITECTURES)


def again(view: str, names: list[str]) -> Callable[[], object]:
    """A view of a photo whose maps are remembered."""
    return partial(section.shown, PHOTO, names, Settings(view=view))


def new(view: str) -> Callable[[], object]:
    """A view of a photo not seen before, of a size that was."""

    def run() -> object:
        section.FEATURES, section.TRACED = Remembered(8), Remembered(1)
        return section.shown(PHOTO, FOUR, Settings(view=view))

    return run


def benchmark_inside(rounds: int) -> None:
    """Each view on a photo whose maps are remembered, with more heads, and on a new photo."""
    rows: Rows = {title: again(view, FOUR) for view, title in VIEWS.items()}
    rows |= {f"{VIEWS[v]}, all ten architectures": again(v, TEN) for v in ("ladder", "field")}
    rows |= {f"{title}, of a photo not seen before": new(view) for view, title in VIEWS.items()}
    medians = timed(rows, rounds)
    print_table("Look inside", medians, next(iter(medians)))
    slow = [name for name, median in medians.items() if median > BUDGET]
    print(f"\nOver {BUDGET} ms: {', '.join(slow) or 'none'}")
