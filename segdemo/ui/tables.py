"""Tables and numbers as HTML, the same on every tab."""

from collections.abc import Iterable, Sequence
from html import escape

MISSING = "–"
WORD = ' class="word"'


def table(
    headers: Sequence[str], rows: Iterable[Sequence[str]], *, caption: str, words: int = 1
) -> str:
    """An HTML table; the first `words` columns hold text, the others numbers set right.

    The table scrolls inside its own frame, which the keyboard reaches, so a page never does.
    """
    head = "".join(
        f'<th scope="col"{WORD if column < words else ""}>{escape(text)}</th>'
        for column, text in enumerate(headers)
    )
    body = "".join(f"<tr>{_cells(row, words)}</tr>" for row in rows)
    return (
        f'<p class="table-caption">{escape(caption)}</p>'
        f'<div class="table-frame" tabindex="0" role="region" aria-label="{escape(caption)}">'
        f'<table class="numbers">'
        f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>"
    )


def _cells(row: Sequence[str], words: int) -> str:
    """A row's cells; the first names the row."""
    first, *others = (escape(text) for text in row)
    cells = (
        f"<td{WORD if column < words else ''}>{text}</td>"
        for column, text in enumerate(others, start=1)
    )
    return f'<th scope="row">{first}</th>' + "".join(cells)


def count(number: int | None) -> str:
    """A whole number with thin spaces between thousands: 134 346 581."""
    return MISSING if number is None else f"{number:,}".replace(",", "\u202f")


def scaled(number: int | None) -> str:
    """A large number in three digits: 3.41 M, 1.20 G."""
    if number is None:
        return MISSING
    for unit, factor in (("G", 1e9), ("M", 1e6), ("k", 1e3)):
        if number >= factor:
            value = number / factor
            return f"{value:.{max(0, 3 - len(str(int(value))))}f} {unit}"
    return str(number)


def percent(share: float | None) -> str:
    """A fraction as a percentage with one decimal."""
    return MISSING if share is None else f"{share * 100:.1f} %"


def size(numbers: Iterable[int] | None) -> str:
    """Sizes joined by a cross: 64 × 112 × 112."""
    return MISSING if numbers is None else " × ".join(str(number) for number in numbers)


def square(numbers: tuple[int, int] | None) -> str:
    """A (height, width) as one number where both are the same."""
    if numbers is not None and numbers[0] == numbers[1]:
        return str(numbers[0])
    return size(numbers)
