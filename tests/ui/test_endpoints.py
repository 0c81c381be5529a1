"""The named endpoints, through gradio's own client and with hostile payloads."""

import json
from pathlib import Path

import httpx
import numpy as np
import pytest
from gradio_client import Client, handle_file
from gradio_client.exceptions import AppError
from PIL import Image

from segdemo.labels import PHOTOS, read_mask
from segdemo.models.catalog import ARCHITECTURES
from segdemo.models.papers import PAPER_NETWORKS
from segdemo.ui.examples import FOLDER
from segdemo.ui.small_examples import DIGITS


@pytest.fixture(scope="module")
def client(served_page: str, tmp_path_factory: pytest.TempPathFactory) -> Client:
    folder = tmp_path_factory.mktemp("downloads")
    return Client(served_page, verbose=False, download_files=folder)


def test_only_these_endpoints_are_named(client):
    described = client.view_api(return_format="dict", print_info=False)
    assert set(described["named_endpoints"]) == {
        "/segment", "/models", "/convolution", "/heatmap",
        "/reconstruct", "/interpolate", "/sample",
    }  # fmt: skip


def test_segment_returns_masks_at_the_photos_size_and_statistics(client, tmp_path):
    turned = tmp_path / "turned.jpg"
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.open(FOLDER / "cat.jpg").save(turned, exif=exif)
    files, statistics = client.predict(
        photo=handle_file(turned), architectures=["unet", "fcn8s"], api_name="/segment"
    )
    assert (statistics["height"], statistics["width"]) == (451, 300)
    assert statistics["notes"] == ["turned by its EXIF orientation"]
    assert statistics["classes"] == list(PHOTOS.classes)
    assert list(statistics["architectures"]) == ["fcn8s", "unet"]
    assert [Path(file).name for file in files] == ["fcn8s.png", "unet.png"]
    for file, measured in zip(files, statistics["architectures"].values(), strict=True):
        mask = read_mask(file, PHOTOS)
        assert mask.shape == (451, 300)
        assert sum(measured["areas"].values()) == pytest.approx(1)
        for name, share in measured["areas"].items():
            assert np.mean(mask == PHOTOS.index(name)) == pytest.approx(share)
        times = measured["milliseconds"]
        assert times["total"] == pytest.approx(
            sum(times[p] for p in ("trunk", "head", "rest")), abs=0.01
        )


def test_reconstruct_returns_a_picture_and_numbers_a_model(client):
    files, numbers = client.predict(
        picture=handle_file(DIGITS / "3a.png"),
        data="digits",
        latent_dim=16,
        api_name="/reconstruct",
    )
    assert [Path(file).name for file in files[:2]] == ["input.png", "digits-ae-16.png"]
    ledger = numbers["models"]["digits-vae-16"]["ledger"]
    assert ledger["total"] == pytest.approx(ledger["reconstruction"] + sum(ledger["kl"]))
    assert numbers["models"]["digits-vae-16"]["mse"] < numbers["models"]["digits-pca-16"]["mse"]


def test_interpolate_and_sample_return_strips(client):
    digits = [handle_file(DIGITS / f"{name}.png") for name in ("3a", "8a")]
    files, numbers = client.predict(
        start=digits[0], end=digits[1], data="digits", latent_dim=2, frames=5,
        api_name="/interpolate",
    )  # fmt: skip
    assert Image.open(files[0]).size == (5 * 28, 28)
    assert numbers["t"] == [0, 0.25, 0.5, 0.75, 1]
    files, numbers = client.predict(
        data="digits", latent_dim=16, count=4, seed=1, api_name="/sample"
    )
    assert Image.open(files[0]).size == (4 * 28, 28)
    assert len(files) == len(numbers) >= 3


def test_a_bad_file_is_answered_in_a_sentence(client, tmp_path):
    letter = tmp_path / "letter.png"
    letter.write_text("dear reader, this is no picture")
    with pytest.raises(AppError, match="looks like text, but a photo is needed"):
        client.predict(photo=handle_file(letter), architectures=["unet"], api_name="/segment")


@pytest.mark.parametrize("names", [["fcn9s"], []])
def test_architectures_are_checked(client, names):
    with pytest.raises(AppError, match=r"is not in the list|choose at least one"):
        client.predict(
            photo=handle_file(FOLDER / "cat.jpg"), architectures=names, api_name="/segment"
        )


def test_models_lists_heads_and_papers(client):
    models = client.predict(api_name="/models")
    assert set(models["architectures"]) == set(ARCHITECTURES)
    assert set(models["papers"]) == set(PAPER_NETWORKS)
    assert models["papers"]["fcn8s_vgg16"]["parameters"] == 134_362_751
    assert 0 < models["architectures"]["unet"]["miou"] < 1


@pytest.mark.parametrize(
    "path", ["http://127.0.0.1:1/a.png", "https://example.com/a.png", "/etc/passwd"]
)
def test_neither_addresses_nor_files_of_the_server_are_read(served_page, path):
    file = {"path": path, "meta": {"_type": "gradio.FileData"}}
    response = httpx.post(
        f"{served_page}/gradio_api/call/segment", json={"data": [file, ["fcn8s"]]}, timeout=120
    )
    if response.status_code == 200:
        event = response.json()["event_id"]
        answer = httpx.get(f"{served_page}/gradio_api/call/segment/{event}", timeout=120).text
        assert "event: error" in answer
        assert "root:" not in answer
        assert "Traceback" not in answer
    else:
        assert response.status_code == 403


def test_nothing_is_monitored(served_page):
    answer = httpx.get(f"{served_page}/monitoring/summary", timeout=60)
    assert answer.status_code in (403, 404) or "total_requests" not in answer.text
    config = json.loads(httpx.get(f"{served_page}/config", timeout=60).text)
    assert config["analytics_enabled"] is False
    assert not config.get("run_history")
