"""What a section of the Generate tab is to the tab that holds it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Protocol

import gradio as gr
from gradio.components import Component

from segdemo.ui.generative.scene import Scene
from segdemo.ui.generative.setting import Setting


@dataclass(frozen=True)
class Hands:
    """What the tab lends to a section: its setting, the line for remarks, the saver of files."""

    setting: gr.State
    notice: gr.HTML
    saver: gr.HTML


@dataclass(frozen=True)
class Change:
    """A control that changes the setting: the tab answers with the whole page.

    `event`: a component's event, as `seed.release`. `changed`: from the component's value and the
    setting the new setting; ValueError for what isn't offered.
    """

    event: Any
    component: Component
    changed: Callable[[Any, Setting], Setting]


@dataclass(frozen=True)
class Part:
    """A section as laid out. `outputs` in the order of the values of `shown`.

    `running`: events of long work, which a change of the setting cancels.
    """

    outputs: list[Component]
    changes: list[Change] = field(default_factory=list)
    running: list[Any] = field(default_factory=list)


class Section(Protocol):
    """A module that fills one section."""

    NAME: str
    TITLE: str
    TEXT: str  # Markdown above the section

    def build(self, hands: Hands) -> Part:
        """Make the components inside the section that is open, and wire its own events."""

    def shown(self, scene: Scene) -> list[Any]:
        """Values for the section's outputs; ValueError where it can't be worked out."""
