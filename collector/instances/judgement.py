"""What all photographs of one sheet say together: one judgement for the command line and the web."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from collector.errors import MixedSets, NoPhotos, PageCutOff, PageMissing, PhotoError, TooFewWritten
from collector.instances.choice import Chosen, Preference, choose, in_order
from collector.instances.notices import Notice, left_out, repeated, unusable
from collector.instances.readings import PhotoReading
from collector.instances.verdicts import Verdict
from templates.hangul import is_syllable
from templates.sheet import Page, Sheet, build_sheet

LEAST_SHARE_WRITTEN = 0.5
"""A font is made from at least this share of the set's Hangul cells; the rest is drawn."""
MOST_SHARE_UNSEEN = 0.1
"""Of a page's Hangul no more than this may be out of all its photographs."""
_NAMED_CELLS = 8


@dataclass(frozen=True)
class SheetJudgement:
    """A sheet as its photographs show it."""

    set_name: str | None
    """The set that most photographs belong to; None where there is none."""
    by_page: Mapping[int, tuple[PhotoReading, ...]]
    """The photographs of each page, the preferred one first."""
    chosen: Mapping[str, Chosen]
    """The instance of each character that counts, in the sheet's order; none of pages that no photograph shows."""
    problem: PhotoError | None
    """Why no font can be made of it."""
    notices: tuple[Notice, ...]
    """What the writer may want to know that stops nothing."""

    @property
    def pages(self) -> tuple[Page, ...]:
        """The pages of the sheet."""
        return build_sheet(self.set_name).pages if self.set_name else ()

    @cached_property
    def verdicts(self) -> dict[str, Verdict]:
        """What is said of every cell of the sheet; missing where its page was not photographed."""
        return {
            cell.char: self.chosen[cell.char].instance.verdict if cell.char in self.chosen else Verdict.MISSING
            for page in self.pages
            for cell in page.cells
        }

    @property
    def good(self) -> tuple[Chosen, ...]:
        """The instances that go into the font, in the sheet's order."""
        return tuple(each for each in self.chosen.values() if each.instance.is_good)

    @property
    def missing(self) -> tuple[Page, ...]:
        """The pages that no photograph shows."""
        return tuple(page for page in self.pages if page.index not in self.by_page)


def judge_sheet(readings: Sequence[PhotoReading], preference: Preference) -> SheetJudgement:
    """Takes the photographs of one sheet together; their order does not matter but by their numbers."""
    if not readings:
        return SheetJudgement(None, {}, {}, NoPhotos(), ())
    names = [reading.set_name for reading in readings]
    set_name = max(sorted(set(names)), key=names.count)
    strange = next((reading for reading in readings if reading.set_name != set_name), None)
    own = [reading for reading in readings if reading.set_name == set_name]
    sheet = build_sheet(set_name)
    by_page = _by_page(own, preference)
    found = choose(own, preference)
    chosen = {cell.char: found[cell.char] for page in sheet.pages for cell in page.cells if cell.char in found}
    if strange is not None:
        problem: PhotoError | None = MixedSets(strange.photo, strange.set_name, set_name)
    else:
        problem = _missing(sheet, by_page) or _cut_off(sheet, by_page, chosen) or _too_few(sheet, chosen)
    return SheetJudgement(set_name, by_page, chosen, problem, _notices(sheet, own, by_page, chosen, preference))


def _by_page(own: Sequence[PhotoReading], preference: Preference) -> dict[int, tuple[PhotoReading, ...]]:
    pages: dict[int, list[PhotoReading]] = defaultdict(list)
    for reading in own:
        pages[reading.page_index].append(reading)
    return {index: tuple(in_order(same, preference)) for index, same in pages.items()}


def _missing(sheet: Sheet, by_page: Mapping[int, Sequence[PhotoReading]]) -> PhotoError | None:
    absent = [page for page in sheet.pages if page.index not in by_page]
    hangul = [page.index + 1 for page in absent if any(is_syllable(cell.char) for cell in page.cells)]
    return PageMissing(hangul, len(sheet.pages)) if hangul else None


def _cut_off(
    sheet: Sheet, by_page: Mapping[int, Sequence[PhotoReading]], chosen: Mapping[str, Chosen]
) -> PhotoError | None:
    """Photographs that leave more than a row or so of a page's Hangul out."""
    for page in sheet.pages:
        hangul = [cell.char for cell in page.cells if is_syllable(cell.char)]
        unseen = [char for char in hangul if char in chosen and chosen[char].instance.verdict is Verdict.MISSING]
        if len(unseen) > MOST_SHARE_UNSEEN * len(hangul):
            return PageCutOff(by_page[page.index][0].photo, page.index + 1, unseen)
    return None


def _too_few(sheet: Sheet, chosen: Mapping[str, Chosen]) -> PhotoError | None:
    hangul = [cell.char for page in sheet.pages for cell in page.cells if is_syllable(cell.char)]
    unusable_chars = [char for char in hangul if char not in chosen or not chosen[char].instance.is_good]
    usable, needed = len(hangul) - len(unusable_chars), int(-(-len(hangul) * LEAST_SHARE_WRITTEN // 1))
    return TooFewWritten(usable, len(hangul), needed, unusable_chars[:_NAMED_CELLS]) if usable < needed else None


def _notices(
    sheet: Sheet,
    own: Sequence[PhotoReading],
    by_page: Mapping[int, Sequence[PhotoReading]],
    chosen: Mapping[str, Chosen],
    preference: Preference,
) -> tuple[Notice, ...]:
    count, is_newest = len(sheet.pages), preference is Preference.NEWEST
    several = [
        repeated(index, [reading.photo for reading in same], count, is_newest)
        for index, same in by_page.items()
        if len(same) > 1
    ]
    of_photos = [notice for reading in own for notice in reading.notices]
    absent = [left_out(page.index, count) for page in sheet.pages if page.index not in by_page]
    of_cells = unusable({char: each.instance.verdict for char, each in chosen.items()})
    return (*several, *of_photos, *absent, *of_cells)
