"""What the writer may want to know that stops nothing: of a photograph, of a page, of the cells."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from collector.capture.cells import CellReading
from collector.capture.page import PageReading
from collector.capture.verdicts import Verdict

_SOFT_BLUR_MM = 0.22
_PALE_CONTRAST = 0.3
_MANY_MISSING = 4
_LOOSE_MM = 0.3


@dataclass(frozen=True)
class Notice:
    """Something the writer may want to know that stops nothing, in Korean and English."""

    code: str
    korean: str
    english: str


def advice(reading: PageReading) -> list[Notice]:
    """What would make this photograph a better one, each with the number that says so."""
    name, seen = reading.photo, f"{reading.markers_seen}/{reading.markers_printed}"
    notices = []
    if reading.blur_mm > _SOFT_BLUR_MM:
        korean = f"‘{name}’ 사진이 흐립니다(번짐 {reading.blur_mm:.2f} mm). 초점을 맞추어 다시 찍으면 더 닮습니다."
        english = f"“{name}” is soft (blur {reading.blur_mm:.2f} mm): in focus the font would look more like you."
        notices.append(Notice("photo.soft", korean, english))
    if 0 < reading.contrast < _PALE_CONTRAST:
        korean = f"‘{name}’의 글씨가 옅습니다(진하기 {reading.contrast:.0%}). 더 진한 펜이면 더 닮습니다."
        english = f"The writing in “{name}” is pale ({reading.contrast:.0%} dark): a darker pen would serve better."
        notices.append(Notice("photo.pale", korean, english))
    if len(reading.markers_missing) >= _MANY_MISSING:
        ids = ", ".join(map(str, reading.markers_missing))
        korean = f"‘{name}’ 사진에서 검은 네모가 {seen}개만 보입니다(빠진 번호 {ids}). 가리지 않게 찍어 주세요."
        english = f"“{name}” shows {seen} of the black squares (without {ids}): leave them uncovered."
        notices.append(Notice("photo.covered", korean, english))
    if reading.where.residual_mm > _LOOSE_MM:
        loose = f"{reading.where.residual_mm:.2f} mm"
        korean = f"‘{name}’의 종이가 고르게 펴지지 않아 자리가 {loose}쯤 어긋납니다. 평평한 곳에 놓아 주세요."
        english = f"The page in “{name}” is uneven, its cells are off by about {loose}: lay it on something flat."
        notices.append(Notice("photo.uneven", korean, english))
    return notices


def left_out(page_index: int, page_count: int) -> Notice:
    """A page without Hangul that no photograph shows."""
    return Notice(
        "page.missing",
        f"{page_index + 1}쪽 사진이 없어, 그 쪽의 글자는 만들어 넣습니다.",
        f"Page {page_index + 1} of {page_count} was not photographed: its characters are made up.",
    )


def repeated(pages: Sequence[PageReading], page_count: int) -> Notice:
    """Several photographs of one page."""
    number, names = pages[0].page_index + 1, ", ".join(page.photo for page in pages)
    return Notice(
        "page.repeated",
        f"{number}쪽 사진이 {len(pages)}장입니다({names}). 글자마다 더 잘 나온 사진을 썼습니다.",
        f"Page {number} of {page_count} was photographed {len(pages)} times ({names}): "
        "each character is taken from the better photograph.",
    )


_WHY = {
    Verdict.BLANK: ("비어 있는 칸", "empty cells"),
    Verdict.CLIPPED: ("글자가 잘린 칸", "cells with cut-off characters"),
    Verdict.FAINT: ("글씨가 너무 옅은 칸", "cells too faint to use"),
    Verdict.SMUDGED: ("번지거나 흐린 칸", "smudged or unclear cells"),
    Verdict.MISSING: ("사진에 나오지 않은 칸", "cells out of the picture"),
}


def unusable(cells: Sequence[CellReading]) -> list[Notice]:
    """The cells that are made up although their page was photographed, by what is wrong with them."""
    notices = []
    for verdict, (korean, english) in _WHY.items():
        chars = [cell.char for cell in cells if cell.verdict is verdict]
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
