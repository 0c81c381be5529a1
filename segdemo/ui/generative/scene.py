"""What the sections of the Generate tab show from: models and images worked out of a setting."""

from dataclasses import dataclass

from segdemo.generation.coding import encode
from segdemo.generation.interpolate import End
from segdemo.generation.shelf import ENCODING, SHELF, Floats, Model
from segdemo.ui.generative import picture_source
from segdemo.ui.generative.setting import Setting


@dataclass(frozen=True, eq=False)
class Scene:
    """`models`: those that encode, of the setting's data and latent size, in the shelf's order.

    `start`: image A; `notes`: what was done to its picture, in words.
    """

    setting: Setting
    models: list[Model]
    start: End
    notes: tuple[str, ...]

    def end(self) -> tuple[End, tuple[str, ...]]:
        """Image B and what was done to its picture; ValueError where it can't be read."""
        return picture_source.read(self.setting.other, self.setting.data, SHELF)

    def walked(self) -> Model:
        """The model that Walk shows."""
        chosen = self.setting.model
        return preferred(self.models) if chosen is None else SHELF.of(chosen)

    def code(self, model: Model) -> Floats:
        """Image A's mean code (d,) in a model that encodes."""
        if model.name in self.start.codes:
            return self.start.codes[model.name]
        return encode(model, self.start.image[None]).mean[0]


def scene_of(setting: Setting) -> Scene:
    """Read image A and choose the models; ValueError where either can't be done."""
    models = SHELF.choose(setting.data, setting.latent_dim, ENCODING)
    start, notes = picture_source.read(setting.source, setting.data, SHELF)
    return Scene(setting, models, start, notes)


def preferred(models: list[Model]) -> Model:
    """The VAE, else the first."""
    return next((model for model in models if model.kind == "vae"), models[0])
