"""What was read in one photograph, as plain values: what a reader hands over, what the database keeps."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, replace
from enum import StrEnum

from collector.instances.notices import Notice
from collector.instances.verdicts import Finding, Verdict


class InstanceSource(StrEnum):
    """On what a character was written."""

    SHEET = "sheet"
    LETTER = "letter"
    SCREEN = "screen"


@dataclass(frozen=True)
class StoredInk:
    """The ink of one glyph and its place in its em square."""

    png: bytes | None
    """8 bit grey, 255 for ink; None where it was left in the database."""
    sha256: str
    """Of the picture and its place: two with the same hash are the same glyph."""
    em_px: float
    """Pixels in one em."""
    origin_px: tuple[float, float]
    """(x, y) of the em square's top left corner in the picture, y down."""
    baseline_em: float | None
    """Latin only: the baseline, in em down from the top of the em square."""


def hash_ink(png: bytes, em_px: float, origin_px: tuple[float, float], baseline_em: float | None) -> str:
    """SHA-256 of a glyph's picture and place, in hexadecimal."""
    place = json.dumps([em_px, *origin_px, baseline_em])
    return hashlib.sha256(place.encode() + b"\0" + png).hexdigest()


@dataclass(frozen=True)
class GlyphInstance:
    """One character as it was written once."""

    char: str
    verdict: Verdict
    finding: Finding | None = None
    """Why it is not good, with the number behind it; None where it is."""
    number: int = 0
    """Of several with this character in one photograph, from 0."""
    source: InstanceSource = InstanceSource.SHEET
    confidence: float = 1.0
    """How sure it is that this is that character, in [0, 1]: on a sheet the cell's place says so."""
    sharpness: float = 0.0
    """How steep the strokes' edges are: 1 where ink ends within a pixel, towards 0 where it fades away."""
    ink: StoredInk | None = None
    """Of a good one; a row from before there was ink has none."""
    id: int | None = None
    """Its row, where it came from the database."""

    @property
    def is_good(self) -> bool:
        """Whether it can be used."""
        return self.verdict is Verdict.GOOD


@dataclass(frozen=True)
class PhotoReading:
    """What was read in one photograph, or in one page of a PDF."""

    photo: str
    """What its writer calls it: the file's name, with ``#2`` for the second page of a PDF."""
    number: int
    """Its place among the photographs of the same hand: what came later has a higher one."""
    set_name: str
    page_index: int
    markers_seen: int
    markers_printed: int
    residual_mm: float
    """How far the markers are from where they should be."""
    blur_mm: float
    """Standard deviation of the blur at the markers' edges, on the page."""
    pen_em: float | None
    """The usual width of this pen; None where nothing good is written."""
    notices: tuple[Notice, ...]
    """What would make it a better photograph."""
    instances: tuple[GlyphInstance, ...]
    """One for each cell of the page, in the page's order."""


def renamed(reading: PhotoReading, generated: str, photo: str) -> PhotoReading:
    """The same reading, calling the photograph as its writer does; it was read under a generated name."""
    notices = tuple(
        Notice(said.code, said.korean.replace(generated, photo), said.english.replace(generated, photo))
        for said in reading.notices
    )
    return replace(reading, photo=reading.photo.replace(generated, photo), notices=notices)
