"""A shelf of small random networks under the shipped models' names: nothing is read from disk."""

import numpy as np
import torch

from segdemo.generation.shelf import Shelf, Source
from segdemo.models.generative import GENERATIVE_MODELS

AUTOENCODER = "segdemo.models.autoencoder.Autoencoder"
PCA = "segdemo.models.autoencoder.PCA"
VAE = "segdemo.models.vae.VAE"
GAN = "segdemo.models.gan.Generator"
CLASSIFIER = "segdemo.models.classifier.Classifier"
DIGITS = [str(i) for i in range(10)]
GARMENTS = [
    "T-shirt", "trouser", "pullover", "dress", "coat", "sandal", "shirt", "sneaker", "bag",
    "ankle boot",
]  # fmt: skip
N = 120  # codes a model


def entry(model, size, classes, latent_dim=None, beta=None, likelihood=None, **more):
    arguments = {"image_size": size}
    arguments |= {"latent_dim": latent_dim} if latent_dim else {"num_classes": len(classes)}
    found = {"model": model, "arguments": arguments, "classes": classes, "curves": [], **more}
    if likelihood:
        arguments["likelihood"] = likelihood
        nll = 80.0 + 5 * beta
        scores = {"kl": 25.0 / beta, "reconstruction_nll": nll, "elbo": -(25.0 / beta + nll)}
        scores |= {"active_units": 12, "iw_bound": 90.0, "iw_samples": 500, "split": "val"}
        found |= {"beta": beta, "metrics": scores}
    return found


def entries():
    found = {}
    for data, classes, likelihood in (
        ("digits", DIGITS, "bernoulli"),
        ("fashion", GARMENTS, "continuous_bernoulli"),
    ):
        for d in (2, 16):
            found[f"{data}-ae-{d}"] = entry(AUTOENCODER, 28, classes, d)
            found[f"{data}-vae-{d}"] = entry(VAE, 28, classes, d, 1.0, likelihood)
            found[f"{data}-pca-{d}"] = entry(PCA, 28, classes, d)
        for beta in (8.0, 0.5, 4.0):
            name = f"{data}-betavae{beta:g}-16"
            found[name] = entry(VAE, 28, classes, 16, beta, likelihood)
        rows = [{"discriminator": 1.2, "generator": 0.9, "d_real": 0.6, "d_fake": 0.4}] * 3
        found[f"{data}-gan-32"] = entry(GAN, 28, classes, 32) | {"curves": rows}
        found[f"{data}-classifier"] = entry(CLASSIFIER, 28, classes)
    found["faces-ae-32"] = entry(AUTOENCODER, 64, ["face"], 32)
    found["faces-vae-32"] = entry(VAE, 64, ["face"], 32, 1.0, "gaussian")
    found["faces-pca-32"] = entry(PCA, 64, ["face"], 32)
    found["photos"] = {"model": "segdemo.models.shared.SharedTrunkNetwork"}
    return found


def opened(name):
    described = entries()[name]
    torch.manual_seed(sum(map(ord, name)))
    network = GENERATIVE_MODELS[described["model"]](**described["arguments"])
    size = described["arguments"].get("latent_dim")
    rng = np.random.default_rng(0)
    if described["model"] == PCA:
        network.fit(torch.rand(60, 1, network.image_size, network.image_size))
    if described["model"] == GAN:
        with torch.no_grad():  # fresh from its initialisation, every image is the same grey
            for parameter in network.parameters():
                parameter.mul_(8 if parameter.dim() > 1 else 1)
    if described["model"] in (GAN, CLASSIFIER):
        return network, {}
    spread = np.linspace(1.5, 0.5, size)
    tensors = {
        "mu": (rng.standard_normal((N, size)) * spread).astype(np.float16),
        "labels": (np.arange(N) % len(described["classes"])).astype(np.uint8),
        "held_out_mse": np.linspace(0.001, 0.01, 50).astype(np.float16),
    }
    if described["model"] == VAE:
        tensors["mu"][:, 1] = 0  # a dead dimension: its posterior is the prior
        tensors["log_var"] = np.full((N, size), -2, np.float16)
        tensors["log_var"][:, 1] = 0
        tensors["held_out_kl"] = np.linspace(5, 50, 50).astype(np.float16)
    return network, tensors


def small_shelf(remembered=40):
    return Shelf(Source(entries, opened), remembered)
