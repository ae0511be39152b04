"""All photographs of one sheet to one set of written glyphs."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from collector.capture.cells import CellReading
from collector.capture.notices import Notice, advice, left_out, repeated, unusable
from collector.capture.page import PageReading, read_file
from collector.capture.verdicts import Finding, Verdict
from collector.errors import MixedSets, NoPhotos, PageCutOff, PageMissing, TooFewWritten
from templates.glyphs import GlyphSet
from templates.hangul import is_syllable
from templates.progress import ProgressCallback
from templates.sheet import Sheet, build_sheet

LEAST_SHARE_WRITTEN = 0.5
"""A font is made from at least this share of the set's Hangul cells; the rest is drawn."""
_NAMED_CELLS = 8
MOST_SHARE_UNSEEN = 0.1
"""Of a page's Hangul no more than this may be out of all its photographs."""
_RANK = (Verdict.MISSING, Verdict.BLANK, Verdict.CLIPPED, Verdict.FAINT, Verdict.SMUDGED, Verdict.GOOD)
"""Of two readings of a cell the later one here is taken."""


@dataclass(frozen=True)
class CellVerdict:
    """What became of one cell of the sheet, from its best photograph; ``photo`` None where its page has none."""

    char: str
    page_index: int
    photo: str | None
    verdict: Verdict
    finding: Finding | None
    """Why it is not good: the number, its limit, and a sentence on what to do; None where it is."""
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
    """One for each photograph or page of a PDF, by page of the sheet, the best first."""
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
    progress: ProgressCallback | None = None,
) -> Capture:
    """Read the photographs of a filled sheet; their order does not matter.

    Of several photographs of one page, whole or in part, the best one's cell is taken, cell by cell. A missing page
    of Latin is a notice; so are blank and unreadable cells, as long as half of the set's Hangul can be used.

    Args:
        photos: JPEG, PNG, WebP or HEIC files, any EXIF orientation, and PDFs of scans or from a tablet.
        name: the name of the resulting set of glyphs.
        allow_missing: read on although a page with Hangul, or a part of one, is missing.
        progress: told the share done and the file's name after every photograph.

    Raises:
        PhotoError: what is wrong, by name, and which photograph is meant.
    """
    if not photos:
        raise NoPhotos
    readings: list[PageReading] = []
    for count, path in enumerate(_without_copies(photos), start=1):
        readings += read_file(path)
        if progress is not None:
            progress(count / len(photos), path.name)
    sheet = _one_sheet(readings)
    by_page = _by_page(readings)
    notices = [repeated(pages, len(sheet.pages)) for pages in by_page.values() if len(pages) > 1]
    notices += [notice for reading in readings for notice in advice(reading)]
    notices += _missing(sheet, set(by_page), allow_missing)
    best = [_best(cell.char, by_page.get(page.index, []), page.index) for page in sheet.pages for cell in page.cells]
    if not allow_missing:
        _check_whole(sheet, best, by_page)
    _check_enough(best)
    notices += unusable([cell for cell, photo in best if photo is not None])
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


def best_reading(char: str, readings: Sequence[PageReading]) -> tuple[CellReading, int]:
    """Of several photographs of its page the one that shows a cell best: good rather than not, then sharp.

    Returns:
        The cell's reading and which photograph it is from.
    """
    found = [(cell, k) for k, page in enumerate(readings) for cell in page.cells if cell.char == char]
    return max(found, key=lambda pair: (_RANK.index(pair[0].verdict), pair[0].sharpness))


def _best(char: str, pages: Sequence[PageReading], page_index: int) -> tuple[CellReading, str | None]:
    """The cell in the photograph that shows it best, and that photograph."""
    if not pages:
        return CellReading(char, page_index, Verdict.BLANK, None, 0.0, 0.0, 0.0, 0.0, None, None), None
    cell, index = best_reading(char, pages)
    return cell, pages[index].photo


def _verdict(cell: CellReading, photo: str | None) -> CellVerdict:
    return CellVerdict(
        cell.char,
        cell.page_index,
        photo,
        cell.verdict,
        cell.finding,
        cell.ink_share,
        cell.contrast,
        cell.sharpness,
    )


def _check_whole(
    sheet: Sheet, best: Sequence[tuple[CellReading, str | None]], by_page: Mapping[int, Sequence[PageReading]]
) -> None:
    """Refuse photographs that leave more than a row or so of a page's Hangul out."""
    for page in sheet.pages:
        hangul = [cell for cell, _ in best if cell.page_index == page.index and is_syllable(cell.char)]
        unseen = [cell.char for cell in hangul if cell.verdict is Verdict.MISSING]
        if len(unseen) > MOST_SHARE_UNSEEN * len(hangul):
            raise PageCutOff(by_page[page.index][0].photo, page.index + 1, unseen)


def _missing(sheet: Sheet, seen: set[int], allow_missing: bool) -> list[Notice]:
    missing = [page for page in sheet.pages if page.index not in seen]
    hangul = [page.index + 1 for page in missing if any(is_syllable(cell.char) for cell in page.cells)]
    if hangul and not allow_missing:
        raise PageMissing(hangul, len(sheet.pages))
    return [left_out(page.index, len(sheet.pages)) for page in missing]


def _check_enough(best: Sequence[tuple[CellReading, str | None]]) -> None:
    hangul = [cell for cell, _ in best if is_syllable(cell.char)]
    usable = [cell for cell in hangul if cell.verdict is Verdict.GOOD]
    needed = -(-len(hangul) * LEAST_SHARE_WRITTEN // 1)
    if len(usable) < needed:
        worst = [cell.char for cell in hangul if cell.verdict is not Verdict.GOOD][:_NAMED_CELLS]
        raise TooFewWritten(len(usable), len(hangul), int(needed), worst)
