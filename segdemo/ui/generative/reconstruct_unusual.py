"""How unusual an image is for each model, against the data set's own images."""

from html import escape

from segdemo.generation.reconstruct import Place, Reconstruction, Unusual, unusualness
from segdemo.ui import tables


def html(made: list[Reconstruction]) -> str:
    """A heading, the VAE's verdict (else the first model's) in words, and a table of all."""
    places = [unusualness(one) for one in made]
    told = next((n for n, one in enumerate(made) if one.model.kind == "vae"), 0)
    rows = [
        [
            one.model.title,
            unusual.sentence,
            placed(unusual.error, 4),
            placed(unusual.kl, 1),
            placed(unusual.distance, 2),
        ]
        for one, unusual in zip(made, places, strict=True)
    ]
    table = tables.table(
        ["Model", "Verdict", "Squared error a pixel", "KL, nats", "Distance to nearest code"],
        rows,
        words=2,
        caption="In brackets: above how many of the data set's own images it lies",
    )
    return (
        f"<h3 class='gen-heading'>How unusual is this image?</h3>"
        f"<p class='gen-verdict' aria-live='polite'>{escape(verdict(made[told], places[told]))}</p>"
        f"<div class='gen-table gen-unusual'>{table}</div>"
    )


def placed(place: Place | None, decimals: int) -> str:
    """A number and the share of images below it: "0.0123 (98.5 %)"."""
    if place is None:
        return tables.MISSING
    share = "" if place.percent is None else f" ({place.percent:.1f} %)"
    return f"{place.value:.{decimals}f}{share}"


def verdict(one: Reconstruction, unusual: Unusual) -> str:
    """The model's verdict and what it rests on, in sentences."""
    clauses = [
        clause(name, place, decimals)
        for name, place, decimals in (
            ("squared error", unusual.error, 4),
            ("KL", unusual.kl, 1),
            ("distance to the nearest code", unusual.distance, 2),
        )
        if place is not None and place.percent is not None
    ]
    return f"{one.model.title}: {unusual.sentence} {' '.join(clauses)}".strip()


def clause(name: str, place: Place, decimals: int) -> str:
    """Where one number stands, as a sentence."""
    return (
        f"Its {name}, {place.value:.{decimals}f}, is above that of {place.percent:.1f} % of "
        f"{tables.count(place.count)} {place.among}."
    )
