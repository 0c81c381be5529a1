"""What a tab is to the shell that holds it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

from gradio.components import Component


@dataclass(frozen=True)
class Opening:
    """The handler that fills a tab when it is shown, from its components as they then are."""

    handler: Callable[..., Any]
    inputs: list[Component]
    outputs: list[Component]


class Tab(Protocol):
    """A module of this package that fills one tab."""

    TITLE: str

    def build(self) -> Opening:
        """Make the components inside the tab that is open, and wire them."""

    def warm_up(self) -> None:
        """Work out what the tab opens with, so that its first visitor finds it done."""
