"""What a project's photographs and letters say together: which pages are there, what of every cell, what to do next."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from collector.errors import PhotoError
from collector.instances import USUAL_PEN_EM, Finding, Preference, SheetJudgement, Verdict, judge_sheet
from collector.store import Letter, LetterMark, Upload
from templates.hangul import is_syllable
from templates.sheet import Page

REDRAWN = "redrawn"


@dataclass(frozen=True)
class SheetStatus:
    """All photographs of a project taken together, and the letters that its writer drew again."""

    judged: SheetJudgement
    redrawn: frozenset[str]
    pen_em: float

    @property
    def set_name(self) -> str | None:
        """The set that most photographs belong to; None before the first was read."""
        return self.judged.set_name

    @property
    def pages(self) -> tuple[Page, ...]:
        """The pages of the sheet."""
        return self.judged.pages

    @property
    def missing(self) -> tuple[Page, ...]:
        """The pages that no photograph shows."""
        return self.judged.missing

    @property
    def problem(self) -> PhotoError | None:
        """Why no font can be started yet."""
        return self.judged.problem

    @property
    def verdicts(self) -> dict[str, Verdict]:
        """What is said of every cell of the sheet."""
        return self.judged.verdicts

    @property
    def newest(self) -> dict[int, int]:
        """By page: the number of the newest photograph that was read."""
        return {index: readings[0].number for index, readings in self.judged.by_page.items()}

    @property
    def numbers(self) -> tuple[int, ...]:
        """The numbers of the photographs that belong to the sheet."""
        return tuple(sorted(each.number for readings in self.judged.by_page.values() for each in readings))

    @property
    def tally(self) -> dict[str, int]:
        """Hangul characters of the sheet, and how many of them are in the writer's own shape."""
        hangul = [(char, verdict) for char, verdict in self.verdicts.items() if is_syllable(char)]
        own = sum(verdict is Verdict.GOOD or char in self.redrawn for char, verdict in hangul)
        return {"hangul": len(hangul), "read": own}

    def flawed(self, page: Page) -> list[tuple[str, Verdict]]:
        """Characters of a page with what is wrong with them; empty Latin cells are no flaw."""
        verdicts = self.verdicts
        found = [(cell.char, verdicts[cell.char]) for cell in page.cells if cell.char not in self.redrawn]
        return [(char, verdict) for char, verdict in found if is_flaw(char, verdict)]

    def finding(self, char: str) -> Finding | None:
        """Why a character is not good, where that is known."""
        chosen = self.judged.chosen.get(char)
        return chosen.instance.finding if chosen else None

    def kinds(self, page: Page) -> list[str]:
        """The verdicts that a page has, as its picture shows them: for the legend."""
        verdicts = self.verdicts
        shown = {
            REDRAWN if cell.char in self.redrawn else verdicts[cell.char].value
            for cell in page.cells
            if is_syllable(cell.char) or verdicts[cell.char] is not Verdict.BLANK
        }
        return [kind for kind in (*(v.value for v in Verdict), REDRAWN) if kind in shown - {Verdict.MISSING.value}]


def is_flaw(char: str, verdict: Verdict) -> bool:
    """Whether a cell wants attention; an empty one of Latin does not."""
    return verdict is not Verdict.GOOD and (is_syllable(char) or verdict is not Verdict.BLANK)


def in_order(uploads: Sequence[Upload]) -> list[Upload]:
    """Photographs as they are best looked at: those that could not be read, then page by page, the newest first."""
    newest = sorted(uploads, key=lambda upload: -upload.number)
    return sorted(newest, key=lambda upload: -1 if upload.reading is None else upload.reading.page_index)


def sheet_status(uploads: Sequence[Upload], letters: Sequence[Letter | LetterMark]) -> SheetStatus:
    """The view of a project's uploads and letters: of a character that was photographed twice the newest counts."""
    judged = judge_sheet([upload.reading for upload in uploads if upload.reading is not None], Preference.NEWEST)
    pens = [each.pen_em for readings in judged.by_page.values() for each in readings if each.pen_em]
    redrawn = frozenset(letter.char for letter in letters if letter.is_drawn)
    return SheetStatus(judged, redrawn, median(pens) if pens else USUAL_PEN_EM)
