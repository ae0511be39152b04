"""Saves and loads glyph sets: one compressed ``.npz`` a set, loaded exactly as it was saved.

All rasters lie in one array of bytes one after the other, with a table of their shapes; nothing is pickled.
Alternates follow the glyphs; an older archive has none.
"""

from __future__ import annotations

import json
import math
import os
import zlib
from collections.abc import Iterator, Mapping
from itertools import chain
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from templates.errors import PersonError
from templates.glyphs import GlyphImage, GlyphSet, Source

FORMAT = 1
_SOURCES = tuple(Source)


class ArchiveError(PersonError):
    """The file is no archive of glyphs, or is damaged."""

    code = "archive.unreadable"


def save_glyphs(path: Path, glyphs: GlyphSet) -> None:
    """Writes a glyph set atomically; the folder of ``path`` must exist.

    Raises:
        OSError: the file cannot be written.
    """
    images = [*glyphs.values(), *chain.from_iterable(glyphs.alternates.values())]
    head = json.dumps({"format": FORMAT, "name": glyphs.name, "first": len(glyphs)}, ensure_ascii=False)
    baselines = [np.nan if image.baseline_em is None else image.baseline_em for image in images]
    partial = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with partial.open("wb") as file:
            np.savez_compressed(
                file,
                head=np.frombuffer(head.encode(), np.uint8),
                char=np.array([ord(image.char) for image in images], np.uint32),
                shape=np.array([image.ink.shape for image in images], np.int64).reshape(-1, 2),
                em_px=np.array([image.em_px for image in images], np.float64),
                origin_px=np.array([image.origin_px for image in images], np.float64).reshape(-1, 2),
                baseline_em=np.array(baselines, np.float64),
                source=np.array([_SOURCES.index(image.source) for image in images], np.uint8),
                ink=np.concatenate([np.zeros(0, np.uint8), *(image.ink.ravel() for image in images)]),
            )
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)


def load_glyphs(path: Path) -> GlyphSet:
    """Loads a glyph set written by :func:`save_glyphs`, in the same order.

    Raises:
        ArchiveError: the file is not one of ours, or is damaged.
        OSError: the file cannot be read.
    """
    try:
        with np.load(path, allow_pickle=False) as arrays:
            head = json.loads(arrays["head"].tobytes())
            if head["format"] != FORMAT:
                raise ValueError(f"format {head['format']}")
            images = list(_images(arrays))
            first = head.get("first", len(images))
            return GlyphSet.of(head["name"], images[:first], images[first:])
    except (ValueError, KeyError, TypeError, IndexError, AttributeError, EOFError, zlib.error, BadZipFile) as error:
        raise ArchiveError(
            f"{path.name}은(는) 글자 묶음 파일이 아니거나 손상되었습니다. 사진을 다시 읽어 새로 만드세요.",
            f"{path.name} is not an archive of glyphs, or is damaged. Read the photographs again to make a new one.",
        ) from error


def _images(arrays: Mapping[str, NDArray[Any]]) -> Iterator[GlyphImage]:
    names = ("char", "shape", "em_px", "origin_px", "baseline_em", "source")
    ink = arrays["ink"]
    start = 0
    for char, (height, width), em_px, (x, y), baseline, source in zip(
        *(arrays[name].tolist() for name in names), strict=True
    ):
        end = start + height * width
        yield GlyphImage(
            char=chr(char),
            ink=ink[start:end].reshape(height, width),
            em_px=em_px,
            origin_px=(x, y),
            baseline_em=None if math.isnan(baseline) else baseline,
            source=_SOURCES[source],
        )
        start = end
