import struct
import zlib

import numpy as np
import pytest
from PIL import Image

from collector.capture.decode import MAX_BYTES, load_photo
from collector.capture.pixels import WORKING_PX
from collector.errors import DamagedImage, EmptyFile, ImageTooLarge, NotAnImage, PhotoMissing


@pytest.fixture
def picture():
    """A colour slope with one dark corner, so that every turn and mirroring shows."""
    y, x = np.mgrid[0:120, 0:160]
    pixels = np.dstack([x, y, 255 - x]).astype(np.uint8)
    pixels[:40, :50] = 10
    return Image.fromarray(pixels)


@pytest.mark.parametrize(
    ("name", "options"),
    [("a.jpg", {"quality": 95}), ("a.png", {}), ("a.webp", {"quality": 95}), ("a.heic", {"quality": 95})],
)
def test_every_format_gives_the_same_picture(tmp_path, picture, name, options):
    picture.save(tmp_path / name, **options)
    photo = load_photo(tmp_path / name)
    assert photo.shape == (120, 160, 3)
    assert photo.dtype == np.uint8
    assert np.abs(photo.astype(int) - np.asarray(picture)).mean() < 3


_STORED_AS = {
    1: lambda image: image,
    2: lambda image: image.transpose(Image.Transpose.FLIP_LEFT_RIGHT),
    3: lambda image: image.transpose(Image.Transpose.ROTATE_180),
    4: lambda image: image.transpose(Image.Transpose.FLIP_TOP_BOTTOM),
    5: lambda image: image.transpose(Image.Transpose.TRANSPOSE),
    6: lambda image: image.transpose(Image.Transpose.ROTATE_90),
    7: lambda image: image.transpose(Image.Transpose.TRANSVERSE),
    8: lambda image: image.transpose(Image.Transpose.ROTATE_270),
}


@pytest.mark.parametrize("orientation", range(1, 9))
def test_every_orientation_is_turned_upright(tmp_path, picture, orientation):
    exif = Image.Exif()
    exif[0x0112] = orientation
    _STORED_AS[orientation](picture).save(tmp_path / "a.png", exif=exif)
    assert np.array_equal(load_photo(tmp_path / "a.png"), np.asarray(picture))


def test_what_is_transparent_is_white_paper(tmp_path, picture):
    picture.putalpha(0)
    picture.save(tmp_path / "a.png")
    assert load_photo(tmp_path / "a.png").min() == 255


@pytest.mark.parametrize("mode", ["L", "1", "P", "CMYK", "I;16"])
def test_every_colour_mode_becomes_rgb(tmp_path, picture, mode):
    if mode == "I;16":
        image = Image.fromarray(np.asarray(picture.convert("L"), np.uint16) * 257)
    else:
        image = picture.convert(mode)
    name = "a.jpg" if mode == "CMYK" else "a.png"
    image.save(tmp_path / name)
    photo = load_photo(tmp_path / name)
    assert photo.shape == (120, 160, 3)
    assert photo[10, 10].mean() < 60 < photo[100, 150].mean()


def test_a_huge_photograph_is_reduced(tmp_path):
    Image.new("RGB", (WORKING_PX + 1000, 600), "white").save(tmp_path / "a.jpg")
    assert max(load_photo(tmp_path / "a.jpg").shape) <= WORKING_PX


def _png_of_size(side: int) -> bytes:
    """A PNG that declares a size and holds almost nothing: the bomb is only in the header."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\0")) + chunk(b"IEND", b"")


@pytest.mark.parametrize("side", [30_000, 11_000])
def test_a_bomb_is_refused_by_its_header(tmp_path, side):
    (tmp_path / "bomb.png").write_bytes(_png_of_size(side))
    with pytest.raises(ImageTooLarge) as refusal:
        load_photo(tmp_path / "bomb.png")
    assert "bomb.png" in refusal.value.korean
    assert "bomb.png" in refusal.value.english


def test_too_many_bytes_are_refused_unread(tmp_path):
    with (tmp_path / "a.jpg").open("wb") as file:
        file.truncate(MAX_BYTES + 1)
    with pytest.raises(ImageTooLarge):
        load_photo(tmp_path / "a.jpg")


@pytest.mark.parametrize("name", ["a.jpg", "a.png", "a.webp", "a.heic"])
@pytest.mark.parametrize("share", [0.02, 0.6])
def test_a_cut_off_file_is_damaged(tmp_path, picture, name, share):
    noisy = np.random.default_rng(0).integers(0, 255, (300, 300, 3), np.uint8)
    Image.fromarray(noisy).save(tmp_path / name)
    whole = (tmp_path / name).read_bytes()
    (tmp_path / name).write_bytes(whole[: int(len(whole) * share)])
    with pytest.raises(DamagedImage):
        load_photo(tmp_path / name)


@pytest.mark.parametrize(
    ("data", "refusal"), [(b"", EmptyFile), (b"dear diary", NotAnImage), (b"%PDF-1.4\n", NotAnImage)]
)
def test_what_is_no_picture_is_named(tmp_path, data, refusal):
    (tmp_path / "a.jpg").write_bytes(data)
    with pytest.raises(refusal):
        load_photo(tmp_path / "a.jpg")


def test_a_missing_file_and_a_folder_are_named(tmp_path):
    for path in (tmp_path / "none.jpg", tmp_path):
        with pytest.raises(PhotoMissing):
            load_photo(path)
