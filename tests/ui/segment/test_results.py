"""The cache of results: keyed by content, bounded, filled one architecture at a time."""

from dataclasses import replace
from io import BytesIO

import numpy as np
import pytest
from PIL import Image

from segdemo import inference
from segdemo.images import ImageError
from segdemo.inference import Milliseconds, Segmentation
from segdemo.ui.segment.results import Results, Warm, checked_architectures


def jpeg(shade: int) -> bytes:
    buffer = BytesIO()
    Image.new("RGB", (64, 48), (shade, shade, shade)).save(buffer, "JPEG")
    return buffer.getvalue()


class Counting:
    """A stand-in for the networks that remembers what it was asked."""

    def __init__(self) -> None:
        self.asked: list[list[str]] = []

    def __call__(self, image: np.ndarray, names: list[str]) -> dict[str, Segmentation]:
        self.asked.append(list(names))
        top = np.zeros((3, 2, 2), np.uint8)
        result = Segmentation(
            mask=np.zeros(image.shape[:2], np.uint8),
            scores=np.zeros((22, 2, 2), np.float32),
            top3_classes=top,
            top3_probabilities=top.astype(np.float32),
            milliseconds=Milliseconds(trunk=1.0, head=2.0, rest=3.0),
        )
        return dict.fromkeys(names, result)


def test_only_what_is_missing_is_worked_out():
    segment = Counting()
    results = Results(segment)
    results.of(jpeg(10), ["fcn8s"])
    photo = results.of(jpeg(10), ["fcn8s", "unet"])
    results.of(jpeg(10), ["unet"])
    assert segment.asked == [["fcn8s"], ["unet"]]
    assert set(photo.panes) == {"fcn8s", "unet"}
    assert photo.panes["unet"]["numbers"]["milliseconds"] == 6.0


def test_pixels_and_masks_come_back_as_the_networks_had_them():
    given: dict[str, np.ndarray] = {}

    def segment(image: np.ndarray, names: list[str]) -> dict[str, Segmentation]:
        given["pixels"] = image
        mask = (np.arange(image.shape[0] * image.shape[1]) % 22).astype(np.uint8)
        given["mask"] = mask.reshape(image.shape[:2])
        made = Counting()(image, names)
        return {name: replace(result, mask=given["mask"]) for name, result in made.items()}

    noise = np.random.default_rng(0).integers(0, 256, (40, 56, 3), np.uint8)
    buffer = BytesIO()
    Image.fromarray(noise).save(buffer, "JPEG")
    photo = Results(segment).of(buffer.getvalue(), ["fcn8s"])
    np.testing.assert_array_equal(photo.pixels, given["pixels"])
    assert photo.pixels.shape == (40, 56, 3)
    assert dict(photo.masks).keys() == {"fcn8s"}
    np.testing.assert_array_equal(photo.masks["fcn8s"], given["mask"])


def test_other_content_is_another_photo():
    segment = Counting()
    results = Results(segment)
    results.of(jpeg(10), ["fcn8s"])
    results.of(jpeg(200), ["fcn8s"])
    assert len(segment.asked) == 2


def test_the_least_recently_used_photo_is_forgotten():
    segment = Counting()
    results = Results(segment, remembered=2)
    for shade in (10, 100, 10, 200, 10):
        results.of(jpeg(shade), ["fcn8s"])
    assert len(segment.asked) == 3
    results.of(jpeg(100), ["fcn8s"])
    assert len(segment.asked) == 4
    assert len(results.photos) == 2


def test_a_bad_file_leaves_no_trace():
    results = Results(Counting())
    with pytest.raises(ImageError):
        results.of(b"GIF89a, cut short", ["fcn8s"])
    assert not results.photos


def test_a_failing_network_leaves_no_trace():
    def failing(image: np.ndarray, names: list[str]) -> dict[str, Segmentation]:
        raise ValueError("no")

    results = Results(failing)
    with pytest.raises(ValueError, match="no"):
        results.of(jpeg(10), ["fcn8s"])
    assert not results.photos


def test_a_first_pass_at_a_size_is_not_the_one_that_is_timed(monkeypatch):
    segment = Counting()
    monkeypatch.setattr(inference, "segment", segment)
    warm = Warm()
    wide, tall = np.zeros((300, 400, 3), np.uint8), np.zeros((400, 300, 3), np.uint8)
    warm(wide, ["fcn8s"])
    assert segment.asked == [["fcn8s"], ["fcn8s"]]
    larger = np.zeros((600, 800, 3), np.uint8)  # of the same working size
    warm(larger, ["fcn8s", "unet"])
    assert segment.asked[2:] == [["unet"], ["fcn8s", "unet"]]
    warm(tall, ["unet"])
    assert segment.asked[4:] == [["unet"], ["unet"]]


def test_architectures_come_in_the_catalogs_order_once_each():
    assert checked_architectures(["unet", "fcn8s", "unet"]) == ["fcn8s", "unet"]


@pytest.mark.parametrize("names", [[], None, "fcn8s", ["fcn9s"], [3], [["fcn8s"]]])
def test_what_is_no_list_of_architectures_is_refused_in_a_sentence(names):
    with pytest.raises(ValueError, match=r"architecture .*; choose .*\.$"):
        checked_architectures(names)
