"""Exports, each read back with its own library."""

import json
from io import BytesIO

import numpy as np
import pytest
import shapely
from PIL import Image
from pycocotools.coco import COCO

from segdemo import exports
from segdemo.labels import IGNORE_COLOUR, PHOTOS, paint


@pytest.fixture
def mask():
    """A ring of class 5 around class 2, two squares that touch at a corner, unlabelled pixels."""
    mask = np.zeros((40, 50), np.uint8)
    mask[5:25, 5:25] = 5
    mask[10:20, 10:20] = 2
    mask[30:34, 30:34] = 7
    mask[34:38, 34:38] = 7
    mask[:, 48:] = 255
    return mask


@pytest.fixture
def pixels():
    return np.random.default_rng(0).integers(0, 256, (40, 50, 3)).astype(np.uint8)


def opened(data):
    with Image.open(BytesIO(data)) as image:
        image.load()
        return image


def test_the_index_png_holds_indices_and_a_palette(mask):
    image = opened(exports.index_png(mask, PHOTOS))
    assert image.mode == "P"
    assert (np.array(image) == mask).all()
    assert (np.array(image.convert("RGB")) == paint(mask, PHOTOS)).all()


@pytest.mark.parametrize("opacity", [0.0, 0.4, 1.0])
def test_the_overlay_mixes_photo_and_colours(mask, pixels, opacity):
    made = np.array(opened(exports.overlay_png(pixels, mask, PHOTOS, opacity)))
    for y, x in [(0, 0), (6, 6), (15, 15), (20, 49)]:
        index = mask[y, x]
        colour = IGNORE_COLOUR if index == 255 else PHOTOS.palette[index]
        for channel in range(3):
            mixed = (1 - opacity) * float(pixels[y, x, channel]) + opacity * float(colour[channel])
            assert abs(int(made[y, x, channel]) - mixed) <= 0.5 + 1e-9


def test_the_cutout_keeps_the_classes_chosen_and_nothing_else(mask, pixels):
    image = opened(exports.cutout_png(pixels, mask, [5, 7]))
    assert image.mode == "RGBA"
    made = np.array(image)
    kept = (mask == 5) | (mask == 7)
    assert (made[..., 3] == np.where(kept, 255, 0)).all()
    assert (made[kept][:, :3] == pixels[kept]).all()
    assert (made[~kept] == 0).all()


# pycocotools converts by a protocol that numpy 2 deprecates.
@pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")
def test_coco_is_read_by_pycocotools(mask, tmp_path, capsys):
    path = tmp_path / "coco.json"
    path.write_bytes(exports.coco_json(mask, PHOTOS, "photo.jpg"))
    coco = COCO(str(path))
    capsys.readouterr()
    names = {c["id"]: c["name"] for c in coco.loadCats(coco.getCatIds())}
    assert list(names.values()) == list(PHOTOS.classes)
    again = np.full(mask.shape, 255, np.uint8)
    for annotation in coco.loadAnns(coco.getAnnIds(imgIds=[1])):
        inside = coco.annToMask(annotation) > 0
        index = PHOTOS.index(names[annotation["category_id"]])
        again[inside] = index
        assert annotation["area"] == (mask == index).sum()
        ys, xs = np.nonzero(mask == index)
        box = [xs.min(), ys.min(), xs.max() - xs.min() + 1, ys.max() - ys.min() + 1]
        assert annotation["bbox"] == box
    assert (again == mask).all()


def test_geojson_polygons_cover_exactly_the_pixels_of_their_class(mask):
    found = json.loads(exports.geojson(mask, PHOTOS))
    assert found["type"] == "FeatureCollection"
    assert (found["width"], found["height"]) == (50, 40)
    again = np.full(mask.shape, 255, np.uint8)
    ys, xs = np.indices(mask.shape)
    for feature in found["features"]:
        polygon = shapely.geometry.shape(feature["geometry"])
        assert polygon.is_valid
        inside = shapely.contains_xy(polygon, xs + 0.5, ys + 0.5)
        assert polygon.area == feature["properties"]["area"] == inside.sum()
        assert (again[inside] == 255).all()
        again[inside] = feature["properties"]["index"]
        assert feature["properties"]["class"] == PHOTOS.classes[feature["properties"]["index"]]
    assert (again == mask).all()


def test_regions_have_holes_and_part_at_corners(mask):
    (ring,) = exports.regions(mask == 5)
    assert len(ring.interiors) == 1
    assert len(exports.regions(mask == 7)) == 2
    assert exports.regions(mask == 9) == []


def test_regions_of_noise_cover_its_pixels():
    noise = np.random.default_rng(2).random((30, 30)) > 0.5
    polygons = exports.regions(noise)
    ys, xs = np.indices(noise.shape)
    counted = sum(shapely.contains_xy(p, xs + 0.5, ys + 0.5).astype(int) for p in polygons)
    assert (counted == noise).all()


def test_what_does_not_fit_is_refused(mask, pixels):
    with pytest.raises(ValueError, match="one size"):
        exports.overlay_png(pixels[:-1], mask, PHOTOS, 0.5)
    with pytest.raises(ValueError, match="opacity"):
        exports.overlay_png(pixels, mask, PHOTOS, 1.5)
    with pytest.raises(ValueError, match="no pixel"):
        exports.cutout_png(pixels, mask, [9])
    with pytest.raises(ValueError, match="classes"):
        exports.geojson(np.full((3, 3), 40, np.uint8), PHOTOS)
