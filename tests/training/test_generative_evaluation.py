"""Scores of generative models: the JSON's keys, precision and recall, shipping and loading."""

import json

import numpy as np
import pytest
import torch
from safetensors.torch import save_file

from segdemo import weights
from segdemo.models.autoencoder import PCA, Autoencoder
from segdemo.models.classifier import Classifier
from segdemo.models.gan import Generator
from segdemo.models.vae import VAE
from segdemo.training import evaluate_generative, generative_data, sampling_scores
from segdemo.training.__main__ import main
from segdemo.training.evaluate_generative import scores
from segdemo.training.generative import build
from segdemo.training.generative_checkpoint import BEST
from segdemo.training.generative_data import Images
from segdemo.training.generative_recipes import GENERATIVE_RECIPES
from segdemo.training.precision_recall import precision_recall, radii
from segdemo.training.ship_generative import reference_outputs, ship_generative

RECONSTRUCTION = {"reconstruction_mse", "pca_mse"}
BOUNDS = {
    "elbo", "reconstruction_nll", "kl", "iw_bound", "iw_samples", "iw_images",
    "iw_standard_error", "active_units",
}  # fmt: skip
SAMPLING = {
    "frechet_classifier_distance", "frechet_real_floor", "precision", "recall", "class_histogram",
    "compared_images", "histogram_samples",
}  # fmt: skip


@pytest.fixture
def small(monkeypatch):
    """Subsets of a size for a test."""
    monkeypatch.setattr(evaluate_generative, "IW_SAMPLES", 5)
    monkeypatch.setattr(evaluate_generative, "IW_IMAGES", 8)
    monkeypatch.setattr(sampling_scores, "HISTOGRAM_SAMPLES", 60)


def blobs(count, seed=0):
    """Images with a bright square at a random place, and its row as the class."""
    rng = np.random.default_rng(seed)
    pixels = rng.integers(0, 30, (count, 28, 28)).astype(np.uint8)
    labels = rng.integers(0, 10, count)
    for image, label in zip(pixels, labels, strict=True):
        image[2 * label : 2 * label + 8, 8:20] = 220
    return pixels, labels


def as_images(count):
    pixels, labels = blobs(count)
    return Images(torch.from_numpy(pixels)[:, None], torch.from_numpy(labels))


@pytest.mark.parametrize(
    ("network", "keys"),
    [
        (Autoencoder(image_size=28, latent_dim=2), RECONSTRUCTION),
        (PCA(image_size=28, latent_dim=2), RECONSTRUCTION),
        (VAE(image_size=28, latent_dim=2, likelihood="bernoulli"),
         RECONSTRUCTION | BOUNDS | SAMPLING),
        (Generator(image_size=28, latent_dim=4), SAMPLING),
        (Classifier(), {"accuracy"}),
    ],
    ids=lambda value: type(value).__name__,
)  # fmt: skip
def test_every_kind_has_the_scores_that_it_can_have(network, keys, small):
    pca = PCA(image_size=28, latent_dim=2)
    found = scores(network.eval(), as_images(24), pca, Classifier().eval())
    assert set(found) == keys | {"images"}
    assert json.loads(json.dumps(found)) == found
    assert None not in found.values()


def test_a_vaes_numbers_add_up_and_state_their_sizes(small):
    network = VAE(image_size=28, latent_dim=2, likelihood="bernoulli").eval()
    found = scores(network, as_images(24), None, None)
    assert found["elbo"] == pytest.approx(-(found["reconstruction_nll"] + found["kl"]))
    assert (found["images"], found["iw_images"], found["iw_samples"]) == (24, 8, 5)
    # An untrained decoder gives about ln 2 nats a pixel, whatever the bound.
    assert 500 < found["iw_bound"] < 600
    assert found["pca_mse"] is None
    assert found["class_histogram"] is None


def test_the_squared_error_is_a_pixels_and_pcas_beside_it():
    images = as_images(24)
    pca = PCA(image_size=28, latent_dim=3)
    pca.fit(images.grey())
    found = scores(Autoencoder(image_size=28, latent_dim=3).eval(), images, pca, None)
    expected = (pca(images.grey()) - images.grey()).square().mean().item()
    assert found["pca_mse"] == pytest.approx(expected, rel=1e-5)
    assert found["reconstruction_mse"] > found["pca_mse"]


def test_copies_of_real_images_are_no_further_than_the_floor(small, monkeypatch):
    images = as_images(120)
    grey = images.grey()
    monkeypatch.setattr(sampling_scores, "HISTOGRAM_SAMPLES", 120)
    classifier = Classifier().eval()
    with torch.inference_mode():
        real = sampling_scores.sampling_scores(lambda z: grey[: len(z)], 2, images, classifier)
        noise = sampling_scores.sampling_scores(
            lambda z: torch.rand(len(z), 1, 28, 28), 2, images, classifier
        )
    assert real["compared_images"] == 60
    assert real["frechet_classifier_distance"] < 2 * real["frechet_real_floor"]
    assert noise["frechet_classifier_distance"] > 5 * noise["frechet_real_floor"]
    assert real["precision"] > 0.8
    assert noise["precision"] < 0.1
    assert sum(real["class_histogram"]) == pytest.approx(1)


def test_precision_and_recall_are_a_brute_force_loops():
    generator = torch.Generator().manual_seed(0)
    real = torch.randn(25, 3, generator=generator)
    drawn = torch.randn(20, 3, generator=generator) + 1

    def inside(points, centres):
        hits = 0
        for point in points.numpy():
            for centre in centres.numpy():
                to_others = np.sort(np.linalg.norm(centre - centres.numpy(), axis=1))
                if np.linalg.norm(point - centre) <= to_others[3]:  # [0] is the centre itself
                    hits += 1
                    break
        return hits / len(points)

    precision, recall = precision_recall(real, drawn)
    assert precision == pytest.approx(inside(drawn, real))
    assert recall == pytest.approx(inside(real, drawn))
    assert 0 < precision < 1
    assert 0 < recall < 1
    assert precision != recall


def test_a_radius_is_the_third_neighbours_distance():
    line = torch.tensor([[0.0], [1.0], [3.0], [7.0], [20.0]])
    torch.testing.assert_close(radii(line), torch.tensor([7.0, 6.0, 4.0, 7.0, 19.0]))


def test_too_few_images_for_neighbours_are_refused():
    with pytest.raises(ValueError, match="give more images"):
        precision_recall(torch.zeros(3, 2), torch.zeros(9, 2))


@pytest.fixture
def shelf(tmp_path, monkeypatch, small):
    """An empty weights folder, data of 300 images, and untrained checkpoints."""
    monkeypatch.setattr(weights, "WEIGHTS", tmp_path / "weights")
    monkeypatch.setattr(generative_data, "HELD_OUT_IMAGES", 40)
    weights.manifest.cache_clear()
    (tmp_path / "weights").mkdir()
    (tmp_path / "weights" / "manifest.json").write_text("{}")
    pixels, labels = blobs(300)
    np.savez(tmp_path / "mnist_train.npz", images=pixels, labels=labels)
    torch.manual_seed(0)
    for name in ("digits-pca-2", "digits-classifier", "digits-vae-2", "digits-gan-32"):
        folder = tmp_path / "checkpoints" / name
        folder.mkdir(parents=True)
        save_file(build(GENERATIVE_RECIPES[name]).state_dict(), folder / BEST)
    yield tmp_path
    weights.manifest.cache_clear()


def test_shipped_weights_load_as_they_were_scored_with_their_codes(shelf):
    with pytest.raises(ValueError, match="ship that first"):
        ship_generative("digits-vae-2", shelf / "checkpoints", shelf)
    for name in ("digits-pca-2", "digits-classifier"):
        ship_generative(name, shelf / "checkpoints", shelf)
    entry = ship_generative("digits-vae-2", shelf / "checkpoints", shelf)
    network = weights.load("digits-vae-2")
    assert isinstance(network, VAE)
    assert not network.training
    assert reference_outputs("digits-vae-2") == entry["golden"]
    assert {k: len(v) for k, v in entry["golden"].items()} == {"code": 2, "image": 4}
    assert entry["likelihood"].startswith("Bernoulli")
    assert entry["metrics"]["split"] == "digits val, 40 images"
    codes = weights.load_files("digits-vae-2", ["codes"])
    assert codes["mu"].shape == codes["log_var"].shape == (260, 2)
    assert codes["labels"].tolist() == blobs(300)[1][:260].tolist()
    assert set(weights.load_files("digits-pca-2", ["codes"])) == {
        "mu", "labels", "held_out_mse",
    }  # fmt: skip
    assert codes["held_out_mse"].shape == codes["held_out_kl"].shape == (40,)
    assert (codes["held_out_kl"] > 0).all()
    half = shelf / "weights" / "digits-vae-2.safetensors"
    parameters = sum(p.numel() for p in network.parameters())
    assert 2 * parameters < half.stat().st_size < 2 * parameters + 5000


def test_the_command_prints_one_json_object_with_the_issues_keys(shelf, capsys):
    for name in ("digits-pca-2", "digits-classifier", "digits-vae-2", "digits-gan-32"):
        arguments = ["ship-generative", "--recipe", name, "--data", str(shelf)]
        assert main([*arguments, "--checkpoints", str(shelf / "checkpoints")]) == 0
    capsys.readouterr()
    file = ["--data", str(shelf / "mnist_train.npz"), "--json"]
    assert main(["evaluate-generative", "--weights", "digits-vae-2", *file]) == 0
    found = json.loads(capsys.readouterr().out)
    assert set(found) == {"images", *RECONSTRUCTION, *BOUNDS, *SAMPLING}
    assert None not in found.values()
    assert main(["evaluate-generative", "--weights", "digits-gan-32", *file]) == 0
    assert set(json.loads(capsys.readouterr().out)) == {"images", *SAMPLING}
    assert main(["evaluate-generative", "--weights", "nothing", *file]) == 2
    assert "choose from digits-pca-2" in capsys.readouterr().err
    assert main(["generate", "--recipe", "nothing", "--data", str(shelf)]) == 2
    assert "choose from digits-ae-2" in capsys.readouterr().err


def test_weights_of_another_task_are_sent_to_their_own_command(tmp_path, capsys):
    arguments = ["evaluate-generative", "--weights", "photos", "--data", str(tmp_path / "x.npz")]
    assert main(arguments) == 2
    assert "use `evaluate`" in capsys.readouterr().err


@pytest.mark.slow
def test_generate_trains_and_prints_the_scores_with_null_for_what_is_not_shipped(
    shelf, monkeypatch, capsys
):
    from dataclasses import replace

    short = replace(GENERATIVE_RECIPES["digits-vae-2"], epochs=1)
    monkeypatch.setitem(GENERATIVE_RECIPES, "digits-vae-2", short)
    arguments = ["generate", "--recipe", "digits-vae-2", "--data", str(shelf)]
    assert main([*arguments, "--checkpoints", str(shelf / "runs")]) == 0
    printed = capsys.readouterr()
    assert "effective beta 1" in printed.out
    found = json.loads(printed.out.splitlines()[-1])
    assert found["reconstruction_mse"] > 0
    assert found["pca_mse"] is None
    assert "epoch 1/1" in printed.err
