"""An image through encoder and decoder, its ledger in nats, and how unusual it is."""

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from segdemo import latent
from segdemo.generation.coding import as_batch, decode, encode
from segdemo.generation.shelf import Floats, Model
from segdemo.models.vae import kl_per_dimension, ledger, posterior_sample

SAMPLES = 64  # posterior samples that the ledger's reconstruction term is averaged over
SEED = 0
GREY_AS_EXPECTATION = (
    "The model was trained on binarised pixels. Here its encoder sees the grey image, and the "
    "term is the negative log-likelihood averaged over all binarisations of it: the cross-entropy "
    "of its grey values."
)
GREY_DENSITY = "Encoder and likelihood see the grey image; the term measures a density."
ENTROPY_FLOOR = "the entropy of the grey pixels: what the best possible decoder would pay"
NO_ERROR_FLOOR = "what a reconstruction without any error would pay"
NO_FLOOR = "none: where a pixel is exactly black or white, a density has no upper bound"


@dataclass(frozen=True, eq=False)
class Account:
    """The ledger of one image, in nats; `total`, the negative ELBO, is reconstruction plus KL.

    `reconstruction` is the mean over `samples` posterior samples, `standard_error` its own.
    `at_mean` is the term where z is the posterior's mean: not the ELBO's expectation. `floor` is
    the least that the term can be, None where there is none; `floor_note` says why. `kl` (d,).
    """

    reconstruction: float
    standard_error: float
    samples: int
    at_mean: float
    floor: float | None
    floor_note: str
    kl: Floats
    beta: float
    likelihood: str
    image_note: str

    @property
    def total(self) -> float:
        """The negative ELBO, whatever beta the model was trained with."""
        return self.reconstruction + float(self.kl.sum())

    @property
    def objective(self) -> float:
        """What training minimised: reconstruction + beta KL, the negative ELBO only at beta 1."""
        return self.reconstruction + self.beta * float(self.kl.sum())

    @property
    def order(self) -> NDArray[np.int64]:
        """The dimensions by KL, the largest first: (d,)."""
        return np.argsort(-self.kl, kind="stable")

    def rows(self, decimals: int = 2) -> list[tuple[str, float]]:
        """The ledger as printed: reconstruction, "z3" and so on by KL, total.

        The total is the sum of the rounded rows, so that the column adds up to the last digit.
        """
        rows = [("reconstruction", round(self.reconstruction, decimals))]
        rows += [(f"z{j}", round(float(self.kl[j]), decimals)) for j in self.order]
        return [*rows, ("total", round(sum(value for _, value in rows), decimals))]


@dataclass(frozen=True, eq=False)
class Reconstruction:
    """What one model makes of an image (S, S).

    `image` (S, S), decoded from the mean code: a mean, not a sample, and PCA's may leave [0, 1].
    `error` = `image` less the input, (S, S). `mse`, squared error a pixel. `code` (d,), for a VAE
    the posterior's mean, with its `log_var`. `account` for VAEs. `sample` (S, S) for VAEs: the
    mean image of one posterior sample of z.
    """

    model: Model
    image: NDArray[np.float32]
    error: NDArray[np.float32]
    mse: float
    code: Floats
    log_var: Floats | None
    account: Account | None
    sample: NDArray[np.float32] | None


def reconstruct(
    model: Model, image: NDArray[np.float32], *, samples: int = SAMPLES, seed: int = SEED
) -> Reconstruction:
    """One image (S, S) through one model that encodes; ValueError for one that doesn't."""
    encoded = encode(model, image[None])
    code = encoded.mean[0]
    decoded = decode(model, encoded.mean)[0]
    error = decoded - image
    account = sample = None
    log_var = None
    if encoded.log_var is not None:
        log_var = encoded.log_var[0]
        account = account_of(model, image, samples=samples, seed=seed)
        noise = np.random.default_rng(seed).standard_normal(code.shape)
        sample = decode(model, (code + np.exp(log_var / 2) * noise)[None])[0]
    mse = float(np.square(error, dtype=np.float64).mean())
    return Reconstruction(model, decoded, error, mse, code, log_var, account, sample)


@torch.inference_mode()
def account_of(model: Model, image: NDArray[np.float32], *, samples: int, seed: int) -> Account:
    """A VAE's ledger of one image (S, S), its expectation estimated from seeded samples."""
    if samples < 2:
        raise ValueError(f"samples={samples} must be at least 2; try {SAMPLES}.")
    network, x = model.network, as_batch(image[None])
    likelihood = network.likelihood
    mu, log_var = network.encode(x)
    noise = torch.randn(samples, mu.shape[1], generator=torch.Generator().manual_seed(seed))
    z = torch.cat([posterior_sample(mu, log_var, noise), mu])  # (N + 1, d), the mean last
    book = ledger(likelihood, network.decoder(z), mu, log_var, x.expand(len(z), -1, -1, -1))
    terms = book.reconstruction.double()
    floor = float(likelihood.floor(x.double())[0])
    binary, finite = likelihood.binary, np.isfinite(floor)
    return Account(
        reconstruction=float(terms[:-1].mean()),
        standard_error=float(terms[:-1].std() / samples**0.5),
        samples=samples,
        at_mean=float(terms[-1]),
        floor=floor if finite else None,
        floor_note=ENTROPY_FLOOR if binary else NO_ERROR_FLOOR if finite else NO_FLOOR,
        kl=kl_per_dimension(mu.double(), log_var.double())[0].numpy(),
        beta=1.0 if model.beta is None else model.beta,
        likelihood=likelihood.title,
        image_note=GREY_AS_EXPECTATION if binary else GREY_DENSITY,
    )


@dataclass(frozen=True)
class Place:
    """Where a value stands: above `percent` % of `count` images, None where none are known."""

    value: float
    percent: float | None
    count: int
    among: str


@dataclass(frozen=True)
class Unusual:
    """An image's error, KL (VAEs) and distance to the nearest code, against the data's own."""

    error: Place
    kl: Place | None
    distance: Place

    @property
    def sentence(self) -> str:
        """How unusual the image is for the model, in words."""
        known = [p.percent for p in (self.error, self.kl, self.distance) if p and p.percent]
        highest = max(known, default=0.0)
        if highest >= 99:
            return "Unlike nearly everything that this model knows."
        if highest >= 90:
            return "Rather unusual for this model."
        return "Nothing unusual for this model."


def unusualness(made: Reconstruction) -> Unusual:
    """How the reconstruction's numbers stand among those of the data set's own images."""
    codes = made.model.known_codes
    kl = None
    if made.account is not None:
        reference, among = codes.held_out_kl, "held-out images"
        if reference is None and codes.kl is not None:
            reference, among = codes.kl.sum(1), "training images"
        kl = place(float(made.account.kl.sum()), reference, among)
    distance = float(latent.nearest_code(made.code[None], codes.mu)[0][0])
    return Unusual(
        error=place(made.mse, codes.held_out_mse, "held-out images"),
        kl=kl,
        distance=place(distance, codes.spacing, "training images"),
    )


def place(value: float, reference: Floats | None, among: str) -> Place:
    """Where `value` stands: the share of `reference` below it, in percent."""
    if reference is None or not len(reference):
        return Place(value, None, 0, among)
    return Place(value, float(100 * np.mean(reference < value)), len(reference), among)


def side_by_side(models: list[Model], image: NDArray[np.float32]) -> list[Reconstruction]:
    """The image (S, S) through every model, in their order."""
    return [reconstruct(model, image) for model in models]


def error_scale(made: list[Reconstruction]) -> float:
    """The largest absolute error of all, so that error maps share one scale; above 0."""
    return max([float(np.abs(one.error).max()) for one in made] + [1e-6])
