"""The data: splits, partial labels, classes checked, augmentation that keeps labels on pixels."""

import json

import numpy as np
import pytest
import torch
from PIL import Image

from segdemo.labels import PHOTOS
from segdemo.training.segmentation_data import (
    IGNORE,
    NOT,
    AugmentedPhotos,
    Sample,
    check_classes,
    epoch_samples,
    read_label,
    read_split,
)


def folder_of(path, count=12):
    for part in ("images", "labels"):
        (path / part).mkdir(parents=True)
    for index in range(count):
        label = np.zeros((30, 40), np.uint8)
        label[:, 20:] = 1
        Image.fromarray(np.repeat(label[..., None] * 200, 3, -1)).save(
            path / "images" / f"{index:02d}.png"
        )
        Image.fromarray(label).save(path / "labels" / f"{index:02d}.png")
    return path


def test_a_listed_split_is_read_and_a_missing_picture_named(tmp_path):
    folder = folder_of(tmp_path / "photos")
    (folder / "val.txt").write_text("03\n01.png\n")
    assert [s.image.stem for s in read_split(folder, "val")] == ["03", "01"]
    (folder / "val.txt").write_text("03\n99\n")
    with pytest.raises(ValueError, match=r"lists 99, which is not in images/"):
        read_split(folder, "val")
    with pytest.raises(ValueError, match=r"test.txt is missing"):
        read_split(folder, "test")


def test_people_without_a_listing_keep_a_tenth_for_validation(tmp_path):
    folder = folder_of(tmp_path / "people", 30)
    train, val = read_split(folder, "train"), read_split(folder, "val")
    assert (len(train), len(val)) == (27, 3)
    assert not {s.image for s in train} & {s.image for s in val}


def test_one_class_folders_say_what_a_pixel_is_not(tmp_path):
    folder = folder_of(tmp_path / "horses", 1)
    label = read_label(Sample(folder / "images/00.png", folder / "labels/00.png", "horses"))
    horse = PHOTOS.index("horse")
    assert set(np.unique(label)) == {horse, NOT + horse}


def test_classes_in_another_order_are_refused_in_a_sentence(tmp_path):
    (tmp_path / "classes.json").write_text(json.dumps(list(PHOTOS.classes)))
    check_classes(tmp_path, PHOTOS.classes)
    (tmp_path / "classes.json").write_text(json.dumps(list(PHOTOS.classes[::-1])))
    with pytest.raises(ValueError, match="same classes in the same order"):
        check_classes(tmp_path, PHOTOS.classes)


def test_augmentation_moves_image_and_label_together(tmp_path):
    folder = folder_of(tmp_path / "photos", 1)
    sample = Sample(folder / "images/00.png", folder / "labels/00.png", "photos")
    photos = AugmentedPhotos([sample], crop=(64, 96), length=80)
    photos.colour = torch.nn.Identity()
    torch.manual_seed(0)
    for _ in range(20):
        image, label = photos[0]
        assert image.shape == (3, 64, 96)
        assert label.shape == (64, 96)
        inside = label != IGNORE
        bright = image[0] > 100
        # The two halves differ in brightness; interpolation blurs a pixel or two at the edge.
        agree = (bright == (label == 1))[inside].float().mean()
        assert agree > 0.93


def test_an_epoch_takes_all_of_one_folder_and_some_of_the_others():
    photos = [Sample(None, None, f"p{i}") for i in range(5)]
    people = [Sample(None, None, f"q{i}") for i in range(50)]
    counts = {"photos": 0, "people": 7}
    generator = torch.Generator().manual_seed(0)
    folders = {"photos": photos, "people": people}
    first = epoch_samples(folders, counts, generator)
    second = epoch_samples(folders, counts, generator)
    assert len(first) == 12
    assert {s.source for s in first} >= {s.source for s in photos}
    assert {s.source for s in first} != {s.source for s in second}
