"""segdemo.images: every rule of the decoder, on files that Pillow writes here."""

import io
import os
import struct
import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageCms

from segdemo import images
from segdemo.images import FORMATS, ImageError, Limits, decode, fit, fitted_size, opened

LOSSLESS = {"PNG": {}, "TIFF": {}, "WEBP": {"lossless": True}, "BMP": {}}
LOSSY = {"JPEG": {"quality": 95, "subsampling": 0}, "MPO": {"quality": 95}, "AVIF": {"speed": 9}}


def gradient(height=40, width=60):
    """Return RGB uint8 whose four corners differ, smooth enough for lossy formats."""
    y, x = np.mgrid[0:height, 0:width]
    ramp = np.stack([y * 200 // height, x * 200 // width, 60 + 0 * x], axis=-1)
    return (ramp + 20).astype(np.uint8)


def encoded(image, format_name="PNG", **options):
    if isinstance(image, np.ndarray):
        image = Image.fromarray(image)
    stream = io.BytesIO()
    image.save(stream, format=format_name, **options)
    return stream.getvalue()


def refusal(source, **options):
    """Return the sentence that a source is refused with."""
    with pytest.raises(ImageError) as caught:
        decode(source, **options)
    return str(caught.value)


@pytest.mark.parametrize("format_name", LOSSLESS)
def test_lossless_colour_comes_back_exactly_and_without_notes(format_name):
    result = decode(encoded(gradient(), format_name, **LOSSLESS[format_name]))
    assert (result.pixels == gradient()).all()
    assert result.notes == ()
    assert result.pixels.dtype == np.uint8
    assert result.pixels.flags.writeable


@pytest.mark.parametrize("format_name", LOSSY)
def test_lossy_colour_comes_back_nearly_and_without_notes(format_name):
    result = decode(encoded(gradient(), format_name, **LOSSY[format_name]))
    assert np.abs(result.pixels.astype(int) - gradient()).max() < 12
    assert result.notes == ()


def test_bytes_paths_and_streams_decode_alike(tmp_path):
    data = encoded(gradient())
    path = tmp_path / "photo.jpg"  # the name may lie, only the content counts
    path.write_bytes(data)
    stream = io.BytesIO(b"junk" + data)
    stream.seek(4)
    for source in (data, bytearray(data), memoryview(data), path, str(path), stream):
        assert (decode(source).pixels == gradient()).all()


# EXIF orientation -> what turns the stored array upright (EXIF 2.32, tag 0x0112).
UPRIGHT = {
    1: lambda a: a,
    2: lambda a: a[:, ::-1],
    3: lambda a: a[::-1, ::-1],
    4: lambda a: a[::-1],
    5: lambda a: a.swapaxes(0, 1),
    6: lambda a: np.rot90(a, -1),
    7: lambda a: a[::-1, ::-1].swapaxes(0, 1),
    8: lambda a: np.rot90(a),
}


@pytest.mark.parametrize("orientation", UPRIGHT)
@pytest.mark.parametrize("format_name", ["JPEG", "PNG", "TIFF", "WEBP", "AVIF", "MPO"])
def test_every_exif_orientation_is_turned_upright(format_name, orientation):
    exif = Image.Exif()
    exif[0x0112] = orientation
    options = LOSSLESS.get(format_name) or LOSSY.get(format_name) or {}
    result = decode(encoded(gradient(), format_name, exif=exif, **options))
    upright = UPRIGHT[orientation](gradient())
    assert result.pixels.shape == upright.shape
    assert np.abs(result.pixels.astype(int) - upright).max() < 12
    assert result.notes == (() if orientation == 1 else ("turned by its EXIF orientation",))


@pytest.mark.parametrize("orientation", [0, 9, 4711])
def test_an_orientation_that_does_not_exist_is_ignored(orientation):
    exif = Image.Exif()
    exif[0x0112] = orientation
    result = decode(encoded(gradient(), exif=exif))
    assert (result.pixels == gradient()).all()
    assert result.notes == ()


@pytest.mark.filterwarnings("ignore:Corrupt EXIF")
@pytest.mark.parametrize("format_name", ["JPEG", "PNG"])
@pytest.mark.parametrize("exif", [b"Exif\0\0MM\0*\0\0\0\x08\xff", b"Exif\0\0no TIFF header"])
def test_a_broken_exif_block_is_ignored(format_name, exif):
    result = decode(encoded(gradient(), format_name, exif=exif))
    assert result.pixels.shape == (40, 60, 3)


@pytest.mark.parametrize("format_name", ["JPEG", "TIFF"])
def test_cmyk_becomes_the_colours_it_means(format_name):
    cmyk = Image.new("CMYK", (20, 20), (0, 255, 255, 0))  # magenta and yellow ink: red
    result = decode(encoded(cmyk, format_name))
    assert np.abs(result.pixels.astype(int) - [255, 0, 0]).max() < 6
    assert result.notes == ("converted from CMYK",)


def test_an_adobe_cmyk_jpeg_stores_inverted_ink_and_is_not_shown_as_a_negative():
    data = encoded(Image.new("CMYK", (20, 20), (0, 0, 0, 20)), "JPEG")
    assert b"Adobe" in data
    assert decode(data).pixels.min() > 220  # hardly any ink is nearly white


def test_sixteen_bit_grey_is_scaled_from_its_full_range():
    values = np.linspace(0, 65535, 32 * 32).astype(np.uint16).reshape(32, 32)
    expected = np.rint(values / 257).astype(np.uint8)
    for format_name in ("PNG", "TIFF"):
        result = decode(encoded(values, format_name))
        assert (result.pixels == expected[..., None]).all()
        assert result.notes == ("16-bit grey scaled to 8-bit",)


def test_big_endian_sixteen_bit_tiff_is_scaled_too():
    values = np.linspace(0, 65535, 16 * 16).astype(">u2").reshape(16, 16)
    tags = [(256, 3, 1, 16), (257, 3, 1, 16), (258, 3, 1, 16), (259, 3, 1, 1), (262, 3, 1, 1)]
    tags += [(273, 4, 1, 200), (277, 3, 1, 1), (278, 3, 1, 16), (279, 4, 1, 512)]
    entries = [
        struct.pack(">HHI", tag, kind, count)
        + (struct.pack(">HH", value, 0) if kind == 3 else struct.pack(">I", value))
        for tag, kind, count, value in tags
    ]
    header = b"MM\0*" + struct.pack(">IH", 8, len(entries)) + b"".join(entries) + bytes(4)
    result = decode(header.ljust(200, b"\0") + values.tobytes())
    assert (result.pixels == np.rint(values / 257).astype(np.uint8)[..., None]).all()


@pytest.mark.parametrize(
    ("values", "expected", "words"),
    [
        (np.array([0, 65535, 257], np.int32), [0, 255, 1], "16-bit"),
        (np.array([0, 65536, 131072], np.int32), [0, 128, 255], "stretched"),
        (np.array([0, 200, 7], np.int32), [0, 200, 7], "taken as 8-bit"),
        (np.array([-100, 0, 100], np.int32), [0, 128, 255], "stretched from its range -100..100"),
        (np.array([0, 0.5, 1], np.float32), [0, 128, 255], "from 0..1"),
        (np.array([0, 0.5, 250], np.float32), [0, 0, 250], "taken as 8-bit"),
        (np.array([-3e38, 0, 3e38], np.float32), [0, 128, 255], "stretched"),
        (np.array([np.nan, np.inf, 1], np.float32), [0, 0, 255], "from 0..1"),
        (np.array([900, 900, 900], np.float32), [0, 0, 0], "stretched"),
    ],
)
def test_deep_grey_is_scaled_by_the_range_its_note_names(values, expected, words):
    picture = np.tile(np.repeat(values, 6), (18, 1))
    result = decode(encoded(picture, "TIFF"))
    assert np.abs(result.pixels[0, ::6, 1] - np.array(expected)).max() <= 1  # halves round away
    assert words in result.notes[0]


@pytest.mark.parametrize("format_name", ["PNG", "TIFF", "WEBP"])
def test_transparency_is_laid_on_white(format_name):
    half = np.dstack([gradient(), np.full((40, 60), 128, np.uint8)])
    half[:20, :, 3] = 0
    options = {"lossless": True, "exact": True} if format_name == "WEBP" else {}
    result = decode(encoded(half, format_name, **options))
    blend = np.rint(255 + (gradient() - 255.0) * 128 / 255)
    assert (result.pixels[:20] == 255).all()
    assert np.abs(result.pixels[20:] - blend[20:]).max() <= 1
    assert result.notes == ("transparency laid on white",)


def test_an_opaque_alpha_channel_needs_no_note():
    opaque = np.dstack([gradient(), np.full((40, 60), 255, np.uint8)])
    result = decode(encoded(opaque))
    assert (result.pixels == gradient()).all()
    assert result.notes == ()


def test_a_picture_transparent_all_over_is_white():
    clear = np.dstack([gradient(), np.zeros((40, 60), np.uint8)])
    assert (decode(encoded(clear)).pixels == 255).all()


def test_grey_with_alpha_is_laid_on_white():
    result = decode(encoded(Image.new("LA", (20, 20), (0, 51))))
    assert (result.pixels == 204).all()
    assert result.notes == ("grey copied to red, green and blue", "transparency laid on white")


@pytest.mark.parametrize("transparency", [0, b"\0\xff"])
def test_a_palettes_transparent_colour_is_laid_on_white(transparency):
    image = Image.new("P", (20, 20), 1)
    image.putpalette([10, 20, 30, 200, 100, 50])
    image.paste(0, (0, 0, 10, 20))
    result = decode(encoded(image, transparency=transparency))
    assert result.pixels[0, 0].tolist() == [255, 255, 255]
    assert result.pixels[0, 19].tolist() == [200, 100, 50]
    assert result.notes == ("colours looked up in its palette", "transparency laid on white")


def test_a_colour_declared_transparent_is_laid_on_white():
    image = Image.new("RGB", (40, 40), (1, 2, 3))
    image.paste((200, 100, 50), (0, 0, 20, 40))
    data = encoded(image, transparency=(1, 2, 3))
    for options in ({}, {"max_side": 20}):
        result = decode(data, **options)
        assert result.pixels[0, 0].tolist() == [200, 100, 50]
        assert result.pixels[0, -1].tolist() == [255, 255, 255]
        assert result.pixels[..., 0].min() > 190  # no fringe of the dark colour that means nothing


@pytest.mark.parametrize("mode", ["1", "L"])
def test_grey_is_copied_to_three_channels(mode):
    result = decode(encoded(Image.new(mode, (20, 20), 255)))
    assert (result.pixels == 255).all()
    assert result.notes == ("grey copied to red, green and blue",)


@pytest.mark.parametrize("format_name", ["GIF", "PNG", "WEBP", "TIFF", "AVIF"])
def test_an_animation_shows_its_first_frame(format_name):
    frames = [Image.new("RGB", (32, 32), colour) for colour in ("red", "lime", "blue")]
    data = encoded(frames[0], format_name, save_all=True, append_images=frames[1:])
    result = decode(data)
    assert np.abs(result.pixels.astype(int) - [255, 0, 0]).max() < 6
    assert "only the first of several frames used" in result.notes


def test_the_photo_of_an_mpo_is_used_without_a_word_about_the_rest():
    frames = [Image.new("RGB", (32, 32), colour) for colour in ("red", "lime")]
    result = decode(encoded(frames[0], "MPO", save_all=True, append_images=frames[1:]))
    assert np.abs(result.pixels.astype(int) - [255, 0, 0]).max() < 6
    assert result.notes == ()


def swapped_profile():
    """Return an sRGB profile whose red and green primaries have changed places."""
    profile = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    red, green = profile.index(b"rXYZ"), profile.index(b"gXYZ")
    profile[red : red + 4], profile[green : green + 4] = b"gXYZ", b"rXYZ"
    return bytes(profile).replace(b"s\0R\0G\0B", b"o\0t\0h\0e").replace(b"sRGB", b"oddo")


@pytest.mark.parametrize("format_name", ["PNG", "JPEG", "TIFF", "WEBP"])
def test_an_embedded_profile_is_converted_to_srgb(format_name):
    red = Image.new("RGB", (20, 20), (250, 0, 0))
    result = decode(encoded(red, format_name, icc_profile=swapped_profile()))
    assert np.abs(result.pixels.astype(int) - [0, 250, 0]).max() < 12
    assert result.notes == ("colours converted from its own profile to sRGB",)


def test_a_profile_that_is_srgb_already_changes_nothing():
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    result = decode(encoded(gradient(), icc_profile=profile))
    assert (result.pixels == gradient()).all()
    assert result.notes == ()


@pytest.mark.parametrize("profile", [b"no profile at all", swapped_profile])
def test_a_profile_that_does_not_fit_is_ignored_with_a_note(profile):
    grey = Image.new("L", (20, 20), 90)  # an RGB profile does not fit grey
    data = encoded(grey, icc_profile=profile() if callable(profile) else profile)
    result = decode(data)
    assert (result.pixels == 90).all()
    assert result.notes[1:] == ("its colour profile ignored, because it doesn't fit the picture",)


def test_lab_colours_become_srgb():
    srgb, lab = ImageCms.createProfile("sRGB"), ImageCms.createProfile("LAB")
    image = ImageCms.profileToProfile(Image.fromarray(gradient()), srgb, lab, outputMode="LAB")
    result = decode(encoded(image, "TIFF"))
    assert np.abs(result.pixels.astype(int) - gradient()).mean() < 2  # LAB of 8 bits is coarse
    assert result.notes == ("converted from LAB",)


@pytest.mark.parametrize("size", [(16, 16), (16, 3000), (3000, 16)])
def test_small_and_long_pictures_are_accepted_from_16_pixels_on(size):
    assert decode(encoded(Image.new("RGB", size))).pixels.shape == (size[1], size[0], 3)


@pytest.mark.parametrize("size", [(15, 16), (16, 15), (1, 1), (4000, 15)])
def test_a_side_below_16_pixels_is_refused_with_the_rule(size):
    sentence = refusal(encoded(Image.new("RGB", size)))
    assert f"{size[0]} x {size[1]} pixels" in sentence
    assert "at least 16" in sentence


def test_more_pixels_than_the_limit_are_refused_by_the_header_alone():
    data = encoded(Image.new("L", (100, 101)))
    exact, below = Limits(max_pixels=10100), Limits(max_pixels=10099)
    assert decode(data, limits=exact).pixels.shape == (101, 100, 3)
    header_only = data[: data.index(b"IDAT") + 4]  # whoever decodes finds no pixel
    assert "100 x 101 = 0.0 megapixels" in refusal(header_only, limits=below)
    assert "damaged" in refusal(header_only, limits=exact)


def test_more_bytes_than_the_limit_are_refused_and_never_read_on(tmp_path):
    data = encoded(gradient())
    assert decode(data, limits=Limits(max_bytes=len(data))).notes == ()
    stream, path = io.BytesIO(data + bytes(10**6)), tmp_path / "x"
    path.write_bytes(data)
    below = Limits(max_bytes=len(data) - 1)
    for source in (data, path, stream):
        assert "larger than the" in refusal(source, limits=below)
    assert stream.tell() == len(data)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "empty"),
        (b"GIF89a", "a damaged picture"),
        (encoded(gradient())[:30], "a damaged picture"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "SVG"),
        (b"<?xml version='1.0'?><svg/>", "SVG"),
        (b"\n<!DOCTYPE html><html></html>", "web page"),
        (b"%PDF-1.7\n", "PDF"),
        (b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 90 90\n", "PostScript"),
        (b"PK\x03\x04\x14\0\0\0", "ZIP"),
        (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", "HEIC"),
        (b"\0\0\0\x18ftypisom\0\0\0\0isomiso2", "video"),
        (b"8BPS\0\x01\0\0\0\0", "Photoshop"),
        (b"just a couple of words, no picture", "looks like text"),
        (bytes(range(200, 256)), "no picture format known"),
    ],
)
def test_what_is_no_photo_is_refused_and_named(data, words):
    sentence = refusal(data)
    assert words in sentence
    assert "; " in sentence  # the remedy


@pytest.mark.parametrize("format_name", ["PPM", "TGA", "ICO", "EPS", "PCX", "JPEG2000", "PDF"])
def test_formats_outside_the_list_are_not_tried(format_name):
    assert format_name not in FORMATS
    assert "looks like" in refusal(encoded(Image.fromarray(gradient()), format_name))


def test_paths_that_cannot_be_read_are_refused_without_naming_them(tmp_path):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    for path in (tmp_path / "missing.png", tmp_path, pipe, f"{tmp_path}\0", "x" * 5000, ""):
        for source in (path, str(path)):
            sentence = refusal(source)
            assert tmp_path.name not in sentence
            assert "choose" in sentence


def test_a_damaged_files_refusal_names_no_path(tmp_path):
    path = tmp_path / "photo.png"
    path.write_bytes(encoded(gradient(400, 600))[:-100])
    assert refusal(path) == (
        "this picture is damaged or cut short, so its pixels can't be read; "
        "download or save it again."
    )


def test_nothing_text_and_closed_streams_are_refused():
    closed = io.BytesIO(b"x")
    closed.close()
    assert "no picture was given" in refusal(None)
    assert "binary" in refusal(io.StringIO("text"))
    assert "any more" in refusal(closed)


def test_a_jpeg_reduces_while_decoding_and_says_so():
    data = encoded(gradient(800, 1200), "JPEG", quality=95)
    result = decode(data, max_side=150)
    assert result.pixels.shape == (100, 150, 3)
    assert np.abs(result.pixels.astype(int) - fit(gradient(800, 1200), 150)).max() < 8
    assert result.notes == ("reduced to a longer side of 150 pixels",)


def test_a_large_jpeg_is_never_decoded_at_full_size(monkeypatch):
    sizes = []
    resized = images._resized
    monkeypatch.setattr(images, "_resized", lambda i, s: sizes.append(i.size) or resized(i, s))
    decode(encoded(gradient(800, 1200), "JPEG"), max_side=150)
    assert sizes[0] == (150, 100)


@pytest.mark.parametrize("format_name", ["PNG", "GIF", "TIFF", "JPEG"])
def test_max_side_holds_for_every_format_and_orientation(format_name):
    exif = Image.Exif()
    exif[0x0112] = 6
    options = {} if format_name == "GIF" else {"exif": exif}
    result = decode(encoded(gradient(200, 300), format_name, **options), max_side=90)
    assert result.pixels.shape == ((60, 90, 3) if format_name == "GIF" else (90, 60, 3))
    assert any("longer side of 90" in note for note in result.notes)


def test_a_picture_within_max_side_stays_as_it_is():
    result = decode(encoded(gradient()), max_side=60)
    assert (result.pixels == gradient()).all()
    assert result.notes == ()


@settings(max_examples=200, deadline=None)
@given(st.integers(1, 60000), st.integers(1, 60000), st.integers(16, 5000))
def test_fitted_sizes_keep_the_shape_within_rounding(height, width, longest):
    new_height, new_width = fitted_size(height, width, longest)
    assert max(new_height, new_width) == min(longest, max(height, width))
    assert new_height >= min(height, 16)
    assert new_width >= min(width, 16)
    if min(new_height, new_width) > 16:
        scale = max(new_height, new_width) / max(height, width)
        assert abs(new_height - height * scale) <= 0.5 + 1e-6
        assert abs(new_width - width * scale) <= 0.5 + 1e-6
    assert fitted_size(width, height, longest) == (new_width, new_height)


@pytest.mark.parametrize("arguments", [(100, 100, 15), (0, 100, 64), (100, -1, 64)])
def test_sizes_that_cannot_be_fitted_are_refused(arguments):
    with pytest.raises(ValueError, match="choose a larger working size"):
        fitted_size(*arguments)


def test_a_working_size_that_is_too_small_is_the_callers_mistake_not_the_pictures():
    with pytest.raises(ValueError, match="choose a larger working size") as caught:
        decode(encoded(gradient()), max_side=3)
    assert not isinstance(caught.value, ImageError)


def test_fitting_averages_instead_of_skipping_pixels():
    checks = np.indices((64, 64)).sum(axis=0) % 2 * 255
    small = fit(np.repeat(checks[..., None], 3, axis=2).astype(np.uint8), 16)
    assert small.shape == (16, 16, 3)
    assert np.abs(small.astype(int) - 127).max() < 8


def test_fitting_never_enlarges():
    assert (fit(gradient(), 600) == gradient()).all()


def test_decoding_leaves_pillows_settings_alone():
    before = (Image.MAX_IMAGE_PIXELS, list(warnings.filters))
    decode(encoded(gradient()))
    refusal(b"nothing")
    assert before == (Image.MAX_IMAGE_PIXELS, list(warnings.filters))


def test_an_opened_picture_is_checked_but_not_yet_decoded():
    data = encoded(gradient())
    with opened(data[: data.index(b"IDAT") + 4]) as image:
        assert image.size == (60, 40)
