"""Turn a generative run into shipped weights: float16 safetensors, codes, scores, the manifest."""

from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file
from torch import Tensor, nn

from segdemo import weights
from segdemo.models.autoencoder import PCA, Autoencoder
from segdemo.models.classifier import Classifier
from segdemo.models.gan import Generator
from segdemo.models.likelihood import LIKELIHOODS
from segdemo.models.vae import VAE, kl_per_dimension
from segdemo.training.evaluate_generative import companions, mean_code, scores
from segdemo.training.generative import KINDS, arguments
from segdemo.training.generative_checkpoint import BEST, read_history
from segdemo.training.generative_data import DATASETS, Images, read_split
from segdemo.training.generative_recipes import GENERATIVE_RECIPES, GenerativeRecipe
from segdemo.training.ship import git_commit, write_entry, write_part

CODES = 2_000  # training images, at most, whose codes are kept


def ship_generative(name: str, checkpoints: Path, data: Path) -> dict[str, Any]:
    """Write weights/NAME*.safetensors from the checkpoint, score them on val, list them.

    Scores are those of the float16 weights. The PCA and the classifier that they are compared with
    must have been shipped before.
    """
    recipe = GENERATIVE_RECIPES[name]
    check_companions(name, recipe)
    training, validation = read_split(recipe.data, data)
    state = load_file(checkpoints / name / BEST)
    files = [write_part(f"{name}.safetensors", "network", halved(state))]
    write_entry(name, described(name, recipe, files, checkpoints))
    network = weights.load(name)
    entry = weights.entry(name)
    codes = codes_of(network, training) | held_out_of(network, validation)
    if codes:
        file = write_part(f"{name}-codes.safetensors", "codes", halved(codes))
        entry["files"].append(file)
    entry["metrics"] = {
        "split": f"{recipe.data} val, {len(validation)} images",
        **scores(network, validation, *companions(name)),
    }
    entry["golden"] = reference_outputs(name)
    write_entry(name, entry)
    return weights.entry(name)


def check_companions(name: str, recipe: GenerativeRecipe) -> None:
    """A ValueError where a model that the scores need is not shipped yet."""
    needed = [f"{recipe.data}-pca-{recipe.latent_dim}", f"{recipe.data}-classifier"]
    if recipe.kind in ("pca", "classifier"):
        needed = []
    missing = [n for n in needed if n in GENERATIVE_RECIPES and n not in weights.manifest()]
    if missing:
        raise ValueError(f"{name} is scored beside {missing[0]}, not shipped yet; ship that first.")


def described(
    name: str, recipe: GenerativeRecipe, files: list[dict[str, Any]], checkpoints: Path
) -> dict[str, Any]:
    """The manifest's entry without its scores."""
    dataset = DATASETS[recipe.data]
    entry: dict[str, Any] = {
        "model": KINDS[recipe.kind].model,
        "arguments": arguments(recipe),
        "files": files,
        "classes": list(dataset.classes),
        "normalisation": "grey / 255, in 0-1",
        "dataset": dataset.credit,
        "licence": f"{dataset.licence} (see weights/LICENSE.md)",
        "recipe": f"python -m segdemo.training generate --recipe {name} --data DIR",
        "seed": recipe.seed,
        "commit": git_commit(),
        "curves": [
            {k: round(v, 4) for k, v in row.items()} for row in read_history(checkpoints / name)
        ],
    }
    if recipe.likelihood is not None:
        entry["likelihood"] = LIKELIHOODS[recipe.likelihood].title
        entry["beta"] = recipe.beta
    return entry


def halved(tensors: dict[str, Tensor]) -> dict[str, Tensor]:
    """Floats as float16, the rest as it is."""
    return {k: (v.half() if v.is_floating_point() else v).contiguous() for k, v in tensors.items()}


@torch.inference_mode()
def codes_of(network: nn.Module, training: Images) -> dict[str, Tensor]:
    """`mu`, for a VAE `log_var`, and `labels` of up to CODES training images; {} without encoder.

    The images are spread evenly over the file. A VAE with a Bernoulli likelihood is given the grey
    pixels, as on the page.
    """
    step = max(len(training) // CODES, 1)
    chosen = training[slice(None, step * CODES, step)]
    labels = {"labels": chosen.labels.to(torch.uint8)}
    if isinstance(network, VAE):
        mu, log_var = network.encode(chosen.grey())
        return {"mu": mu.clone(), "log_var": log_var.clone(), **labels}
    if isinstance(network, Autoencoder | PCA):
        return {"mu": network.encode(chosen.grey()), **labels}
    return {}


@torch.inference_mode()
def held_out_of(network: nn.Module, validation: Images) -> dict[str, Tensor]:
    """`held_out_mse` a pixel and, for a VAE, `held_out_kl` in nats, of up to CODES held-out images.

    What the error and KL of an input are compared with: from mean codes of grey pixels, as on the
    page. {} without encoder.
    """
    if not isinstance(network, VAE | Autoencoder | PCA):
        return {}
    step = max(len(validation) // CODES, 1)
    grey = validation[slice(None, step * CODES, step)].grey()
    error, kl = [], []
    for part in grey.split(250):
        decoded = network.decode(mean_code(network, part))
        error.append((decoded - part).square().flatten(1).mean(1))
        if isinstance(network, VAE):
            kl.append(kl_per_dimension(*network.encode(part)).sum(1))
    return {"held_out_mse": torch.cat(error)} | ({"held_out_kl": torch.cat(kl)} if kl else {})


def card(image_size: int) -> Tensor:
    """An image drawn by formula, (1, 1, S, S) in [0, 1]: a ring on a ramp."""
    y, x = torch.meshgrid(*2 * (torch.linspace(-1, 1, image_size),), indexing="ij")
    ring = ((x * x + y * y).sqrt() - 0.5).abs() < 0.15
    return torch.where(ring, 0.9, 0.05 * (x + 1))[None, None]


@torch.inference_mode()
def reference_outputs(name: str) -> dict[str, list[float]]:
    """A few numbers of a shipped network's output, rounded: what a test compares with.

    Of the card: its `code` and the `image` decoded from it, or a classifier's `scores`. A
    generator's `image` is of z = (1, -1, 1, ...). Images are given by the mean of each quarter.
    """
    network = weights.load(name)
    image = card(weights.entry(name)["arguments"]["image_size"])
    if isinstance(network, Classifier):
        return {"scores": rounded(network(image)[0])}
    if isinstance(network, Generator):
        z = torch.ones(1, network.project.in_features)
        z[:, 1::2] = -1
        return {"image": rounded(quarters(network(z)))}
    code = mean_code(network, image)
    return {"code": rounded(code[0]), "image": rounded(quarters(network.decode(code)))}


def quarters(image: Tensor) -> Tensor:
    """The mean of each quarter of one image (1, 1, S, S): (4,)."""
    return nn.functional.adaptive_avg_pool2d(image, 2).flatten()


def rounded(values: Tensor) -> list[float]:
    """To four decimals."""
    return [round(v, 4) for v in values.tolist()]
