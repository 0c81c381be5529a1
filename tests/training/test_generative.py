"""Generative models' data, recipes, losses and loops; a short run of each kind (slow)."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from segdemo.models.generative import GENERATIVE_MODELS
from segdemo.models.likelihood import LIKELIHOODS
from segdemo.models.vae import kl_per_dimension
from segdemo.training import generative_data
from segdemo.training.generative import KINDS, arguments, build
from segdemo.training.generative_data import (
    DATASETS,
    Images,
    augmented,
    batches,
    read_images,
    read_split,
)
from segdemo.training.generative_losses import LOSSES, validation_loss
from segdemo.training.generative_recipes import GENERATIVE_RECIPES

NAMES = {
    *(f"{d}-{m}-{n}" for d in ("digits", "fashion") for m in ("ae", "vae", "pca") for n in (2, 16)),
    *(f"digits-betavae{b}-16" for b in ("0.5", "2", "4", "8")),
    "fashion-betavae4-16", "faces-ae-32", "faces-vae-32", "faces-pca-32", "digits-gan-32",
    "fashion-gan-32", "digits-classifier", "fashion-classifier",
}  # fmt: skip


def write_npz(path, count, size, labels=None):
    rng = np.random.default_rng(0)
    images = rng.integers(0, 256, (count, size, size), np.uint8)
    np.savez(path, images=images, labels=np.arange(count) % 10 if labels is None else labels)


def random_images(count, size=28):
    generator = torch.Generator().manual_seed(0)
    pixels = torch.randint(256, (count, 1, size, size), generator=generator).to(torch.uint8)
    return Images(pixels, torch.arange(count) % 10)


def test_there_is_a_recipe_for_every_name():
    assert set(GENERATIVE_RECIPES) == NAMES


@pytest.mark.parametrize("name", GENERATIVE_RECIPES)
def test_a_recipes_name_says_what_it_makes(name):
    recipe = GENERATIVE_RECIPES[name]
    data, model, *latent_dim = name.split("-")
    assert recipe.data == data in DATASETS
    if latent_dim:
        assert recipe.latent_dim == int(latent_dim[0])
    kinds = {"ae": "autoencoder", "vae": "vae", "pca": "pca", "gan": "gan"}
    if model.startswith("betavae"):
        assert recipe.beta == float(model.removeprefix("betavae")) != 1
    else:
        assert recipe.beta == 1
    assert recipe.kind == ("vae" if model.startswith("betavae") else kinds.get(model, model))
    assert (recipe.likelihood in LIKELIHOODS) == (recipe.kind == "vae")
    network = build(recipe)
    assert isinstance(network, GENERATIVE_MODELS[KINDS[recipe.kind].model])
    assert arguments(recipe)["image_size"] == (64 if data == "faces" else 28)
    assert 2 * sum(v.numel() for v in network.state_dict().values()) < 10_000_000


def test_digits_are_a_likelihood_of_binarised_pixels_and_the_rest_of_grey_ones():
    for recipe in GENERATIVE_RECIPES.values():
        if recipe.likelihood is not None:
            assert LIKELIHOODS[recipe.likelihood].binary == (recipe.data == "digits")


def test_the_last_images_are_held_out_in_their_order(tmp_path, monkeypatch):
    monkeypatch.setattr(generative_data, "HELD_OUT_IMAGES", 30)
    write_npz(tmp_path / "mnist_train.npz", 100, 28)
    training, validation = read_split("digits", tmp_path)
    whole = read_images(tmp_path / "mnist_train.npz", 28)
    assert (len(training), len(validation)) == (70, 30)
    assert torch.equal(validation.pixels, whole.pixels[70:])
    assert torch.equal(torch.cat([training.labels, validation.labels]), whole.labels)
    write_npz(tmp_path / "mnist_train.npz", 30, 28)
    with pytest.raises(ValueError, match="must hold more than"):
        read_split("digits", tmp_path)


def test_faces_hold_out_people_not_pictures(tmp_path):
    write_npz(tmp_path / "faces_train.npz", 36, 64, labels=np.arange(36) // 3)
    training, validation = read_split("faces", tmp_path)
    assert set(validation.labels.tolist()) == {8, 9, 10, 11}
    assert not set(training.labels.tolist()) & set(validation.labels.tolist())
    assert len(training) + len(validation) == 36


def test_files_that_do_not_fit_are_refused_in_a_sentence(tmp_path):
    write_npz(tmp_path / "wide.npz", 4, 32)
    with pytest.raises(ValueError, match="takes uint8 of"):
        read_images(tmp_path / "wide.npz", 28)
    np.savez(tmp_path / "bare.npz", images=np.zeros((4, 28, 28), np.uint8))
    with pytest.raises(ValueError, match="no array 'labels'"):
        read_images(tmp_path / "bare.npz", 28)
    with pytest.raises(ValueError, match="not in the data folder"):
        read_images(tmp_path / "none.npz", 28)


def test_an_epochs_batches_are_full_and_shared_out_without_overlap():
    images = random_images(50)
    images = Images(images.pixels, torch.arange(50))
    seen = []
    for rank in range(2):
        order = torch.Generator().manual_seed(1)
        for image, label in batches(images, 6, order, rank=rank, processes=2):
            assert image.shape == (6, 1, 28, 28)
            assert 0 <= image.min() < image.max() <= 1
            torch.testing.assert_close(image, images[label].grey())
            seen += label.tolist()
    assert len(seen) == len(set(seen)) == 48
    with pytest.raises(ValueError, match="smaller batch"):
        next(batches(images, 51, order))


def test_augmenting_mirrors_some_and_moves_at_most_two_pixels():
    image = torch.zeros(64, 1, 28, 28)
    image[:, :, 10, 5] = 1
    moved = augmented(image, torch.Generator().manual_seed(2))
    assert moved.shape == image.shape
    rows, columns = moved.flatten(1).argmax(1) // 28, moved.flatten(1).argmax(1) % 28
    assert rows.unique().numel() == 1
    assert abs(rows[0].item() - 10) <= 2
    assert columns.unique().numel() == 2
    left, right = columns.unique().tolist()
    assert right - left == 22 - 5


def test_a_vaes_loss_is_nats_an_image_with_the_kl_weighed_by_beta():
    image, label = random_images(6).grey(), None
    recipe = GENERATIVE_RECIPES["fashion-vae-16"]
    network = build(recipe)
    one, four = (
        LOSSES["vae"](network, image, label, torch.Generator().manual_seed(0), r)
        for r in (recipe, GENERATIVE_RECIPES["fashion-betavae4-16"])
    )
    assert one.shape == (6,)
    kl = kl_per_dimension(*network.encode(image)).sum(1)
    torch.testing.assert_close(four - one, 3 * kl, atol=1e-3, rtol=1e-3)


def test_validation_draws_the_same_noise_every_time_and_averages_over_images():
    recipe, images = GENERATIVE_RECIPES["digits-vae-2"], random_images(7)
    network = build(recipe)
    first = validation_loss(network, images, recipe)
    assert validation_loss(network, images, recipe) == first
    assert 500 < first < 700  # 784 ln 2 = 543 nats for a network that knows nothing
    assert not network.training


@pytest.mark.slow
@pytest.mark.parametrize(
    "name", ["digits-ae-2", "digits-vae-2", "faces-vae-32", "digits-pca-2", "digits-gan-32",
             "digits-classifier"]
)  # fmt: skip
def test_a_resumed_run_ends_as_an_unbroken_one(name, tmp_path, monkeypatch):
    from lightning_fabric import Fabric
    from safetensors.torch import load_file

    from segdemo.training.generative import train

    monkeypatch.setattr(generative_data, "HELD_OUT_IMAGES", 40)
    write_npz(tmp_path / "mnist_train.npz", 200, 28)
    write_npz(tmp_path / "faces_train.npz", 60, 64)
    recipe = replace(GENERATIVE_RECIPES[name], epochs=2, batch=32)
    fabric = Fabric(accelerator="cpu")
    whole = load_file(train(recipe, tmp_path, tmp_path / "whole", fabric))

    saves = []
    from segdemo.training.generative_checkpoint import Run

    save = Run.save

    def stop_after_one(self, *arguments):
        save(self, *arguments)
        saves.append(self.epoch)
        if len(saves) == 1:
            raise KeyboardInterrupt

    monkeypatch.setattr(Run, "save", stop_after_one)
    if recipe.kind != "pca":
        with pytest.raises(KeyboardInterrupt):
            train(recipe, tmp_path, tmp_path / "broken", fabric)
    resumed = load_file(train(recipe, tmp_path, tmp_path / "broken", fabric))
    assert saves == ([] if recipe.kind == "pca" else [1, 2])
    for key, value in whole.items():
        torch.testing.assert_close(resumed[key], value)
