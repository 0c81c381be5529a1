"""What the Generate tab shows: its setting, checked at the door, to and from the address bar."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from segdemo.generation.shelf import ENCODING, SHELF
from segdemo.ui import link
from segdemo.ui.small_examples import small_example

TAB = "generate"
Source = dict[str, Any]  # {"example": name}, {"upload": path}, {"drawing": URI} or {"code": index}
# What a data set opens with: images A and B.
OPENING: dict[str, tuple[Source, Source]] = {
    "digits": ({"example": "3a"}, {"example": "8a"}),
    "fashion": ({"example": "ankle-boot"}, {"example": "trouser"}),
    "faces": ({"example": "face"}, {"code": 0}),
}
PREFERRED_SIZE = 16
LARGEST_SEED = 2**31 - 1
MOST_CODES = 2_000  # training images whose codes are shipped, at most


@dataclass(frozen=True)
class Setting:
    """`data` is a data set's key and `latent_dim` a size that it has models of.

    `source` and `other` are images A and B. `section` is the one shown, `model` the one that Walk
    shows and `plane` the one that Map shows, None for the VAE; `seed` that of all draws. `mounted`
    says whether the browser has told that the first section stands.
    """

    data: str = "digits"
    latent_dim: int = PREFERRED_SIZE
    source: Source = field(default_factory=lambda: OPENING["digits"][0])
    other: Source = field(default_factory=lambda: OPENING["digits"][1])
    section: str = "reconstruct"
    model: str | None = None
    plane: str | None = None
    seed: int = 0
    mounted: bool = False


def with_data(given: object, setting: Setting) -> Setting:
    """Another data set: its nearest latent size, its own opening images.

    What a person drew or uploaded stays: a shoe given to the digits' models is welcome.
    """
    if given not in SHELF.datasets() or given not in OPENING:
        raise ValueError(
            f"data {str(given)[:40]!r} is not known; choose from {', '.join(SHELF.datasets())}."
        )
    data = str(given)
    if data == setting.data:
        return setting
    size = min(SHELF.sizes(data), key=lambda size: abs(size - setting.latent_dim))
    kept = [
        old if "drawing" in old or "upload" in old else new
        for old, new in zip((setting.source, setting.other), OPENING[data], strict=True)
    ]
    return replace(
        setting, data=data, latent_dim=size, source=kept[0], other=kept[1], model=None, plane=None
    )


def with_latent_dim(given: object, setting: Setting) -> Setting:
    """Another latent size; Walk goes on with that size's VAE."""
    sizes = SHELF.sizes(setting.data)
    if str(given) not in map(str, sizes):
        raise ValueError(
            f"latent size {str(given)[:20]!r} is not trained for {setting.data}; choose from "
            f"{', '.join(map(str, sizes))}."
        )
    return replace(setting, latent_dim=int(str(given)), model=None)


def with_model(given: object, setting: Setting) -> Setting:
    """Another model for Walk, of the same data set."""
    return replace(setting, model=checked_model(given, setting.data))


def with_plane(given: object, setting: Setting) -> Setting:
    """Another two-dimensional model for Map, of the same data set."""
    name = checked_model(given, setting.data)
    if SHELF.of(name).latent_dim != 2 or SHELF.of(name).kind not in ENCODING:
        raise ValueError(f"{name} has no plane of codes; choose a model of latent size 2.")
    return replace(setting, plane=name)


def checked_model(given: object, data: str) -> str:
    """The name of a model of `data` that decodes codes; ValueError for anything else."""
    model = SHELF.of(given)
    if model.data != data or model.kind == "classifier":
        raise ValueError(f"{model.name} doesn't generate {data}; choose another model.")
    return model.name


def with_seed(given: object, setting: Setting) -> Setting:
    """Another seed of all draws."""
    try:
        seed = int(str(given))
    except ValueError:
        seed = -1
    if not 0 <= seed <= LARGEST_SEED:
        raise ValueError(
            f"seed {str(given)[:20]!r} must be a whole number from 0 to {LARGEST_SEED}; try 0."
        )
    return replace(setting, seed=seed)


def linked_source(text: str) -> Source:
    """Image A or B out of a link, as example:3a or code:12; ValueError for anything else."""
    kind, _, value = text.partition(":")
    if kind == "example":
        return {"example": small_example(value).name}
    if kind == "code" and value.isdecimal() and int(value) < MOST_CODES:
        return {"code": int(value)}
    raise ValueError("an image in a link is example:NAME or code:NUMBER.")


def linked_to(source: Source) -> str | None:
    """The other way; None for what was uploaded or drawn, which never goes into a link."""
    named = [f"{kind}:{source[kind]}" for kind in ("example", "code") if kind in source]
    return named[0] if named else None


# What a link may say, in the order in which it is applied.
LINKED: dict[str, Callable[[str, Setting], Setting]] = {
    "data": with_data,
    "dim": with_latent_dim,
    "a": lambda text, setting: replace(setting, source=linked_source(text)),
    "b": lambda text, setting: replace(setting, other=linked_source(text)),
    "model": with_model,
    "plane": with_plane,
    "seed": with_seed,
}


def linked(parameters: dict[str, str], setting: Setting, sections: list[str]) -> Setting:
    """`setting` with what a link asks for; what says nothing sensible is passed over."""
    for name, change in LINKED.items():
        try:
            if name in parameters:
                setting = change(parameters[name], setting)
        except ValueError:
            continue
    section = parameters.get("section")
    return replace(setting, section=section) if section in sections else setting


def address_of(setting: Setting) -> dict[str, str]:
    """The link to a setting."""
    return link.state(
        TAB,
        data=setting.data,
        dim=setting.latent_dim,
        a=linked_to(setting.source),
        b=linked_to(setting.other),
        section=setting.section,
        model=setting.model,
        plane=setting.plane,
        seed=setting.seed or None,
    )
