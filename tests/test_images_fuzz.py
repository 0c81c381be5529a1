"""segdemo.images against hostile files: a valid picture or an ImageError, in bounded time."""

import io
import struct
import subprocess
import sys
import time
import warnings
import zlib
from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from segdemo.images import ImageError, Limits, decode

# Damaged files make Pillow and libtiff warn; users get no such warning turned into an exception.
pytestmark = pytest.mark.filterwarnings("ignore")

FUZZ = settings(max_examples=120, deadline=None)
TIGHT = Limits(max_pixels=300_000)
SEEDS = {
    "jpeg": ("JPEG", "RGB", {}),
    "progressive": ("JPEG", "RGB", {"progressive": True}),
    "cmyk": ("JPEG", "CMYK", {}),
    "png": ("PNG", "RGBA", {}),
    "palette": ("PNG", "P", {"transparency": 3}),
    "deep": ("PNG", "I;16", {}),
    "gif": ("GIF", "P", {}),
    "webp": ("WEBP", "RGB", {}),
    "lossless": ("WEBP", "RGBA", {"lossless": True}),
    "bmp": ("BMP", "RGB", {}),
    "tiff": ("TIFF", "RGB", {}),
    "lzw": ("TIFF", "L", {"compression": "tiff_lzw"}),
    "float": ("TIFF", "F", {"compression": "tiff_adobe_deflate"}),
    "avif": ("AVIF", "RGB", {"speed": 10}),
    "mpo": ("MPO", "RGB", {"save_all": True}),
}


@cache
def seed_file(name):
    """Return a small valid file, with EXIF where its format has it."""
    format_name, mode, options = SEEDS[name]
    noise = np.random.default_rng(0).integers(0, 256, (24, 32, 3), dtype=np.uint8)
    image = Image.fromarray(noise)
    if mode == "I;16":
        image = Image.fromarray(noise[..., 0].astype(np.uint16) * 257)
    elif mode != "RGB":
        image = image.convert("L").convert(mode) if mode == "F" else image.convert(mode)
    if format_name in ("JPEG", "PNG", "WEBP", "TIFF"):
        exif = Image.Exif()
        exif[0x0112] = 6
        options = {**options, "exif": exif}
    if format_name in ("GIF", "MPO"):
        options = {**options, "save_all": True, "append_images": [image.rotate(90)]}
    stream = io.BytesIO()
    image.save(stream, format=format_name, **options)
    return stream.getvalue()


def decodes_or_refuses(data, **options):
    """Return the pixels or None, and fail on any other outcome."""
    started = time.process_time()
    try:
        result = decode(data, limits=TIGHT, **options)
    except ImageError as error:
        sentence = str(error)
        assert sentence.endswith(".")
        assert "\n" not in sentence
        assert "/" not in sentence
        return None
    finally:
        assert time.process_time() - started < 3
    assert result.pixels.dtype == np.uint8
    assert result.pixels.ndim == 3
    assert result.pixels.shape[2] == 3
    assert min(result.pixels.shape[:2]) >= 16
    assert all(isinstance(note, str) for note in result.notes)
    return result.pixels


@pytest.mark.parametrize("name", SEEDS)
def test_the_seeds_of_the_fuzzing_are_valid(name):
    assert decodes_or_refuses(seed_file(name)) is not None


@FUZZ
@given(st.binary(max_size=400))
def test_random_bytes_are_refused(data):
    assert decodes_or_refuses(data) is None


MAGIC = [b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"GIF89a", b"BM", b"II*\0", b"MM\0*"]
MAGIC += [b"RIFF\xff\0\0\0WEBPVP8 ", b"RIFF\xff\0\0\0WEBPVP8X", b"\0\0\0\x1cftypavif"]


@FUZZ
@given(st.sampled_from(MAGIC), st.binary(max_size=200))
def test_random_bytes_behind_a_true_beginning_are_survived(magic, tail):
    decodes_or_refuses(magic + tail)


@settings(max_examples=250, deadline=None)
@given(st.sampled_from(sorted(SEEDS)), st.floats(0, 1))
def test_truncated_files_are_survived(name, fraction):
    data = seed_file(name)
    decodes_or_refuses(data[: int(fraction * len(data))])


@settings(max_examples=400, deadline=None)
@given(
    st.sampled_from(sorted(SEEDS)),
    st.lists(st.tuples(st.integers(0, 10**6), st.integers(0, 7)), min_size=1, max_size=12),
    st.sampled_from([None, 16, 20]),
    st.booleans(),
)
def test_flipped_bits_are_survived(name, flips, max_side, in_header):
    data = bytearray(seed_file(name))
    span = min(len(data), 120) if in_header else len(data)
    for position, bit in flips:
        data[position % span] ^= 1 << bit
    decodes_or_refuses(bytes(data), max_side=max_side)


@FUZZ
@given(st.sampled_from(sorted(SEEDS)), st.sampled_from(sorted(SEEDS)), st.floats(0, 1))
def test_files_glued_from_two_formats_are_survived(first, second, fraction):
    head, tail = seed_file(first), seed_file(second)
    decodes_or_refuses(head[: int(fraction * len(head))] + tail)


@pytest.mark.parametrize("name", SEEDS)
def test_a_lying_extension_changes_nothing(name, tmp_path):
    for suffix in (".png", ".jpg", ".txt", ".svg", ".eps", ""):
        path = tmp_path / f"photo{suffix}"
        path.write_bytes(seed_file(name))
        assert (decode(path).pixels == decode(seed_file(name)).pixels).all()


def png_chunk(kind, body):
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def claiming(format_name, side):
    """Return a tiny file whose header claims side x side pixels."""
    if format_name == "png":
        header = png_chunk(b"IHDR", struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0))
        body = png_chunk(b"IDAT", zlib.compress(bytes(100)))
        return b"\x89PNG\r\n\x1a\n" + header + body + png_chunk(b"IEND", b"")
    if format_name == "gif":
        return b"GIF89a" + struct.pack("<HHBBB", side, side, 0, 0, 0) + b",\0\0\0\0\1\0\1\0\0\2\0;"
    if format_name == "bmp":
        info = struct.pack("<IiiHHIIiiII", 40, side, side, 1, 24, 0, 0, 0, 0, 0, 0)
        return b"BM" + struct.pack("<IHHI", 54, 0, 0, 54) + info
    if format_name == "webp":
        canvas = bytes(4) + struct.pack("<I", side - 1)[:3] * 2
        chunk = b"VP8X" + struct.pack("<I", 10) + canvas
        return b"RIFF" + struct.pack("<I", len(chunk) + 4) + b"WEBP" + chunk
    jpeg = seed_file("jpeg")
    sof = jpeg.index(b"\xff\xc0")
    return jpeg[: sof + 5] + struct.pack(">HH", side, side) + jpeg[sof + 9 :]


@pytest.mark.parametrize("format_name", ["png", "gif", "bmp", "jpeg", "webp"])
@pytest.mark.parametrize("side", [7000, 12000, 16000, 60000])
def test_a_claim_of_too_many_pixels_is_refused_at_once(format_name, side):
    started = time.process_time()
    with pytest.raises(ImageError):
        decode(claiming(format_name, side))
    assert time.process_time() - started < 0.2


@pytest.mark.parametrize("format_name", ["png", "gif", "bmp", "jpeg"])
@pytest.mark.parametrize("side", [7000, 60000])
def test_the_refusal_of_too_many_pixels_says_how_many_are_accepted(format_name, side):
    with pytest.raises(ImageError, match="40 megapixels"):
        decode(claiming(format_name, side))


def test_pillows_warning_about_a_bomb_counts_as_an_error():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with pytest.raises(ImageError, match="far more than the 40 megapixels"):
            decode(claiming("png", 12000))


def test_a_bomb_of_real_pixels_is_refused_without_unpacking_it():
    row = b"\0" + bytes(3 * 20_000)
    packer = zlib.compressobj(9)
    packed = b"".join(packer.compress(row) for _ in range(2_500)) + packer.flush()
    header = png_chunk(b"IHDR", struct.pack(">IIBBBBB", 20_000, 2_500, 8, 2, 0, 0, 0))
    bomb = b"\x89PNG\r\n\x1a\n" + header + png_chunk(b"IDAT", packed) + png_chunk(b"IEND", b"")
    assert len(bomb) < 200_000
    started = time.process_time()
    with pytest.raises(ImageError, match=r"20000 x 2500 = 50.0 megapixels"):
        decode(bomb)
    assert time.process_time() - started < 0.2


def jpeg_segment(marker, body):
    return bytes([255, marker]) + struct.pack(">H", len(body) + 2) + body


def jpeg_of_many_scans(side, scans):
    """Return a grey progressive JPEG that refines every coefficient to nothing, again and again."""
    blocks = ((side + 7) // 8) ** 2
    data = b"\xff\xd8" + jpeg_segment(0xDB, bytes([0] + [1] * 64))
    data += jpeg_segment(0xC2, struct.pack(">BHHB", 8, side, side, 1) + bytes([1, 0x11, 0]))
    for table, symbol in ((0x00, 0x00), (0x10, 0xE0)):
        data += jpeg_segment(0xC4, bytes([table, 1] + [0] * 15 + [symbol]))
    data += jpeg_segment(0xDA, bytes([1, 1, 0, 0, 0, 0])) + bytes(blocks // 8 + 1)
    refinement = jpeg_segment(0xDA, bytes([1, 1, 0, 1, 63, 0]))
    return data + (refinement + bytes((blocks // 16384 + 1) * 2)) * (scans - 1) + b"\xff\xd9"


def test_a_jpeg_of_endless_scans_is_refused_and_one_of_a_hundred_is_not():
    assert (decode(jpeg_of_many_scans(64, 100)).pixels == 128).all()
    started = time.process_time()
    with pytest.raises(ImageError, match="more than 100 scans"):
        decode(jpeg_of_many_scans(6000, 50_000))
    assert time.process_time() - started < 0.5


def test_what_only_looks_like_scans_behind_a_jpegs_end_or_in_its_segments_is_not_counted():
    jpeg = seed_file("jpeg")
    comment = jpeg_segment(0xFE, b"\xff\xda\0\2" * 1000)
    padded = jpeg[:2] + comment + jpeg[2:] + b"\xff\xda\0\2" * 40_000
    assert (decode(padded).pixels == decode(jpeg).pixels).all()


def test_a_gif_of_very_many_frames_is_not_walked_through():
    stream = io.BytesIO()
    Image.new("P", (16, 16)).save(stream, format="GIF")
    head, comma, frame = stream.getvalue().partition(b",")
    assert frame.endswith(b";")
    data = head + (comma + frame[:-1]) * 500_000 + b";"
    started = time.process_time()
    assert decode(data).notes[0] == "only the first of several frames used"
    assert time.process_time() - started < 1


@pytest.mark.skipif(sys.platform != "linux", reason="reads the peak memory from Linux's /proc")
def test_the_largest_accepted_pictures_fit_into_a_gigabyte():
    rows = zlib.compress((b"\0" + bytes(4 * 6400)) * 6250, 1)
    header = png_chunk(b"IHDR", struct.pack(">IIBBBBB", 6400, 6250, 8, 6, 0, 0, 0))
    data = b"\x89PNG\r\n\x1a\n" + header + png_chunk(b"IDAT", rows) + png_chunk(b"IEND", b"")
    del rows
    program = (
        "import sys; from segdemo.images import decode;"
        "assert decode(sys.stdin.buffer).pixels.shape == (6250, 6400, 3);"
        # Not ru_maxrss: a child starts with its parent's there.
        "print(open('/proc/self/status').read().split('VmHWM:')[1].split()[0])"
    )
    done = subprocess.run([sys.executable, "-c", program], input=data, capture_output=True)
    assert done.returncode == 0, done.stderr.decode()
    assert int(done.stdout) < 1_000_000  # kilobytes
