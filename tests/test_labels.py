"""segdemo.labels: orders, colours for every kind of eye, crosswalks, mask files."""

import io

import numpy as np
import pytest
from PIL import Image

from segdemo.images import ImageError
from segdemo.labels import (
    CAMVID11,
    CAMVID11_TO_PHOTOS,
    IGNORE_COLOUR,
    LABEL_SETS,
    PHOTOS,
    VOC,
    LabelSet,
    lookup_table,
    paint,
    read_mask,
    relabel,
    write_mask,
)

# Machado, Oliveira, Fernandes (TVCG 2009), table 1 at severity 1, for linear RGB.
EYES = {
    "normal": [[1, 0, 0], [0, 1, 0], [0, 0, 1]],
    "protanopia": [
        [0.152286, 1.052583, -0.204868],
        [0.114503, 0.786281, 0.099216],
        [-0.003882, -0.048116, 1.051998],
    ],
    "deuteranopia": [
        [0.367322, 0.860646, -0.227968],
        [0.280085, 0.672501, 0.047413],
        [-0.011820, 0.042940, 0.968881],
    ],
    "tritanopia": [
        [1.255528, -0.076749, -0.178779],
        [-0.078411, 0.930809, 0.147602],
        [0.004733, 0.691367, 0.303900],
    ],
}


def lab_as_seen(palette, eye="normal"):
    """Return (n, 3) CIELAB (D65) of (n, 3) sRGB as an eye sees it."""
    srgb = np.asarray(palette) / 255.0
    linear = np.where(srgb <= 0.04045, srgb / 12.92, ((srgb + 0.055) / 1.055) ** 2.4)
    seen = np.clip(linear @ np.array(EYES[eye]).T, 0, 1)
    to_xyz = np.array(
        [
            [0.4124564, 0.3575761, 0.1804375],
            [0.2126729, 0.7151522, 0.0721750],
            [0.0193339, 0.1191920, 0.9503041],
        ]
    )
    x = seen @ to_xyz.T / to_xyz.sum(axis=1)
    f = np.where(x > (6 / 29) ** 3, np.cbrt(x), x / (3 * (6 / 29) ** 2) + 4 / 29)
    return np.stack([116 * f[:, 1] - 16, 500 * (f[:, 0] - f[:, 1]), 200 * (f[:, 1] - f[:, 2])], 1)


def ciede2000(first, second):
    """Return the colour difference of two CIELAB triples: Sharma, Wu, Dalal (2005)."""
    (l1, a1, b1), (l2, a2, b2) = first, second
    c_mean = (np.hypot(a1, b1) + np.hypot(a2, b2)) / 2
    g = 0.5 * (1 - np.sqrt(c_mean**7 / (c_mean**7 + 25.0**7)))
    c1, c2 = np.hypot((1 + g) * a1, b1), np.hypot((1 + g) * a2, b2)
    h1 = np.degrees(np.arctan2(b1, (1 + g) * a1)) % 360
    h2 = np.degrees(np.arctan2(b2, (1 + g) * a2)) % 360
    dh = 0 if c1 * c2 == 0 else (h2 - h1 + 180) % 360 - 180
    h = h1 + h2 if c1 * c2 == 0 else (h1 + dh / 2) % 360
    lightness, chroma = (l1 + l2) / 2, (c1 + c2) / 2
    t = 1 - 0.17 * np.cos(np.radians(h - 30)) + 0.24 * np.cos(np.radians(2 * h))
    t += 0.32 * np.cos(np.radians(3 * h + 6)) - 0.2 * np.cos(np.radians(4 * h - 63))
    theta = 30 * np.exp(-(((h - 275) / 25) ** 2))
    rotation = -np.sin(np.radians(2 * theta)) * 2 * np.sqrt(chroma**7 / (chroma**7 + 25.0**7))
    s_l = 1 + 0.015 * (lightness - 50) ** 2 / np.sqrt(20 + (lightness - 50) ** 2)
    light = (l2 - l1) / s_l
    colour = (c2 - c1) / (1 + 0.045 * chroma)
    hue = 2 * np.sqrt(c1 * c2) * np.sin(np.radians(dh) / 2) / (1 + 0.015 * chroma * t)
    return np.sqrt(light**2 + colour**2 + hue**2 + rotation * colour * hue)


@pytest.mark.parametrize(
    ("first", "second", "distance"),
    [
        ((50, 2.6772, -79.7751), (50, 0, -82.7485), 2.0425),
        ((50, 2.5, 0), (58, 24, 15), 19.4535),
        ((22.7233, 20.0904, -46.6940), (23.0331, 14.9730, -42.5619), 2.0373),
        ((2.0776, 0.0795, -1.1350), (0.9033, -0.0636, -0.5514), 0.9082),
        ((50, 0, 0), (50, -1, 2), 2.3669),
    ],
)
def test_the_colour_difference_matches_published_pairs(first, second, distance):
    assert ciede2000(first, second) == pytest.approx(distance, abs=1e-4)


@pytest.mark.parametrize("eye", EYES)
def test_every_two_classes_of_photos_look_different_to_every_eye(eye):
    lab = lab_as_seen(PHOTOS.palette, eye)
    pairs = [(i, j) for i in range(len(lab)) for j in range(i)]
    nearest = min(pairs, key=lambda pair: ciede2000(lab[pair[0]], lab[pair[1]]))
    distance = ciede2000(lab[nearest[0]], lab[nearest[1]])
    assert distance > 12.5, (PHOTOS.classes[nearest[0]], PHOTOS.classes[nearest[1]], distance)


def test_colours_of_photos_recall_what_they_mean():
    lab = dict(zip(PHOTOS.classes, lab_as_seen(PHOTOS.palette), strict=True))
    assert all(lab[name][1] < -20 for name in ("grass", "tree"))
    assert all(lab[name][2] < -20 for name in ("sky", "water"))
    assert all(np.hypot(*lab[name][1:]) < 10 for name in ("road", "other"))
    assert lab["other"][0] == min(values[0] for values in lab.values())


def test_no_colour_of_photos_drowns_in_a_black_page():
    assert lab_as_seen(PHOTOS.palette)[:, 0].min() > 18


def test_photos_has_its_classes_in_order():
    assert " ".join(PHOTOS.classes) == (
        "building grass tree cow sheep sky aeroplane water car bicycle flower sign bird book "
        "chair road cat dog person boat horse other"
    )


def test_camvid11_has_its_classes_in_order():
    assert " ".join(CAMVID11.classes) == (
        "sky building pole road pavement tree sign_symbol fence car pedestrian bicyclist"
    )


def test_voc_colours_follow_the_kits_bit_rule():
    for index in range(21):
        colour, rest = [0, 0, 0], index
        for bit in range(8):
            for channel in range(3):
                colour[channel] |= (rest >> channel & 1) << (7 - bit)
            rest >>= 3
        assert VOC.palette[index].tolist() == colour


@pytest.mark.parametrize("label_set", LABEL_SETS.values(), ids=LABEL_SETS)
def test_a_sets_colours_are_unique_and_frozen(label_set):
    assert len({label_set.hex(index) for index in range(len(label_set))}) == len(label_set)
    with pytest.raises(ValueError, match="read-only"):
        label_set.palette[0] = 0


def test_a_sets_key_is_its_name():
    assert {key: label_set.name for key, label_set in LABEL_SETS.items()} == {
        key: key for key in LABEL_SETS
    }


def test_index_finds_a_class_and_names_the_known_ones_otherwise():
    assert PHOTOS.index("horse") == 20
    with pytest.raises(ValueError, match=r"zebra.*building.*other"):
        PHOTOS.index("zebra")


def test_a_palette_of_another_length_is_refused():
    with pytest.raises(ValueError, match=r"must be \(2, 3\)"):
        LabelSet("two", ("a", "b"), np.zeros((3, 3), dtype=np.uint8))


def test_camvid_classes_become_classes_of_photos():
    mask = np.arange(11, dtype=np.uint8).reshape(1, 11)
    names = ["sky", "building", "other", "road", "road", "tree", "sign", "other", "car", "person"]
    expected = [PHOTOS.index(name) for name in names] + [255]
    result = relabel(mask, CAMVID11, PHOTOS, CAMVID11_TO_PHOTOS)
    assert result.dtype == np.uint8
    assert result.tolist() == [expected]


def test_ignored_pixels_stay_ignored_through_a_crosswalk():
    mask = np.full((2, 2), 255, dtype=np.uint8)
    assert (relabel(mask, CAMVID11, PHOTOS, CAMVID11_TO_PHOTOS) == 255).all()


def test_a_crosswalk_must_name_every_class():
    with pytest.raises(ValueError, match="leaves out bicyclist"):
        lookup_table(CAMVID11, PHOTOS, dict(list(CAMVID11_TO_PHOTOS.items())[:-1]))


def test_relabelling_refuses_what_is_no_class():
    with pytest.raises(ValueError, match="index 11"):
        relabel(np.array([[11]]), CAMVID11, PHOTOS, CAMVID11_TO_PHOTOS)


def random_mask(label_set, shape=(7, 9)):
    generator = np.random.default_rng(0)
    choices = [*range(len(label_set)), 255]
    return generator.choice(choices, size=shape).astype(np.uint8)


def png(image):
    stream = io.BytesIO()
    image.save(stream, format="PNG")
    return stream.getvalue()


@pytest.mark.parametrize("label_set", LABEL_SETS.values(), ids=LABEL_SETS)
def test_a_written_mask_reads_back_and_shows_its_colours(label_set, tmp_path):
    mask = random_mask(label_set)
    write_mask(mask, label_set, tmp_path / "mask.png")
    assert read_mask(tmp_path / "mask.png", label_set).tolist() == mask.tolist()
    with Image.open(tmp_path / "mask.png") as image:
        assert image.mode == "P"
        shown = np.asarray(image.convert("RGB"))
    assert (shown == paint(mask, label_set)).all()
    assert (shown[mask == 3] == label_set.palette[3]).all()
    assert (shown[mask == 255] == IGNORE_COLOUR).all()


def test_a_mask_is_read_from_colours_and_from_grey_alike():
    mask = random_mask(VOC)
    assert (read_mask(png(Image.fromarray(paint(mask, VOC))), VOC) == mask).all()
    assert (read_mask(png(Image.fromarray(mask)), VOC) == mask).all()
    assert (read_mask(png(Image.fromarray(mask.astype(np.uint16))), VOC) == mask).all()


def test_a_colour_of_no_class_is_named():
    with pytest.raises(ImageError, match="#010203"):
        read_mask(png(Image.new("RGB", (4, 4), (1, 2, 3))), VOC)


def test_an_index_of_no_class_is_refused_when_read_and_when_written():
    with pytest.raises(ImageError, match="index 21"):
        read_mask(png(Image.new("L", (4, 4), 21)), VOC)
    with pytest.raises(ValueError, match="index 21"):
        write_mask(np.full((2, 2), 21), VOC, io.BytesIO())
    with pytest.raises(ValueError, match="argmax"):
        write_mask(np.zeros((2, 2)), VOC, io.BytesIO())


def test_a_mask_that_is_no_picture_is_an_image_error():
    with pytest.raises(ImageError, match="text"):
        read_mask(b"hardly a picture of anything at all", VOC)
