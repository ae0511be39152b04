"""Reads one photograph in a process of its own: what is hostile or huge in it harms nobody else."""

from __future__ import annotations

import resource
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from collector.capture import Finding, Notice, PageReading, Verdict, open_pictures, read_page
from collector.capture.decode import Photo, load_photo
from collector.capture.notices import advice
from collector.capture.rectify import rectify
from collector.capture.stroke import stroke_width
from collector.errors import DamagedImage
from templates.errors import PersonError
from templates.sheet import build_sheet

MEMORY_BYTES = 6 << 30
"""Address space of a reading process."""
JPEG_QUALITY = 95
PICTURE_PX_PER_MM = 4
PICTURE_QUALITY = 78


def prepare_process() -> None:
    """Limits a reading process: it shares the machine with the web."""
    cv2.setNumThreads(1)
    hard = resource.getrlimit(resource.RLIMIT_AS)[1]
    wanted = MEMORY_BYTES if hard == resource.RLIM_INFINITY else min(MEMORY_BYTES, hard)
    resource.setrlimit(resource.RLIMIT_AS, (wanted, hard))


def photo_path(folder: Path, number: int) -> Path:
    """Where a project keeps a photograph: a generated name, whatever the writer's device called it."""
    return folder / f"photo-{number}.jpg"


def picture_path(folder: Path, number: int) -> Path:
    """Where a project keeps the flat page of a photograph."""
    return folder / f"page-{number}.jpg"


def open_upload(source: Path, name: str) -> dict[str, Any]:
    """Re-encodes an uploaded file, so that only pixels of it are left: no EXIF, no place, no thumbnail, no script.

    Returns:
        ``pictures``: [name, path of a JPEG beside the file] each, or ``error`` with code, korean and english; plain
        JSON, because an error of ours does not survive the way between processes.
    """
    pictures: list[tuple[str, str]] = []
    try:
        for picture in open_pictures(source):
            path = source.with_suffix(f".{len(pictures) + 1}.jpg")
            _write_jpeg(path, picture.pixels, JPEG_QUALITY)
            pictures.append((picture.name.replace(source.name, name), str(path)))
        return {"pictures": pictures}
    except (PersonError, MemoryError, cv2.error) as error:
        for _, written in pictures:
            Path(written).unlink(missing_ok=True)
        return _refused(error, source.name, name)
    finally:
        source.unlink(missing_ok=True)


def read_kept(picture: Path, folder: Path, number: int, name: str) -> dict[str, Any]:
    """Keeps a re-encoded picture as photograph ``number``, reads it and pictures its page; ``reading`` or ``error``."""
    kept = photo_path(folder, number)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        picture.rename(kept)
        page = read_page(kept)
        _write_picture(picture_path(folder, number), kept, page)
        return {"reading": _as_json(page, kept.name, name)}
    except (PersonError, MemoryError, cv2.error) as error:
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


def _write_picture(path: Path, photo: Path, page: PageReading) -> None:
    sheet = build_sheet(page.set_name)
    flat, _ = rectify(load_photo(photo), page.where, (sheet.width_mm, sheet.height_mm))
    size = (round(sheet.width_mm * PICTURE_PX_PER_MM), round(sheet.height_mm * PICTURE_PX_PER_MM))
    _write_jpeg(path, np.asarray(cv2.resize(flat, size, interpolation=cv2.INTER_AREA), np.uint8), PICTURE_QUALITY)


def _as_json(page: PageReading, generated: str, name: str) -> dict[str, Any]:
    def told(said: Finding | Notice) -> list[str]:
        return [sentence.replace(generated, name) for sentence in (said.korean, said.english)]

    return {
        "set": page.set_name,
        "page": page.page_index,
        "markers_seen": page.markers_seen,
        "markers_printed": page.markers_printed,
        "residual_mm": round(page.where.residual_mm, 3),
        "blur_mm": round(page.blur_mm, 3),
        "pen_em": _pen_em(page),
        "cells": {cell.char: cell.verdict.value for cell in page.cells},
        "why": {cell.char: told(cell.finding) for cell in page.cells if cell.finding is not None},
        "advice": [told(notice) for notice in advice(page)],
    }


def _pen_em(page: PageReading) -> float | None:
    """The usual width of this pen in em, so that letters drawn with the finger get the same."""
    good = [cell.glyph for cell in page.cells if cell.verdict is Verdict.GOOD and cell.glyph is not None]
    widths = [stroke_width(glyph.ink >= 128) / glyph.em_px for glyph in good[::4]]
    return round(float(np.median(widths)), 4) if widths else None
