"""The generative models of the manifest, each with its codes: one bounded cache, eval mode."""

from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from threading import RLock
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from segdemo import latent, weights
from segdemo.models.generative import GENERATIVE_MODELS
from segdemo.models.vae import ACTIVE_VARIANCE, kl_per_dimension

REMEMBERED = 40  # networks, about 4 MB each: all that the manifest holds
MIXTURE_COMPONENTS = 10  # at most: as many as there are classes
CODES_A_DIMENSION = 10  # that a component of the mixture asks for, before there is another
MIXTURE_SEED = 0

Floats = NDArray[np.float64]
Entry = Mapping[str, Any]
Tensors = Mapping[str, NDArray[Any]]

# What kinds of model there are, in the order in which they stand side by side.
KINDS: dict[str, str] = {
    "ae": "Autoencoder",
    "vae": "VAE",
    "betavae": "β-VAE",
    "pca": "PCA",
    "gan": "GAN",
    "classifier": "Classifier",
}
ENCODING = ("ae", "vae", "betavae", "pca")  # those that turn an image into a code
WITH_PRIOR = ("vae", "betavae", "gan")  # those whose codes were trained towards, or from, N(0, I)
KIND_OF_MODEL: dict[str, str] = {
    "segdemo.models.autoencoder.Autoencoder": "ae",
    "segdemo.models.autoencoder.PCA": "pca",
    "segdemo.models.vae.VAE": "vae",
    "segdemo.models.gan.Generator": "gan",
    "segdemo.models.classifier.Classifier": "classifier",
}


@dataclass(frozen=True, eq=False)
class Codes:
    """Codes of up to 2,000 training images, and how held-out images fare.

    `mu` (N, d) and, for a VAE, `log_var` (N, d) of the posteriors; `labels` (N,). `held_out_mse`
    (M,), squared error a pixel, and for a VAE `held_out_kl` (M,), nats, of held-out images; None
    where they weren't shipped.
    """

    mu: Floats
    log_var: Floats | None
    labels: NDArray[np.int64]
    held_out_mse: Floats | None = None
    held_out_kl: Floats | None = None

    @cached_property
    def kl(self) -> Floats | None:
        """KL of each posterior from the prior in nats, (N, d); None where there is no posterior."""
        if self.log_var is None:
            return None
        pair = torch.from_numpy(self.mu), torch.from_numpy(self.log_var)
        return kl_per_dimension(*pair).numpy()

    @cached_property
    def variances(self) -> Floats:
        """The (N - 1) variance of the mean code over images, by dimension: (d,)."""
        return self.mu.var(0, ddof=1)

    @cached_property
    def active(self) -> NDArray[np.bool_]:
        """Burda et al.'s active units: the mean's variance is above 0.01, (d,)."""
        return self.variances > ACTIVE_VARIANCE

    @cached_property
    def spacing(self) -> Floats:
        """The distance from each code to the nearest of the others, (N,)."""
        return latent.neighbour_distances(self.mu)

    @cached_property
    def mixture(self) -> latent.Mixture:
        """Full-covariance normals fitted to the mean codes: at most one a class, seeded."""
        count, size = self.mu.shape
        components = int(np.clip(count // (CODES_A_DIMENSION * size), 1, MIXTURE_COMPONENTS))
        return latent.fit_mixture(self.mu, components, np.random.default_rng(MIXTURE_SEED))


@dataclass(frozen=True, eq=False)
class Model:
    """A generative model that is ready to run: `network` in eval mode, `entry` as in the manifest.

    `name` is DATA-MODEL-LATENT, `kind` a key of KINDS; `codes` is None for what has no encoder;
    `latent_dim` is 0 for a classifier; `beta` is None but for a VAE.
    """

    name: str
    kind: str
    network: Any
    codes: Codes | None
    entry: Entry

    @property
    def data(self) -> str:
        """The data set's key: digits, fashion or faces."""
        return self.name.split("-")[0]

    @property
    def latent_dim(self) -> int:
        return int(self.entry["arguments"].get("latent_dim", 0))

    @property
    def image_size(self) -> int:
        """The side of its images in pixels."""
        return int(self.entry["arguments"]["image_size"])

    @property
    def beta(self) -> float | None:
        """What the KL was weighed by in training: the effective beta, both terms being sums."""
        return self.entry.get("beta")

    @property
    def title(self) -> str:
        """Its name on the page: "Autoencoder", "β-VAE, β = 4"."""
        return KINDS[self.kind] + (f", β = {self.beta:g}" if self.kind == "betavae" else "")

    @property
    def classes(self) -> list[str]:
        return list(self.entry["classes"])

    @property
    def known_codes(self) -> Codes:
        """`codes`; ValueError for what has none."""
        if self.codes is None:
            raise ValueError(
                f"{self.name} has no encoder, so no codes of training images; choose an "
                "autoencoder, a VAE or PCA."
            )
        return self.codes


@dataclass(frozen=True)
class Source:
    """Where models come from: the entries by name, and an entry's network and code tensors."""

    entries: Callable[[], Mapping[str, Entry]]
    open: Callable[[str], tuple[nn.Module, Tensors]]


def shipped(name: str) -> tuple[nn.Module, Tensors]:
    """Network and code tensors of shipped weights."""
    return weights.load(name), {
        k: v.numpy() for k, v in weights.load_files(name, ["codes"]).items()
    }


SHIPPED = Source(weights.manifest, shipped)


class Shelf:
    """A bounded cache of models; safe to share between threads."""

    def __init__(self, source: Source = SHIPPED, remembered: int = REMEMBERED) -> None:
        self.source = source
        self.remembered = remembered
        self.models: OrderedDict[str, Model] = OrderedDict()
        self.lock = RLock()

    def names(self) -> list[str]:
        """Every generative model's name, as the manifest lists them."""
        entries = self.source.entries()
        return [name for name, entry in entries.items() if entry["model"] in GENERATIVE_MODELS]

    def datasets(self) -> list[str]:
        """The data sets that there are models of, in the manifest's order."""
        return list(dict.fromkeys(name.split("-")[0] for name in self.names()))

    def of(self, name: object) -> Model:
        """The model of that name; ValueError for anything else."""
        known = self.names()
        if not isinstance(name, str) or name not in known:
            raise ValueError(
                f"model {str(name)[:40]!r} is not known; choose from {', '.join(known)}."
            )
        with self.lock:
            if name not in self.models:
                self.models[name] = self.opened(name)
            self.models.move_to_end(name)
            while len(self.models) > self.remembered:
                self.models.popitem(last=False)
            return self.models[name]

    def opened(self, name: str) -> Model:
        """The model, read anew; convolutions are a third faster with the channels last."""
        entry = self.source.entries()[name]
        network, tensors = self.source.open(name)
        network = network.eval().requires_grad_(False).to(memory_format=torch.channels_last)
        return Model(name, kind_of(entry), network, codes_from(tensors), entry)

    def choose(
        self, data: object, latent_dim: int | None = None, kinds: Iterable[str] | None = None
    ) -> list[Model]:
        """The models of a data set, of a latent size and of certain kinds, side by side in order.

        The order is that of KINDS, then latent size, then beta. ValueError for unknown data, or
        where there is none of that size.
        """
        wanted = tuple(KINDS if kinds is None else kinds)
        entries = self.source.entries()
        names = [name for name in self.names() if name.split("-")[0] == data]
        if not names:
            raise ValueError(
                f"data {str(data)[:40]!r} is not known; choose from {', '.join(self.datasets())}."
            )
        names = [name for name in names if kind_of(entries[name]) in wanted]
        sizes = {name: int(entries[name]["arguments"].get("latent_dim", 0)) for name in names}
        if latent_dim is not None:
            names = [name for name in names if sizes[name] == latent_dim]
            if not names:
                offered = ", ".join(str(size) for size in sorted(set(sizes.values()) - {0}))
                raise ValueError(
                    f"no model of {data} has latent size {str(latent_dim)[:20]}; "
                    f"choose from {offered}."
                )
        order = list(KINDS)
        names.sort(
            key=lambda n: (order.index(kind_of(entries[n])), sizes[n], entries[n].get("beta", 0))
        )
        return [self.of(name) for name in names]

    def sizes(self, data: object) -> list[int]:
        """The latent sizes of a data set at which images can be encoded, ascending."""
        models = self.choose(data, kinds=ENCODING)
        return sorted({model.latent_dim for model in models})

    def classifier(self, data: object) -> Model | None:
        """The data set's classifier, or None where it has none."""
        found = self.choose(data, kinds=["classifier"])
        return found[0] if found else None


SHELF = Shelf()


def kind_of(entry: Entry) -> str:
    """The key of KINDS: a VAE trained with another beta than 1 is a beta-VAE."""
    kind = KIND_OF_MODEL[entry["model"]]
    return "betavae" if kind == "vae" and entry.get("beta", 1.0) != 1.0 else kind


def codes_from(tensors: Tensors) -> Codes | None:
    """The part "codes" of a weight file, None where it is empty; numbers become float64."""
    if "mu" not in tensors:
        return None
    names = ("mu", "log_var", "held_out_mse", "held_out_kl")
    floats = {n: np.asarray(tensors[n], np.float64) for n in names if n in tensors}
    return Codes(
        mu=floats["mu"],
        log_var=floats.get("log_var"),
        labels=np.asarray(tensors["labels"], np.int64),
        held_out_mse=floats.get("held_out_mse"),
        held_out_kl=floats.get("held_out_kl"),
    )
