"""All photographs of one sheet to one set of written glyphs."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from collector.capture.cells import CellReading, Verdict
from collector.capture.page import PageReading, read_page
from collector.errors import MixedSets, NoPhotos, PageMissing, TooFewWritten
from templates.glyphs import GlyphSet
from templates.hangul import is_syllable
from templates.sheet import Sheet, build_sheet

LEAST_SHARE_WRITTEN = 0.5
"""A font is made from at least this share of the set's Hangul cells; the rest is drawn."""
_NAMED_CELLS = 8


@dataclass(frozen=True)
class Notice:
    """Something the writer may want to know that stops nothing, in Korean and English."""

    code: str
    korean: str
    english: str


@dataclass(frozen=True)
class CellVerdict:
    """What became of one cell of the sheet, from its best photograph; ``photo`` None where its page has none."""

    char: str
    page_index: int
    photo: str | None
    verdict: Verdict
    ink_share: float
    contrast: float
    sharpness: float


@dataclass(frozen=True)
class Capture:
    """A sheet as read from its photographs."""

    set_name: str
    glyphs: GlyphSet
    """The good cells' glyphs, in the sheet's order: em_px 168, a margin of 0.2 em round the cell."""
    pages: tuple[PageReading, ...]
    """One for each photograph, by page, the best first."""
    cells: tuple[CellVerdict, ...]
    """One for each cell of the sheet, in the sheet's order."""
    notices: tuple[Notice, ...]

    def chars(self, verdict: Verdict) -> tuple[str, ...]:
        """The characters whose cells were judged so."""
        return tuple(cell.char for cell in self.cells if cell.verdict is verdict)


def read_photos(
    photos: Sequence[Path],
    *,
    name: str = "hand",
    allow_missing: bool = False,
    progress: Callable[[float, str], None] | None = None,
) -> Capture:
    """Read the photographs of a filled sheet; their order does not matter.

    Of two photographs of one page the better one's cell is taken, cell by cell. A missing page of Latin is a
    notice; so are blank and unreadable cells, as long as half of the set's Hangul can be used.

    Args:
        photos: JPEG, PNG, WebP or HEIC files, any EXIF orientation.
        name: the name of the resulting set of glyphs.
        allow_missing: read on although a page with Hangul is missing.
        progress: told the share done and the file's name after every photograph.

    Raises:
        PhotoError: what is wrong, by name, and which photograph is meant.
    """
    if not photos:
        raise NoPhotos
    readings = []
    for count, path in enumerate(_without_copies(photos), start=1):
        readings.append(read_page(path))
        if progress is not None:
            progress(count / len(photos), path.name)
    sheet = _one_sheet(readings)
    by_page = _by_page(readings)
    notices = [_repeated(sheet, pages) for pages in by_page.values() if len(pages) > 1]
    notices += _missing(sheet, set(by_page), allow_missing)
    best = [_best(cell.char, by_page.get(page.index, []), page.index) for page in sheet.pages for cell in page.cells]
    _check_enough(best)
    notices += _unusable(best)
    glyphs = [reading.glyph for reading, _ in best if reading.verdict is Verdict.GOOD and reading.glyph is not None]
    ordered = tuple(reading for index in sorted(by_page) for reading in by_page[index])
    return Capture(
        sheet.set_name, GlyphSet.of(name, glyphs), ordered, tuple(_verdict(*pair) for pair in best), tuple(notices)
    )


def _without_copies(photos: Sequence[Path]) -> list[Path]:
    """The photographs without byte-for-byte copies, in an order that does not depend on how they were given."""
    by_content: dict[str, Path] = {}
    for path in sorted(photos, key=lambda path: (path.name, str(path))):
        content = hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else str(path)
        by_content.setdefault(content, path)
    return list(by_content.values())


def _one_sheet(readings: Sequence[PageReading]) -> Sheet:
    sets: dict[str, list[PageReading]] = defaultdict(list)
    for reading in readings:
        sets[reading.set_name].append(reading)
    most = max(sorted(sets), key=lambda set_name: len(sets[set_name]))
    for set_name, others in sets.items():
        if set_name != most:
            raise MixedSets(others[0].photo, set_name, most)
    return build_sheet(most)


def _by_page(readings: Sequence[PageReading]) -> dict[int, list[PageReading]]:
    """Readings by page, the best photograph of each first: most usable cells, then sharpest, then by name."""
    pages: dict[int, list[PageReading]] = defaultdict(list)
    for reading in readings:
        pages[reading.page_index].append(reading)
    for same in pages.values():
        same.sort(key=lambda r: (-sum(c.verdict is Verdict.GOOD for c in r.cells), r.blur_mm, r.photo))
    return pages


def _best(char: str, pages: Sequence[PageReading], page_index: int) -> tuple[CellReading, str | None]:
    """The cell in the best photograph that has it good, else in the best photograph, and that photograph."""
    found = [(cell, page.photo) for page in pages for cell in page.cells if cell.char == char]
    for cell, photo in found:
        if cell.verdict is Verdict.GOOD:
            return cell, photo
    return found[0] if found else (CellReading(char, page_index, Verdict.BLANK, 0.0, 0.0, 0.0, None), None)


def _verdict(cell: CellReading, photo: str | None) -> CellVerdict:
    return CellVerdict(cell.char, cell.page_index, photo, cell.verdict, cell.ink_share, cell.contrast, cell.sharpness)


def _repeated(sheet: Sheet, pages: Sequence[PageReading]) -> Notice:
    number, names = pages[0].page_index + 1, ", ".join(page.photo for page in pages)
    return Notice(
        "page.repeated",
        f"{number}쪽 사진이 {len(pages)}장입니다({names}). 글자마다 더 잘 나온 사진을 썼습니다.",
        f"Page {number} of {len(sheet.pages)} was photographed {len(pages)} times ({names}): "
        "each character is taken from the better photograph.",
    )


def _missing(sheet: Sheet, seen: set[int], allow_missing: bool) -> list[Notice]:
    missing = [page for page in sheet.pages if page.index not in seen]
    hangul = [page.index + 1 for page in missing if any(is_syllable(cell.char) for cell in page.cells)]
    if hangul and not allow_missing:
        raise PageMissing(hangul, len(sheet.pages))
    return [
        Notice(
            "page.missing",
            f"{page.index + 1}쪽 사진이 없어, 그 쪽의 글자는 만들어 넣습니다.",
            f"Page {page.index + 1} of {len(sheet.pages)} was not photographed: its characters are made up.",
        )
        for page in missing
    ]


def _check_enough(best: Sequence[tuple[CellReading, str | None]]) -> None:
    hangul = [cell for cell, _ in best if is_syllable(cell.char)]
    usable = [cell for cell in hangul if cell.verdict is Verdict.GOOD]
    needed = -(-len(hangul) * LEAST_SHARE_WRITTEN // 1)
    if len(usable) < needed:
        worst = [cell.char for cell in hangul if cell.verdict is not Verdict.GOOD][:_NAMED_CELLS]
        raise TooFewWritten(len(usable), len(hangul), int(needed), worst)


_WHY = {
    Verdict.BLANK: ("비어 있는 칸", "empty cells"),
    Verdict.CLIPPED: ("글자가 잘린 칸", "cells with cut-off characters"),
    Verdict.FAINT: ("글씨가 너무 옅은 칸", "cells too faint to use"),
    Verdict.SMUDGED: ("번지거나 흐린 칸", "smudged or unclear cells"),
}


def _unusable(best: Sequence[tuple[CellReading, str | None]]) -> list[Notice]:
    notices = []
    for verdict, (korean, english) in _WHY.items():
        chars = [cell.char for cell, photo in best if cell.verdict is verdict and photo is not None]
        if chars:
            listed = " ".join(chars)
            notices.append(
                Notice(
                    f"cells.{verdict}",
                    f"{korean} {len(chars)}개는 만들어 넣습니다: {listed}",
                    f"{len(chars)} {english}, made up instead: {listed}",
                )
            )
    return notices
