"""Sprites, GIFs, strips and plots of latent space."""

from io import BytesIO

import numpy as np
import pytest
from PIL import Image

from segdemo.figures import animation, latent
from segdemo.figures.vector import write

FRAMES = np.arange(5 * 4 * 4, dtype=np.uint8).reshape(5, 4, 4)


def test_a_sprite_is_its_frames_side_by_side():
    picture = np.asarray(Image.open(BytesIO(latent.sprite(FRAMES))))
    np.testing.assert_array_equal(picture[:, 8:12], FRAMES[2])
    assert picture.shape == (4, 20)
    grid = latent.tiled(FRAMES[:4].reshape(2, 2, 4, 4))
    np.testing.assert_array_equal(grid[4:, :4], FRAMES[2])


def test_a_gif_goes_there_and_back_with_all_rows():
    columns = [("Cross-fade", [FRAMES]), ("VAE", [FRAMES, 255 - FRAMES])]
    with Image.open(BytesIO(animation.animated(columns, ("linear", "spherical")))) as image:
        assert image.n_frames == 8
        assert image.info["loop"] == 0
    with pytest.raises(ValueError, match="one shape"):
        animation.animated([("VAE", [FRAMES, FRAMES[:3]])], ("linear", "spherical"))


def test_a_strip_is_vector_with_its_titles_as_text():
    figure = latent.strip([("VAE", FRAMES), ("β-VAE, β = 4", FRAMES)], shown=3)
    svg = write(figure, "svg").decode()
    assert "β-VAE, β = 4" in svg
    assert write(figure, "pdf").startswith(b"%PDF")
    with pytest.raises(ValueError, match="at least one row"):
        latent.strip([])


def test_classes_differ_in_colour_and_shape():
    classes = [str(i) for i in range(10)]
    made = latent.scatter(np.zeros((20, 2)), np.arange(20) % 10, classes)
    looks = {(t["marker"]["color"], t["marker"]["symbol"]) for t in made["data"]}
    assert len(looks) == len({colour for colour, _ in looks}) == 10
    assert made["data"][3]["customdata"] == [3, 13]


def test_plots_name_their_axes_and_say_themselves_in_words():
    x = np.linspace(0, 1, 3)
    heat = latent.heat(x, x, np.arange(9.0).reshape(3, 3), "density, nats")
    lines = latent.lines(x, [("VAE", x * 2), ("PCA", x)], across="t", up="|z|")
    trade = latent.rate_distortion([("VAE", 25.0, 70.0, 13), ("β = 4", 12.0, 90.0, 7)])
    for plot in (heat, lines, trade):
        assert plot["layout"]["xaxis"]["title"]["text"]
        assert plot["layout"]["yaxis"]["title"]["text"]
    assert heat["data"][0]["z"][2] == [6, 7, 8]
    assert lines["data"][0]["line"] != lines["data"][1]["line"]
    assert "VAE from 0 to 2" in lines["alt"]
    assert "β = 4, 7 active: 12.0 and 90.0" in trade["alt"]
    assert trade["data"][0]["text"] == ["VAE, 13 active", "β = 4, 7 active"]
