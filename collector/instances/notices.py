"""What the writer may want to know that stops nothing: of a page, of the cells."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from collector.instances.verdicts import Verdict


@dataclass(frozen=True)
class Notice:
    """Something the writer may want to know that stops nothing, in Korean and English."""

    code: str
    korean: str
    english: str


def left_out(page_index: int, page_count: int) -> Notice:
    """A page without Hangul that no photograph shows."""
    return Notice(
        "page.missing",
        f"{page_index + 1}쪽 사진이 없어, 그 쪽의 글자는 만들어 넣습니다.",
        f"Page {page_index + 1} of {page_count} was not photographed: its characters are made up.",
    )


def repeated(page_index: int, photos: Sequence[str], page_count: int, is_newest: bool) -> Notice:
    """Several photographs of one page, by their names; of two good characters the newest counts, or the better one."""
    number, names = page_index + 1, ", ".join(photos)
    korean, english = ("더 새로운", "newer") if is_newest else ("더 잘 나온", "better")
    return Notice(
        "page.repeated",
        f"{number}쪽 사진이 {len(photos)}장입니다({names}). 글자마다 {korean} 사진을 썼습니다.",
        f"Page {number} of {page_count} was photographed {len(photos)} times ({names}): "
        f"each character is taken from the {english} photograph.",
    )


_WHY = {
    Verdict.BLANK: ("비어 있는 칸", "empty cells"),
    Verdict.CLIPPED: ("글자가 잘린 칸", "cells with cut-off characters"),
    Verdict.FAINT: ("글씨가 너무 옅은 칸", "cells too faint to use"),
    Verdict.SMUDGED: ("번지거나 흐린 칸", "smudged or unclear cells"),
    Verdict.MISSING: ("사진에 나오지 않은 칸", "cells out of the picture"),
}


def unusable(verdicts: Mapping[str, Verdict]) -> list[Notice]:
    """The cells that are made up although their page was photographed, by what is wrong with them."""
    notices = []
    for verdict, (korean, english) in _WHY.items():
        chars = [char for char, said in verdicts.items() if said is verdict]
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
