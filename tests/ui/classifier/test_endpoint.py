"""/heatmap through gradio's own client, and as a plain function with hostile values."""

from collections.abc import Iterator
from pathlib import Path

import gradio as gr
import numpy as np
import pytest
from gradio_client import Client, handle_file
from gradio_client.exceptions import AppError
from PIL import Image

from segdemo.heatmap.network import class_names
from segdemo.ui.classifier import endpoint
from segdemo.ui.classifier.endpoint import heatmap_file
from segdemo.ui.examples import FOLDER
from segdemo.ui.theme import launch_settings

CAT = FOLDER / "cat.jpg"


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    with gr.Blocks(analytics_enabled=False) as page:
        endpoint.build()
    _, address, _ = page.launch(**launch_settings(), prevent_thread_lock=True, quiet=True)
    yield Client(address, verbose=False, download_files=tmp_path_factory.mktemp("downloads"))
    page.close()


@pytest.mark.parametrize("name", ["Egyptian cat", "285"])
def test_it_returns_the_picture_and_the_numbers(client, name):
    file, numbers = client.predict(
        photo=handle_file(CAT),
        class_name=name,
        size=224,
        stride=32,
        scored="windows",
        api_name="/heatmap",
    )
    assert numbers["class"] == {"index": 285, "name": "Egyptian cat"}
    assert numbers["photo_size"] == [300, 451]
    assert numbers["scored_size"] == [224, 336]
    assert numbers["map_size"] == [1, 5]
    shares = np.array(numbers["probabilities"])
    assert shares.shape == (1, 5)
    assert 0.1 < shares.max() <= 1
    top = numbers["top5"]
    assert top[0]["name"] == "Egyptian cat"
    assert [entry["name"] for entry in top] == [class_names()[entry["index"]] for entry in top]
    assert [e["probability"] for e in top] == sorted((e["probability"] for e in top), reverse=True)
    picture = np.array(Image.open(Path(file)))
    photo = np.array(Image.open(CAT).convert("RGB"))
    assert picture.shape == photo.shape
    assert (picture[:100] == photo[:100]).all()  # no window is centred there
    assert (picture[140:160, 200:250] != photo[140:160, 200:250]).any()


def test_without_a_class_the_most_probable_is_shown_and_cells_cover_the_photo(client):
    _, numbers = client.predict(
        photo=handle_file(CAT),
        class_name="",
        size=200,
        stride=16,
        scored="cells",
        api_name="/heatmap",
    )
    assert numbers["class"]["name"] == "Egyptian cat"
    assert numbers["scored_size"] == [200, 304]
    assert numbers["map_size"] == [13, 19]


def test_a_wrong_class_is_answered_in_a_sentence(client):
    with pytest.raises(AppError, match=r"did you mean Egyptian cat"):
        client.predict(
            photo=handle_file(CAT), class_name="egyptian cta", size=224, api_name="/heatmap"
        )


@pytest.mark.parametrize(
    ("class_name", "size", "stride", "scored", "message"),
    [
        ("285", float("nan"), 32, "cells", "must be a number of pixels"),
        ("285", None, 32, "cells", "must be a number of pixels"),
        ("285", 224, 4, "cells", "must be one of 32, 16, 8"),
        ("285", 224, None, "cells", "float"),
        ("285", 224, 32, "<b>", "must be one of"),
        ("1000", 224, 32, "cells", "from 0 to 999"),
    ],
)
def test_hostile_values_are_refused(class_name, size, stride, scored, message):
    with pytest.raises(gr.Error, match=message):
        heatmap_file(str(CAT), class_name, size, stride, scored)


def test_no_photo_and_no_picture_are_answered(tmp_path):
    with pytest.raises(gr.Error, match="upload a file"):
        heatmap_file(None, "285", 224, 32, "cells")
    letter = tmp_path / "letter.png"
    letter.write_text("dear reader, this is no picture")
    with pytest.raises(gr.Error, match="looks like text"):
        heatmap_file(str(letter), "285", 224, 32, "cells")
