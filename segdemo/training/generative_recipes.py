"""Every training run that makes a generative model's weights, as a frozen literal.

Names are DATA-MODEL-LATENT. Each is run by
python -m segdemo.training generate --recipe NAME --data DIR
Minutes are those of one busy thread of an AMD EPYC (no AVX-512), two recipes side by side. The
scores are on validation, as `python -m segdemo.generation.scores` prints them.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class GenerativeRecipe:
    """What it takes to train one model again.

    `data`: a key of DATASETS. `kind`: a key of KINDS in `generative`. `likelihood` (a key of
    LIKELIHOODS) and `beta` are a VAE's. `rate`: Adam's at its peak; `batch` images a step and a
    process. `augment`: mirrored and shifted by up to two pixels, for few images.
    `start`: the recipe whose trained weights this run goes on from; None starts from random ones.
    """

    data: str
    kind: str
    seed: int
    epochs: int
    latent_dim: int = 0
    likelihood: str | None = None
    beta: float = 1.0
    batch: int = 128
    rate: float = 1.5e-3
    augment: bool = False
    start: str | None = None
    averaging: float = 0.999  # of a GAN's generator over its steps


GENERATIVE_RECIPES: dict[str, GenerativeRecipe] = {
    # Autoencoders (Hinton & Salakhutdinov 2006), summed squared error. 14 minutes each, faces 5.
    # Squared error against PCA's: digits 0.68 and 0.25 times, garments 0.57 and 0.47. Of 360 faces
    # PCA makes more: 1.36 times its error, the network overfits.
    "digits-ae-2": GenerativeRecipe("digits", "autoencoder", seed=1, epochs=10, latent_dim=2),
    "digits-ae-16": GenerativeRecipe("digits", "autoencoder", seed=1, epochs=10, latent_dim=16),
    "fashion-ae-2": GenerativeRecipe("fashion", "autoencoder", seed=1, epochs=10, latent_dim=2),
    "fashion-ae-16": GenerativeRecipe("fashion", "autoencoder", seed=1, epochs=10, latent_dim=16),
    "faces-ae-32": GenerativeRecipe(
        "faces", "autoencoder", seed=1, epochs=60, latent_dim=32, batch=32, augment=True
    ),
    # VAEs (Kingma & Welling 2014), effective beta 1. 20 minutes each, digits-vae-16 30, faces 7.
    # IW bound, digits: 143.4 and 87.4 nats (Burda et al. 2016 reach 86.8 with k = 1).
    "digits-vae-2": GenerativeRecipe(
        "digits", "vae", seed=1, epochs=10, latent_dim=2, likelihood="bernoulli"
    ),
    "digits-vae-16": GenerativeRecipe(
        "digits", "vae", seed=1, epochs=20, latent_dim=16, likelihood="bernoulli"
    ),
    "fashion-vae-2": GenerativeRecipe(
        "fashion", "vae", seed=1, epochs=10, latent_dim=2, likelihood="gaussian"
    ),
    "fashion-vae-16": GenerativeRecipe(
        "fashion", "vae", seed=1, epochs=10, latent_dim=16, likelihood="gaussian"
    ),
    "faces-vae-32": GenerativeRecipe(
        "faces", "vae", seed=1, epochs=120, latent_dim=32, likelihood="gaussian", batch=32,
        augment=True,
    ),
    # Fashion's are Gaussian: with the continuous Bernoulli, whose density has no upper bound where
    # a pixel is exactly black, training diverged in its fourth epoch. Faces overfit early: what
    # is kept is the best epoch on the people held out.
    # beta-VAEs (Higgins et al. 2017): the VAE with one number changed, and trained on with it.
    # 14 minutes for eight epochs, 6 for four.
    "digits-betavae0.5-16": GenerativeRecipe(
        "digits", "vae", seed=1, epochs=4, latent_dim=16, likelihood="bernoulli", beta=0.5,
        start="digits-vae-16",
    ),
    "digits-betavae2-16": GenerativeRecipe(
        "digits", "vae", seed=1, epochs=8, latent_dim=16, likelihood="bernoulli", beta=2.0,
        start="digits-vae-16",
    ),
    "digits-betavae4-16": GenerativeRecipe(
        "digits", "vae", seed=1, epochs=8, latent_dim=16, likelihood="bernoulli", beta=4.0,
        start="digits-vae-16",
    ),
    "digits-betavae8-16": GenerativeRecipe(
        "digits", "vae", seed=1, epochs=4, latent_dim=16, likelihood="bernoulli", beta=8.0,
        start="digits-vae-16",
    ),
    "fashion-betavae4-16": GenerativeRecipe(
        "fashion", "vae", seed=1, epochs=8, latent_dim=16, likelihood="gaussian",
        beta=4.0, start="fashion-vae-16",
    ),
    # PCA, the linear autoencoder (Baldi & Hornik 1989). Seconds; it has no epochs.
    "digits-pca-2": GenerativeRecipe("digits", "pca", seed=1, epochs=1, latent_dim=2),
    "digits-pca-16": GenerativeRecipe("digits", "pca", seed=1, epochs=1, latent_dim=16),
    "fashion-pca-2": GenerativeRecipe("fashion", "pca", seed=1, epochs=1, latent_dim=2),
    "fashion-pca-16": GenerativeRecipe("fashion", "pca", seed=1, epochs=1, latent_dim=16),
    "faces-pca-32": GenerativeRecipe("faces", "pca", seed=1, epochs=1, latent_dim=32),
    # DCGANs (Radford et al. 2016), Adam with beta1 = 0.5 as there.
    # 18 to 29 minutes each. Frechet distance 99 (digits; the VAE's is 192) and 115 (435).
    "digits-gan-32": GenerativeRecipe(
        "digits", "gan", seed=1, epochs=15, latent_dim=32, rate=2e-4, batch=64
    ),
    "fashion-gan-32": GenerativeRecipe(
        "fashion", "gan", seed=1, epochs=15, latent_dim=32, rate=2e-4, batch=64
    ),
    # Classifiers that judge samples. 5 minutes each: 99.01 and 92.52 % right.
    "digits-classifier": GenerativeRecipe("digits", "classifier", seed=1, epochs=10),
    "fashion-classifier": GenerativeRecipe("fashion", "classifier", seed=1, epochs=10),
}  # fmt: skip
