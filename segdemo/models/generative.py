"""The generative models by the name that the manifest gives them: how to build each."""

from collections.abc import Callable

from torch import nn

from segdemo.models.autoencoder import PCA, Autoencoder
from segdemo.models.classifier import Classifier
from segdemo.models.gan import Generator
from segdemo.models.vae import VAE

GENERATIVE_MODELS: dict[str, Callable[..., nn.Module]] = {
    "segdemo.models.autoencoder.Autoencoder": Autoencoder,
    "segdemo.models.autoencoder.PCA": PCA,
    "segdemo.models.vae.VAE": VAE,
    "segdemo.models.gan.Generator": Generator,
    "segdemo.models.classifier.Classifier": Classifier,
}
