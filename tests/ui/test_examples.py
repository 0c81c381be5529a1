"""The example photos: there, small, credited, and each with something to look at."""

from PIL import Image

from segdemo.ui.examples import EXAMPLES, FOLDER


def test_every_photo_is_listed_and_every_listed_photo_is_there():
    assert {path.name for path in FOLDER.glob("*.jpg")} == {e.file for e in EXAMPLES.values()}


def test_every_photo_is_credited_in_the_folder_and_on_the_page():
    credits = (FOLDER / "CREDITS.md").read_text()
    for example in EXAMPLES.values():
        who, _, licence = example.credit.partition(", ")
        row = next(line for line in credits.splitlines() if f"`{example.file}`" in line)
        assert who in row
        assert licence in row


def test_photos_are_small_jpegs():
    for example in EXAMPLES.values():
        with Image.open(FOLDER / example.file) as image:
            assert image.format == "JPEG"
            assert max(image.size) <= 640
        assert len(example.data()) < 120_000


def test_each_says_what_to_look_at():
    for example in EXAMPLES.values():
        assert 40 < len(example.sentence) < 180
