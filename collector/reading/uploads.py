"""Reads one uploaded file in a process of its own: what is hostile or huge in it harms nobody else."""

from __future__ import annotations

import hashlib
import os
import resource
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import cv2

from collector.blobs import photo_path, picture_path
from collector.capture import PageReading, Picture, open_pictures, read_picture, to_reading
from collector.capture.decode import Photo, decode
from collector.errors import DamagedImage
from collector.instances import renamed
from collector.reading.flat import flat_page
from templates.errors import PersonError
from templates.sheet import build_sheet

MEMORY_BYTES = 5 << 28
"""Private memory (RLIMIT_DATA) of a reading process beside what its libraries took when they were loaded.

What every kind of file may declare is chosen to be read within 1 GiB (``tests/fuzz/reading.py`` measures that); the
rest is for what a process keeps of the files before.
"""
LONGEST_S = 60.0
"""Processor time of one file; whatever takes more has hung its decoder."""
JPEG_QUALITY = 95
PICTURE_PX_PER_MM = 4
PICTURE_QUALITY = 78
_STATM = Path("/proc/self/statm")
_STATM_DATA = 5


def prepare_process(memory_bytes: int = MEMORY_BYTES) -> None:
    """Limits a reading process, which shares the machine with the web, to so much memory beside what it has by now."""
    cv2.setNumThreads(1)
    hard = resource.getrlimit(resource.RLIMIT_DATA)[1]
    wanted = _private_bytes() + memory_bytes
    if hard != resource.RLIM_INFINITY:
        wanted = min(wanted, hard)
    resource.setrlimit(resource.RLIMIT_DATA, (wanted, hard))


def _private_bytes() -> int:
    """What counts against RLIMIT_DATA by now (proc(5)); libraries make room for each thread they might start."""
    if not _STATM.exists():
        return 0
    return int(_STATM.read_text().split()[_STATM_DATA]) * os.sysconf("SC_PAGE_SIZE")


@contextmanager
def in_time() -> Iterator[None]:
    """Gives one file's reading its share of processor time; what takes more ends the process."""
    # Nobody catches the timer's signal: it ends the process even in the midst of a decoder.
    signal.setitimer(signal.ITIMER_PROF, LONGEST_S)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)


@in_time()
def open_upload(source: Path, folder: Path, number: int, name: str) -> dict[str, Any]:
    """Opens an uploaded file and reads its first picture as photograph ``number`` of a project.

    Returns:
        ``first``: as from ``read_kept``, with the picture's ``name``; ``rest``: [name, path of a JPEG] for each further
        page of a PDF.
    """
    opened = _open(source, name)
    if "error" in opened:
        return {"first": {"name": name, **opened}, "rest": []}
    (shown, path), *rest = opened["pictures"]
    return {"first": {"name": shown, **_read(Path(path), folder, number, shown, opened["first"])}, "rest": rest}


@in_time()
def read_kept(picture: Path, folder: Path, number: int, name: str) -> dict[str, Any]:
    """Keeps a re-encoded picture as photograph ``number``, reads it and pictures its page.

    Returns:
        ``reading`` (a PhotoReading with its ink), ``sha256`` and ``size_bytes``, or ``error`` with code, korean and
        english, because an error of ours does not survive the way between processes.
    """
    return _read(picture, folder, number, name)


def _open(source: Path, name: str) -> dict[str, Any]:
    """Re-encodes a file, so that only pixels of it are left: no EXIF, no place, no thumbnail, no script.

    Returns:
        ``pictures``: [name, path of a JPEG] each, and the pixels of the ``first``; or ``error``.
    """
    pictures: list[tuple[str, str]] = []
    first: Photo | None = None
    try:
        for picture in open_pictures(source):
            first = picture.pixels if first is None else first
            path = source.with_suffix(f".{len(pictures) + 1}.jpg")
            _write_jpeg(path, picture.pixels, JPEG_QUALITY)
            pictures.append((picture.name.replace(source.name, name), str(path)))
        return {"pictures": pictures, "first": first}
    except (PersonError, MemoryError, cv2.error) as error:
        for _, written in pictures:
            Path(written).unlink(missing_ok=True)
        return _refused(error, source.name, name)
    finally:
        source.unlink(missing_ok=True)


def _read(picture: Path, folder: Path, number: int, name: str, pixels: Photo | None = None) -> dict[str, Any]:
    """As ``read_kept``; ``pixels`` are the picture's own where it was just opened."""
    kept = photo_path(folder, number)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        data = picture.read_bytes()
        picture.rename(kept)
        shown = Picture(kept.name, decode(data, kept.name) if pixels is None else pixels)
        page = read_picture(shown)
        _write_picture(picture_path(folder, number), shown.pixels, page)
        facts = {"sha256": hashlib.sha256(data).hexdigest(), "size_bytes": len(data)}
        return {"reading": renamed(to_reading(page, number), kept.name, name), **facts}
    except (PersonError, MemoryError, cv2.error, FileNotFoundError) as error:  # files: its writer has just deleted it
        kept.unlink(missing_ok=True)
        return _refused(error, kept.name, name)


def _refused(error: Exception, generated: str, name: str) -> dict[str, Any]:
    """An error as JSON, calling the file as its owner does."""
    said = error if isinstance(error, PersonError) else DamagedImage(generated)
    told = {"korean": said.korean.replace(generated, name), "english": said.english.replace(generated, name)}
    return {"error": {"code": said.code, **told}}


def _write_jpeg(path: Path, rgb: Photo, quality: int) -> None:
    done, data = cv2.imencode(".jpg", cv2.cvtColor(rgb, cv2.COLOR_RGB2BGR), [cv2.IMWRITE_JPEG_QUALITY, quality])
    if not done:
        raise DamagedImage(path.name)
    path.write_bytes(data.tobytes())


def _write_picture(path: Path, photo: Photo, page: PageReading) -> None:
    sheet = build_sheet(page.set_name)
    flat = flat_page(photo, page.where, (sheet.width_mm, sheet.height_mm), PICTURE_PX_PER_MM)
    _write_jpeg(path, flat, PICTURE_QUALITY)
