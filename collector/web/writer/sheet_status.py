"""What a project's photographs say together: which pages are there, what of every cell, what to do next."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from collector.capture import LEAST_SHARE_WRITTEN, MOST_SHARE_UNSEEN, Verdict
from collector.errors import MixedSets, NoPhotos, PageCutOff, PageMissing, PhotoError, TooFewWritten
from collector.store import Letter, Upload
from collector.web.drawn_glyph import USUAL_PEN_EM
from templates.hangul import is_syllable
from templates.sheet import Page, build_sheet

GOOD, MISSING = Verdict.GOOD.value, Verdict.MISSING.value
_NAMED_CELLS = 8


@dataclass(frozen=True)
class SheetStatus:
    """All photographs of a project taken together; of a cell the newest good reading counts."""

    set_name: str | None
    """The set that most photographs belong to; None before the first was read."""
    verdicts: dict[str, str]
    newest: dict[int, Upload]
    """By page: the newest photograph that was read."""
    missing: tuple[Page, ...]
    redrawn: frozenset[str]
    pen_em: float
    problem: PhotoError | None
    """Why no font can be started yet."""

    @property
    def pages(self) -> tuple[Page, ...]:
        """The pages of the sheet."""
        return build_sheet(self.set_name).pages if self.set_name else ()

    @property
    def good(self) -> tuple[str, ...]:
        """Characters whose own shape goes into the font."""
        return tuple(char for char, verdict in self.verdicts.items() if verdict == GOOD or char in self.redrawn)

    @property
    def tally(self) -> dict[str, int]:
        """Hangul characters of the sheet, and how many of them are in the writer's own shape."""
        own, hangul = set(self.good), [char for char in self.verdicts if is_syllable(char)]
        return {"hangul": len(hangul), "read": sum(char in own for char in hangul)}

    def flawed(self, page: Page) -> list[tuple[str, str]]:
        """Characters of a page with what is wrong with them; empty Latin cells are no flaw."""
        found = [(cell.char, self.verdicts[cell.char]) for cell in page.cells]
        return [
            (char, verdict)
            for char, verdict in found
            if verdict != GOOD and char not in self.redrawn and (is_syllable(char) or verdict != "blank")
        ]

    def kinds(self, page: Page) -> list[str]:
        """The verdicts that a page has, as its picture shows them: for the legend."""
        shown = {
            "redrawn" if cell.char in self.redrawn else self.verdicts[cell.char]
            for cell in page.cells
            if is_syllable(cell.char) or self.verdicts[cell.char] != "blank"
        }
        return [kind for kind in (*(verdict.value for verdict in Verdict), "redrawn") if kind in shown - {MISSING}]


def in_order(uploads: Sequence[Upload]) -> list[Upload]:
    """Photographs as they are best looked at: those that could not be read, then page by page, the newest first."""
    newest = sorted(uploads, key=lambda upload: -upload.number)
    return sorted(newest, key=lambda upload: -1 if upload.reading is None else int(upload.reading["page"]))


def sheet_status(uploads: Sequence[Upload], letters: Sequence[Letter]) -> SheetStatus:
    """The view of a project's uploads and letters."""
    read = [upload for upload in uploads if upload.reading is not None]
    redrawn = frozenset(letter.char for letter in letters if letter.strokes)
    if not read:
        return SheetStatus(None, {}, {}, (), redrawn, USUAL_PEN_EM, NoPhotos())
    sets = [upload.reading["set"] for upload in read if upload.reading]
    set_name = max(sorted(set(sets)), key=sets.count)
    own = [upload for upload in read if upload.reading and upload.reading["set"] == set_name]
    newest = {upload.reading["page"]: upload for upload in own if upload.reading}
    pages = build_sheet(set_name).pages
    verdicts = {cell.char: _verdict(cell.char, page.index, own) for page in pages for cell in page.cells}
    missing = tuple(page for page in pages if page.index not in newest)
    pens = [upload.reading["pen_em"] for upload in own if upload.reading and upload.reading["pen_em"]]
    strange = next((upload for upload in read if upload not in own), None)
    problem = _problem(set_name, strange, missing, verdicts, len(pages)) or _cut_off(pages, newest, verdicts)
    return SheetStatus(set_name, verdicts, newest, missing, redrawn, median(pens) if pens else USUAL_PEN_EM, problem)


def _verdict(char: str, page_index: int, own: Sequence[Upload]) -> str:
    seen = [u.reading["cells"][char] for u in own if u.reading and u.reading["page"] == page_index]
    shown = [verdict for verdict in seen if verdict != MISSING]
    if not shown:
        return MISSING
    return GOOD if GOOD in shown else str(shown[-1])


def _problem(
    set_name: str, strange: Upload | None, missing: Sequence[Page], verdicts: dict[str, str], page_count: int
) -> PhotoError | None:
    """The sentence that the making of the font would end with."""
    if strange is not None and strange.reading is not None:
        return MixedSets(strange.name, strange.reading["set"], set_name)
    hangul_pages = [page.index + 1 for page in missing if any(is_syllable(cell.char) for cell in page.cells)]
    if hangul_pages:
        return PageMissing(hangul_pages, page_count)
    hangul = [char for char in verdicts if is_syllable(char)]
    usable = sum(verdicts[char] == GOOD for char in hangul)
    needed = int(-(-len(hangul) * LEAST_SHARE_WRITTEN // 1))
    if usable < needed:
        worst = [char for char in hangul if verdicts[char] != GOOD][:_NAMED_CELLS]
        return TooFewWritten(usable, len(hangul), needed, worst)
    return None


def _cut_off(pages: Sequence[Page], newest: dict[int, Upload], verdicts: dict[str, str]) -> PhotoError | None:
    """Photographs that leave more than a row or so of a page out."""
    for page in pages:
        hangul = [cell.char for cell in page.cells if is_syllable(cell.char)]
        unseen = [char for char in hangul if verdicts[char] == MISSING]
        if page.index in newest and len(unseen) > MOST_SHARE_UNSEEN * len(hangul):
            return PageCutOff(newest[page.index].name, page.index + 1, unseen)
    return None
