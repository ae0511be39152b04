"""Makes the files that the bench reads, with their truth: photographs, scans, screens, tablet exports, half pages."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from collector.simulator.conditions import LEVELS, Conditions, everyday, on_tablet, scanned
from collector.simulator.digital_pages import scans_pdf, tablet_pdf, tablet_png
from collector.simulator.font_writer import FontWriter
from collector.simulator.photo import Photograph, take_photo
from collector.simulator.written_page import WrittenPage, write_page
from templates.sheet import SET_NAMES, Page, Sheet, build_sheet

_SEED = 2026
_HALVES = ((0.0, 0.0, 1.0, 0.52), (0.0, 0.48, 1.0, 1.0))


@dataclass(frozen=True)
class Case:
    """One page of handwriting and the files that show it."""

    number: int
    level: str
    hand: str
    files: tuple[Path, ...]
    truths: tuple[Photograph, ...]
    """The truth of each page that is read, file after file."""

    @property
    def written(self) -> WrittenPage:
        """The page."""
        return self.truths[0].written

    @property
    def conditions(self) -> Conditions:
        """The conditions of the first photograph."""
        return self.truths[0].conditions


Maker = Callable[[Sheet, Page, FontWriter, np.random.Generator, Path], tuple[tuple[Path, ...], tuple[Photograph, ...]]]


def _photo(level: str) -> Maker:
    def make(
        sheet: Sheet, page: Page, hand: FontWriter, rng: np.random.Generator, stem: Path
    ) -> tuple[tuple[Path, ...], tuple[Photograph, ...]]:
        conditions = LEVELS[level](rng)
        photo = take_photo(write_page(sheet, page, hand, conditions, skip=frozenset()), conditions)
        return (photo.save(stem.with_suffix(".jpg")),), (photo,)

    return make


def _scan_in_pdf(
    sheet: Sheet, page: Page, hand: FontWriter, rng: np.random.Generator, stem: Path
) -> tuple[tuple[Path, ...], tuple[Photograph, ...]]:
    conditions = scanned(rng)
    photo = take_photo(write_page(sheet, page, hand, conditions, skip=frozenset()), conditions, width_px=3508)
    return (stem.with_suffix(".pdf"),), tuple(scans_pdf([photo], stem.with_suffix(".pdf")))


def _halves(
    sheet: Sheet, page: Page, hand: FontWriter, rng: np.random.Generator, stem: Path
) -> tuple[tuple[Path, ...], tuple[Photograph, ...]]:
    conditions = replace(everyday(rng), upright=False, covered_markers=0.0)
    written = write_page(sheet, page, hand, conditions, skip=frozenset())
    halves = [replace(everyday(rng), upright=False, part=part, fill=0.95, covered_markers=0.0) for part in _HALVES]
    turned = [replace(half, pen=conditions.pen, roll_deg=float(rng.normal(0, 5))) for half in halves]
    photos = tuple(take_photo(written, half) for half in turned)
    paths = [stem.with_name(f"{stem.name}-{k}.jpg") for k in range(len(photos))]
    return tuple(photo.save(path) for photo, path in zip(photos, paths, strict=True)), photos


def _tablet(
    sheet: Sheet, page: Page, hand: FontWriter, rng: np.random.Generator, stem: Path
) -> tuple[tuple[Path, ...], tuple[Photograph, ...]]:
    conditions = on_tablet(rng)
    written = write_page(sheet, page, hand, conditions, skip=frozenset())
    path = stem.with_suffix(".png")
    return (path,), (Photograph(b"", conditions, written, tablet_png(written, path), ()),)


def _vector(
    sheet: Sheet, page: Page, hand: FontWriter, rng: np.random.Generator, stem: Path
) -> tuple[tuple[Path, ...], tuple[Photograph, ...]]:
    conditions = on_tablet(rng)
    written = write_page(sheet, page, hand, conditions, skip=frozenset())
    path = stem.with_suffix(".pdf")
    return (path,), (Photograph(b"", conditions, written, tablet_pdf(written, conditions.pen, path), ()),)


MAKERS: dict[str, Maker] = {
    "everyday": _photo("everyday"),
    "hard": _photo("hard"),
    "scan": _photo("scan"),
    "pdf": _scan_in_pdf,
    "screen": _photo("screen"),
    "tablet": _tablet,
    "vector": _vector,
    "halves": _halves,
}
"""By level: flatbed scans, PDFs of them, photographed screens, tablets' pictures and PDFs, two halves of a page."""

GRID = (
    *("everyday", "hard", "everyday", "hard", "everyday", "hard", "everyday", "hard", "scan", "pdf"),
    *("everyday", "hard", "everyday", "hard", "everyday", "hard", "screen", "tablet", "vector", "halves"),
)
"""The levels of twenty pages in a row when all are measured: 35 % everyday, 35 % hard, 5 % of every other kind."""


def make_case(number: int, level: str | None, fonts: list[Path], hands: dict[Path, FontWriter], folder: Path) -> Case:
    """Makes the case of a number, always the same; numbers run over all sets, pages, hands and levels.

    Args:
        fonts: handwriting fonts to choose from.
        level: the kind of page; None takes the one of the number.
        hands: fonts already opened; new ones are added.
        folder: where the files are written.
    """
    places = [(sheet, page) for sheet in map(build_sheet, SET_NAMES) for page in sheet.pages]
    rng = np.random.default_rng((_SEED, number))
    # The grid's period and the number of pages have a common divisor: another step reaches every pair.
    sheet, page = places[(number + number // len(GRID)) % len(places)]
    font = fonts[int(rng.integers(len(fonts)))]
    if font not in hands:
        hands[font] = FontWriter(font)
    name = level or GRID[number % len(GRID)]
    files, truths = MAKERS[name](sheet, page, hands[font], rng, folder / f"{number:04d}")
    return Case(number, name, font.stem, files, truths)
