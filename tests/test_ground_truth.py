"""Ground truth: what files are read as what, outlines filled, the ceiling of a stride."""

from io import BytesIO

import numpy as np
import pytest
from PIL import Image

from segdemo import ground_truth, metrics
from segdemo.ground_truth import CROSSWALKS, from_outlines, read, recognised, stride_ceiling
from segdemo.images import ImageError
from segdemo.labels import CAMVID11, LABEL_SETS, PHOTOS, VOC, paint, write_mask
from segdemo.ui.examples import FOLDER

OUTLINES = sorted(FOLDER.glob("*.outlines.json"))


def png(pixels):
    buffer = BytesIO()
    Image.fromarray(pixels).save(buffer, "PNG")
    return buffer.getvalue()


def indexed(mask, label_set):
    buffer = BytesIO()
    write_mask(mask, label_set, buffer)
    return buffer.getvalue()


@pytest.fixture
def mask():
    mask = np.random.default_rng(0).integers(0, 11, (12, 17)).astype(np.uint8)
    mask[0, :5] = 255
    return mask


def expected(mask, label_set):
    walk = CROSSWALKS[label_set.name]
    rows = []
    for row in mask.tolist():
        names = [None if i == 255 else walk[label_set.classes[i]] for i in row]
        rows.append([255 if name is None else PHOTOS.index(name) for name in names])
    return rows


@pytest.mark.parametrize("label_set", [PHOTOS, CAMVID11, VOC], ids=lambda s: s.name)
def test_index_and_colour_files_of_each_palette_are_recognised(mask, label_set):
    for data in (indexed(mask, label_set), png(paint(mask, label_set))):
        assert recognised(data) == label_set.name
        assert read(data, mask.shape).mask.tolist() == expected(mask, label_set)


def test_a_grey_file_holds_indices_of_this_page_unless_told_otherwise(mask):
    assert (read(png(mask), mask.shape).mask == mask).all()
    assert read(png(mask), mask.shape, "voc").mask.tolist() == expected(mask, VOC)


def test_an_index_file_in_other_colours_keeps_its_indices(mask):
    image = Image.fromarray(mask)
    image.putpalette(np.random.default_rng(3).integers(1, 255, 768).astype(np.uint8).tobytes())
    buffer = BytesIO()
    image.save(buffer, "PNG")
    assert (read(buffer.getvalue(), mask.shape).mask == mask).all()


def test_every_crosswalk_names_every_class_and_only_known_ones():
    for name, walk in CROSSWALKS.items():
        assert list(walk) == list(LABEL_SETS[name].classes)
        assert {other for other in walk.values() if other} <= set(PHOTOS.classes)


@pytest.mark.parametrize(
    ("data", "label_set", "words"),
    [
        (b"this is a letter, not a picture", None, "looks like text"),
        (png(np.zeros((12, 18), np.uint8)), None, "18 x 12 pixels, but must have the 17 x 12"),
        (png(np.full((12, 17), 77, np.uint8)), None, "index 77"),
        (png(np.full((12, 17), 255, np.uint8)), None, "no pixel"),
        (png(np.full((12, 17, 3), 3, np.uint8)), None, "colour #030303"),
        (png(np.zeros((12, 17), np.uint8)), "ade20k", "'ade20k' is not known"),
    ],
)
def test_what_does_not_fit_says_why(data, label_set, words):
    with pytest.raises(ImageError, match=words):
        read(data, (12, 17), label_set)


def test_outlines_fill_pixels_later_ones_on_top_with_a_band_between():
    data = {
        "width": 20,
        "height": 10,
        "ignore_band": 0,
        "regions": [
            {"class": "sky", "outline": [[0, 0], [20, 0], [20, 10], [0, 10]]},
            {"class": "tree", "outline": [[10, 0], [20, 0], [20, 10], [10, 10]]},
            {"class": None, "outline": [[0, 0], [3, 0], [3, 10], [0, 10]]},
        ],
    }
    mask = from_outlines(data)
    sky, tree = PHOTOS.index("sky"), PHOTOS.index("tree")
    assert (mask[:, 4:9] == sky).all()
    assert (mask[:, 11:] == tree).all()
    assert (mask[:, :2] == 255).all()
    banded = from_outlines({**data, "ignore_band": 2})
    assert (banded[:, 9:11] == 255).all()
    assert (banded[:, 6] == sky).all()
    assert (banded[:, 14:] == tree).all()


def test_two_examples_come_with_outlines_of_the_photos_size():
    assert len(OUTLINES) >= 2
    for path in OUTLINES:
        mask = ground_truth.read_outlines(path)
        with Image.open(FOLDER / path.name.replace(".outlines.json", ".jpg")) as photo:
            assert photo.size == mask.shape[::-1]
        assert (mask != 255).mean() > 0.75
        assert len(np.unique(mask[mask != 255])) >= 2


def test_reduced_labels_match_a_loop(mask):
    made = ground_truth.reduced_labels(mask, 4)
    for y in range(12):
        for x in range(17):
            centre = (min(y // 4 * 4 + 2, 11), min(x // 4 * 4 + 2, 16))
            assert made[y, x] == mask[centre]


@pytest.mark.parametrize("reduce", [ground_truth.reduced_labels, ground_truth.reduced_shares])
def test_a_stride_of_one_keeps_the_mask(mask, reduce):
    assert (reduce(mask, 1) == mask).all()


def test_shares_of_a_straight_edge_on_the_grid_lose_nothing():
    mask = np.zeros((32, 64), np.uint8)
    mask[:, 32:] = 3
    assert (ground_truth.reduced_shares(mask, 8) == mask).all()
    thin = np.zeros((32, 64), np.uint8)
    thin[:, 10:12] = 3  # two pixels of a cell of sixteen: outvoted
    assert (ground_truth.reduced_shares(thin, 16) == 0).all()


def test_the_ceiling_is_the_miou_of_the_reduced_truth(mask):
    found = stride_ceiling(mask, (2, 4))
    filled = metrics.fill_ignored(mask)
    for stride, value in zip(found.strides, found.labels, strict=True):
        reduced = ground_truth.reduced_labels(filled, stride)
        assert value == metrics.miou(metrics.confusion(mask, reduced, len(PHOTOS)))


@pytest.mark.parametrize("path", OUTLINES, ids=lambda path: path.name)
def test_the_ceiling_of_the_drawn_truths_falls_as_in_the_paper(path):
    """Long et al., appendix A, over VOC's validation set: 96.4 at 8, 92.8 at 16, 86.1 at 32.

    One photo of a few large regions is easier than a set with small ones: it may lose less, not
    more than about twice as much.
    """
    truth = ground_truth.read_outlines(path)
    found = stride_ceiling(truth)
    labels = dict(zip(found.strides, found.labels, strict=True))
    paper = {8: 0.964, 16: 0.928, 32: 0.861}
    for stride, published in paper.items():
        assert 0.2 * (1 - published) < 1 - labels[stride] + 0.01 < 2 * (1 - published) + 0.01
    assert labels[64] < labels[32] < labels[16] < labels[8]
