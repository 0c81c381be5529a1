"""An interpolation to take away: animation, strip for a report, curves as a table."""

import csv
from collections.abc import Callable
from io import StringIO

from segdemo.figures import latent as figures
from segdemo.figures import vector
from segdemo.figures.animation import Pixels, animated
from segdemo.generation.interpolate import Interpolation, Row, Way

WAYS = ("linear", "spherical")
BOTH = "both"
COLUMNS = ("model", "way", "t", "norm", "distance_to_nearest_code", "log_density", "density")


def file(kind: str, made: Interpolation, draws: Row | None, way: object) -> tuple[str, bytes]:
    """A file's name and content: `kind` is a key of FILES.

    `way` is what the view shows, linear, spherical or both; anything else counts as both. `draws`
    is a GAN's row. ValueError for a kind that isn't offered.
    """
    if kind not in FILES:
        raise ValueError(f"file {kind[:20]!r} is not offered; choose from {', '.join(FILES)}.")
    ways = (way,) if isinstance(way, str) and way in WAYS else WAYS
    rows = [*made.rows, *([] if draws is None else [draws])]
    _, write = FILES[kind]
    return f"interpolation.{kind}", write(made, rows, ways)


def way_of(row: Row, name: str) -> Way:
    """A row's linear or spherical way."""
    return row.linear if name == "linear" else row.spherical


def title_of(row: Row) -> str:
    """The model's title; a GAN's row says that its ends aren't A and B."""
    return f"{row.model.title}, two draws" if row.model.kind == "gan" else row.model.title


def gif(made: Interpolation, rows: list[Row], ways: tuple[str, ...]) -> bytes:
    """Every row's frames, there and back: a column a model, the cross-fade first."""
    columns: list[tuple[str, list[Pixels]]] = [("Cross-fade", [made.crossfade])]
    columns += [(title_of(row), [way_of(row, name).frames for name in ways]) for row in rows]
    return animated(columns, ways)


def titled(made: Interpolation, rows: list[Row], ways: tuple[str, ...]) -> list[tuple[str, Pixels]]:
    """Every row's frames with its title, the cross-fade first."""
    strips = [("Pixel cross-fade", made.crossfade)]
    return strips + [
        (f"{title_of(row)}, {name}", way_of(row, name).frames) for row in rows for name in ways
    ]


def svg(made: Interpolation, rows: list[Row], ways: tuple[str, ...]) -> bytes:
    """Nine frames of every row side by side, as SVG."""
    return vector.write(figures.strip(titled(made, rows, ways)), "svg")


def pdf(made: Interpolation, rows: list[Row], ways: tuple[str, ...]) -> bytes:
    """The same as PDF."""
    return vector.write(figures.strip(titled(made, rows, ways)), "pdf")


def curves(made: Interpolation, rows: list[Row], ways: tuple[str, ...]) -> bytes:
    """The curves of every model, both ways, as CSV: a line a model, way and t."""
    text = StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    for row in rows:
        for name in WAYS:
            way = way_of(row, name)
            for i, t in enumerate(made.t):
                distance = "" if way.distance is None else f"{way.distance[i]:.6g}"
                numbers = [f"{t:.6g}", f"{way.norm[i]:.6g}", distance, f"{way.log_density[i]:.6g}"]
                writer.writerow([row.model.name, name, *numbers, row.density_title])
    return text.getvalue().encode()


# A file's ending -> the words on its button, and what writes it.
FILES: dict[str, tuple[str, Callable[[Interpolation, list[Row], tuple[str, ...]], bytes]]] = {
    "gif": ("Animation, GIF", gif),
    "svg": ("Strip, SVG", svg),
    "pdf": ("Strip, PDF", pdf),
    "csv": ("Curves, CSV", curves),
}
