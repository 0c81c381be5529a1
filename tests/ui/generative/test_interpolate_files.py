"""An interpolation to take away: every row in every file, there and back, vectors that repeat."""

import csv
from io import BytesIO, StringIO

import numpy as np
import pytest
from PIL import Image

from segdemo.figures import animation
from segdemo.generation.interpolate import End, draws_row, interpolate
from segdemo.ui.generative.interpolate_files import COLUMNS, FILES, file
from tests.generation.small import small_shelf

SHELF = small_shelf()
T = 5


@pytest.fixture(scope="module")
def made():
    models = [SHELF.of("digits-vae-16"), SHELF.of("digits-pca-16")]
    images = np.random.default_rng(0).random((2, 28, 28)).astype(np.float32)
    return interpolate(models, End(images[0]), End(images[1]), T)


@pytest.fixture(scope="module")
def draws():
    return draws_row(SHELF.of("digits-gan-32"), 0, T)


@pytest.mark.parametrize(("way", "lines"), [("both", 2), ("spherical", 1), (None, 2)])
def test_the_gif_shows_every_row_and_goes_there_and_back(made, draws, way, lines):
    name, content = file("gif", made, draws, way)
    assert name == "interpolation.gif"
    with Image.open(BytesIO(content)) as image:
        assert image.n_frames == 2 * T - 2
        step = 4 * 28 + animation.GAP
        assert image.size[0] == animation.LEFT + 4 * step  # cross-fade, VAE, PCA, GAN
        assert image.size[1] == animation.HEAD + lines * step + animation.FOOT
        frames = []
        for t in range(image.n_frames):
            image.seek(t)
            frames.append(np.asarray(image.convert("L")))
    for t in range(1, T - 1):
        np.testing.assert_allclose(frames[t].astype(int), frames[-t].astype(int), atol=2)
    assert np.abs(frames[0].astype(int) - frames[T - 1]).max() > 50


def test_the_gifs_pictures_are_the_frames(made, draws):
    top, left = animation.HEAD, animation.LEFT
    sheet = animation.sheet([("Cross-fade", [made.crossfade])], ["linear"], 2, 4)
    shown = np.asarray(sheet)[top : top + 112, left : left + 112]
    np.testing.assert_array_equal(shown[::4, ::4], made.crossfade[2])


@pytest.mark.parametrize("kind", ["svg", "pdf"])
def test_a_strip_is_a_vector_with_every_title_and_is_the_same_again(made, draws, kind):
    content = file(kind, made, draws, "both")[1]
    assert content == file(kind, made, draws, "both")[1]
    assert content.startswith(b"%PDF" if kind == "pdf" else b"<?xml")
    if kind == "svg":
        for title in (
            "Pixel cross-fade",
            "VAE, linear",
            "PCA, spherical",
            "GAN, two draws, linear",
        ):
            assert f">{title}</text>" in content.decode()
        only = file(kind, made, draws, "linear")[1].decode()
        assert "VAE, linear" in only
        assert "spherical" not in only


def test_the_curves_are_a_table_with_a_line_a_model_way_and_t(made, draws):
    rows = list(csv.DictReader(StringIO(file("csv", made, draws, "linear")[1].decode())))
    assert tuple(rows[0]) == COLUMNS
    assert len(rows) == 3 * 2 * T
    vae = [row for row in rows if (row["model"], row["way"]) == ("digits-vae-16", "spherical")]
    way = made.rows[0].spherical
    np.testing.assert_allclose([float(row["norm"]) for row in vae], way.norm, rtol=1e-5)
    told = [float(row["distance_to_nearest_code"]) for row in vae]
    np.testing.assert_allclose(told, way.distance, rtol=1e-5)
    np.testing.assert_allclose([float(row["t"]) for row in vae], made.t, atol=1e-5)
    assert {row["distance_to_nearest_code"] for row in rows if "gan" in row["model"]} == {""}


def test_a_gif_of_nothing_is_refused():
    with pytest.raises(ValueError, match="rows of frames of one shape"):
        animation.animated([], ["linear"])


def test_an_unknown_kind_of_file_is_refused(made):
    with pytest.raises(ValueError, match=", ".join(FILES)):
        file("../app", made, None, "both")
