"""Picture files that somebody hostile, or a bad connection, has had a hand in.

Whole pictures of every kind we read are cut off, flipped, spliced and given false sizes; and small files are made whose
contents are lawful but enormous.
"""

import io
import random
import struct
import zlib
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import cv2
import numpy as np
import pillow_heif
import pypdfium2 as pdfium
from PIL import Image

from collector.capture.pixels import MOST_MEGAPIXELS

pillow_heif.register_heif_opener()

SAMPLE = Path(__file__).parents[1] / "samples" / "page3.jpg"
LONG_SIDE_PX = 1500
"""Large enough that what survives its mutation is read to the end."""
SMALL_PX = 400
"""Large enough for every decoder, small enough for thousands of files."""
TELLING = (0, 1, 2, 3, 0x7F, 0x80, 0xFF, 0x7FFF, 0x8000, 0xFFFF, 0x10000, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF)
"""Numbers at which programs miscount."""
HEADER_BYTES = 700
WHOLE_COLOUR = cv2.IMWRITE_JPEG_SAMPLING_FACTOR_444

Mutation = Callable[[bytes, random.Random], bytes]


def whole_pictures(long_side_px: int) -> dict[str, bytes]:
    """One sound page in every kind of file we read."""
    with Image.open(SAMPLE) as image:
        image.thumbnail((long_side_px, long_side_px))
        page = image.convert("RGB")
    grey, small = page.convert("L"), page.resize((page.width // 3, page.height // 3))
    deep = Image.fromarray(np.asarray(grey, np.uint16) * 257)
    return {
        "jpeg": _saved(page, "JPEG", quality=70, exif=_turned()),
        "jpeg-progressive": _saved(page, "JPEG", quality=60, progressive=True, subsampling=0),
        "jpeg-grey": _saved(grey, "JPEG", quality=60),
        "jpeg-cmyk": _saved(small.convert("CMYK"), "JPEG"),
        "png": _saved(page.quantize(64), "PNG"),
        "png-alpha": _saved(small.convert("RGBA"), "PNG"),
        "png-deep": _saved(deep, "PNG"),
        "webp": _saved(page, "WEBP", quality=60),
        "webp-lossless": _saved(small, "WEBP", lossless=True),
        "heic": _saved(page, "HEIF", quality=50),
        "avif": _saved(small, "AVIF", quality=50),
        "pdf": _scan(_saved(page, "JPEG", quality=60), page.size),
    }


def mutants(count: int, seed: int, long_side_px: int) -> Iterator[tuple[str, bytes]]:
    """So many files with a name that says what was done to them; the same for the same seed."""
    dice = random.Random(seed)
    wholes = whole_pictures(long_side_px)
    for number in range(count):
        kind = dice.choice(sorted(wholes))
        name, data = f"{number:05d}-{kind}", wholes[kind]
        for _ in range(dice.choice((1, 1, 1, 2, 3))):
            mutation = dice.choice(MUTATIONS)
            name, data = f"{name}-{mutation.__name__.strip('_')}", mutation(data, dice)
        if dice.random() < 0.05:
            other = dice.choice(sorted(wholes))
            cut = dice.randrange(len(data) + 1)
            name, data = f"{name}-spliced-{other}", data[:cut] + wholes[other][dice.randrange(len(wholes[other])) :]
        yield name, data


def _flipped(data: bytes, dice: random.Random) -> bytes:
    changed = bytearray(data)
    for _ in range(dice.choice((1, 2, 5, 20, 200))):
        if changed:
            changed[dice.randrange(len(changed))] ^= 1 << dice.randrange(8)
    return bytes(changed)


def _header_flipped(data: bytes, dice: random.Random) -> bytes:
    end = min(len(data), HEADER_BYTES)
    return _flipped(data[:end], dice) + data[end:]


def _cut(data: bytes, dice: random.Random) -> bytes:
    return data[: dice.choice((dice.randrange(len(data) + 1), dice.randrange(min(len(data), HEADER_BYTES) + 1)))]


def _renumbered(data: bytes, dice: random.Random) -> bytes:
    """A number in the header becomes one at which programs miscount."""
    changed, width = bytearray(data), dice.choice((1, 2, 4))
    if len(changed) <= width:
        return data
    at = dice.randrange(min(len(changed), HEADER_BYTES + width) - width)
    value = dice.choice(TELLING) & (256**width - 1)
    changed[at : at + width] = value.to_bytes(width, dice.choice(("big", "little")))
    return bytes(changed)


def _repeated(data: bytes, dice: random.Random) -> bytes:
    at, length = dice.randrange(len(data) + 1), dice.choice((1, 4, 64, 5000))
    return data[:at] + data[at : at + length] * dice.choice((2, 10, 100)) + data[at + length :]


def _holed(data: bytes, dice: random.Random) -> bytes:
    at, length = dice.randrange(len(data) + 1), dice.choice((1, 16, 1000))
    return data[:at] + bytes(dice.choice((0, length))) + data[at + length :]


def _resized(data: bytes, dice: random.Random) -> bytes:
    """A false claim of the picture's size, in the place where its kind says it."""
    sides = [dice.choice((0, 1, 7, 4000, 16383, 20000, 65535, 0x7FFFFFFF, 0xFFFFFFFF)) for _ in range(2)]
    if data.startswith(b"\x89PNG"):
        header = data[12:16] + struct.pack(">II", *sides) + data[24:29]
        return data[:12] + header + struct.pack(">I", zlib.crc32(header)) + data[33:]
    if data.startswith(b"\xff\xd8"):
        starts = [at for mark in (b"\xff\xc0", b"\xff\xc1", b"\xff\xc2") if (at := data.find(mark)) >= 0]
        return _overwritten(data, min(starts) + 5, struct.pack(">HH", *(s & 0xFFFF for s in sides))) if starts else data
    if data[8:12] == b"WEBP":
        return _overwritten(
            data, 26 if data[12:16] == b"VP8 " else 21, struct.pack("<HH", *(s & 0xFFFF for s in sides))
        )
    if b"ispe" in data:
        return _overwritten(data, data.index(b"ispe") + 8, struct.pack(">II", *sides))
    return data.replace(b"/MediaBox", b"/MediaBax").replace(b"/Width ", f"/Width {sides[0] % 10**6}".encode())


def _overwritten(data: bytes, at: int, piece: bytes) -> bytes:
    return data[:at] + piece + data[at + len(piece) :]


MUTATIONS: tuple[Mutation, ...] = (_flipped, _header_flipped, _cut, _renumbered, _repeated, _holed, _resized)


def giants(*names: str) -> Iterator[tuple[str, bytes]]:
    """Small files that are lawful and unfold to as much as we let in, or to a little more; all, or those named."""
    for name in names or sorted(GIANTS):
        yield f"giant-{name}", GIANTS[name]()


def _giant_png(mode: str, **options: object) -> bytes:
    return _saved(Image.new(mode, _square("PNG")), "PNG", compress_level=1, **options)


def _giant_jpeg(*flags: int, times_as_high: int = 1) -> bytes:
    width, height = (round(side * share) for side, share in zip(_square("JPEG"), _shares(times_as_high), strict=True))
    plain = np.full((height, width, 3), 255, np.uint8)
    return cv2.imencode(".jpg", plain, [*flags, cv2.IMWRITE_JPEG_SAMPLING_FACTOR, WHOLE_COLOUR])[1].tobytes()


def _shares(times_as_high: int) -> tuple[float, float]:
    return times_as_high**-0.5, times_as_high**0.5


def _turned() -> Image.Exif:
    exif = Image.Exif()
    exif[0x0112] = 6
    return exif


def _square(kind: str) -> tuple[int, int]:
    """The largest square that a kind of file may declare."""
    side = int((MOST_MEGAPIXELS[kind] * 1e6) ** 0.5)
    return side, side


def _saved(image: Image.Image, kind: str, **options: object) -> bytes:
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def _scan(jpeg: bytes, size: tuple[int, int]) -> bytes:
    """A PDF of one page that holds one picture."""
    document = pdfium.PdfDocument.new()
    picture = pdfium.PdfImage.new(document)
    picture.load_jpeg(io.BytesIO(jpeg))
    picture.set_matrix(pdfium.PdfMatrix().scale(*size))
    page = document.new_page(*size)
    page.insert_obj(picture)
    page.gen_content()
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


GIANTS: dict[str, Callable[[], bytes]] = {
    **{f"png-{mode.replace(';', '')}": partial(_giant_png, mode) for mode in ("1", "L", "RGBA", "LA", "P", "I;16")},
    "png-turned": lambda: _giant_png("RGB", exif=_turned()),
    "png-beyond": lambda: _saved(Image.new("1", (30_000, 30_000)), "PNG"),
    "jpeg-baseline": _giant_jpeg,
    "jpeg-progressive": partial(_giant_jpeg, cv2.IMWRITE_JPEG_PROGRESSIVE, 1),
    "jpeg-strip": partial(_giant_jpeg, times_as_high=9),
    "webp": lambda: _saved(Image.new("RGB", _square("WEBP")), "WEBP", quality=10, method=0),
    "webp-alpha": lambda: _saved(Image.new("RGBA", _square("WEBP")), "WEBP", lossless=True, quality=0, method=0),
    "heic": lambda: _saved(Image.new("RGB", _square("HEIF")), "HEIF", quality=10),
    "avif-alpha": lambda: _saved(Image.new("RGBA", _square("AVIF")), "AVIF", quality=10, speed=10),
    "pdf": lambda: _scan(_giant_jpeg(), (595, 842)),
    "pdf-strip": lambda: _scan(_saved(Image.new("RGB", (50, 50)), "JPEG"), (14_400, 1)),
    "line": lambda: _saved(Image.new("L", (1, 60_000)), "PNG"),
}
