"""What is said of a cell, why, with the number behind it, and what the writer can do about it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Verdict(StrEnum):
    """What can be said of a cell."""

    GOOD = "good"
    BLANK = "blank"
    CLIPPED = "clipped"
    FAINT = "faint"
    SMUDGED = "smudged"
    MISSING = "missing"


class Cause(StrEnum):
    """Why a cell is not good; its value is what the number behind it counts."""

    EMPTY = "ink_mm2"
    NOT_SHOWN = "shown_share"
    OUT_OF_REACH = "from_markers_mm"
    PHOTO_EDGE = "shown_part"
    PAST_RASTER = "past_cell_mm"
    PALE = "contrast"
    NOISY = "contrast_over_noise"
    BLURRED = "haze"
    SOFT = "sharpness"
    BLOT = "ink_share"
    FRAME = "frame_share"


@dataclass(frozen=True)
class Finding:
    """One cause with the number that was measured and the limit it broke."""

    cause: Cause
    value: float
    limit: float

    @property
    def verdict(self) -> Verdict:
        """What the cause makes of the cell."""
        return _SAID[self.cause][0]

    @property
    def korean(self) -> str:
        """The reason and what to do, for the writer."""
        return _SAID[self.cause][1].format(value=self.value, limit=self.limit)

    @property
    def english(self) -> str:
        """The reason and what to do, for the writer."""
        return _SAID[self.cause][2].format(value=self.value, limit=self.limit)


_SAID: dict[Cause, tuple[Verdict, str, str]] = {
    Cause.EMPTY: (
        Verdict.BLANK,
        "빈칸입니다(잉크 {value:.1f} mm², 적어도 {limit:.1f}). 글자를 써 주세요.",
        "Empty ({value:.1f} mm² of ink, at least {limit:.1f} needed): write the character.",
    ),
    Cause.NOT_SHOWN: (
        Verdict.MISSING,
        "사진에 이 칸이 나오지 않았습니다. 이 부분도 나오게 찍어 주세요.",
        "Out of the picture: photograph this part of the page as well.",
    ),
    Cause.OUT_OF_REACH: (
        Verdict.MISSING,
        "보이는 검은 네모에서 {value:.0f} mm나 떨어져 칸의 자리를 알 수 없습니다. 둘레의 네모가 더 나오게 찍어 주세요.",
        "{value:.0f} mm away from the black squares in view, so its place is unsure: "
        "get more of the squares round it into the picture.",
    ),
    Cause.PHOTO_EDGE: (
        Verdict.CLIPPED,
        "사진 가장자리에서 잘렸습니다(칸의 {value:.0%}만 보임). 종이 전체가 나오게 찍어 주세요.",
        "Cut off by the picture's edge ({value:.0%} of the cell in view): get the whole page into the picture.",
    ),
    Cause.PAST_RASTER: (
        Verdict.CLIPPED,
        "획이 칸 밖으로 {limit:.1f} mm 넘게 나갔습니다. 칸 안에 다시 써 주세요.",
        "A stroke leaves its cell by more than {limit:.1f} mm: write it again inside the cell.",
    ),
    Cause.PALE: (
        Verdict.FAINT,
        "글씨가 너무 옅습니다(진하기 {value:.0%}, 적어도 {limit:.0%}). 더 진한 펜으로 써 주세요.",
        "Too faint (it takes {value:.0%} of the light, at least {limit:.0%} needed): write with a darker pen.",
    ),
    Cause.NOISY: (
        Verdict.FAINT,
        "글씨가 종이의 얼룩에 묻힙니다(얼룩의 {value:.1f}배, 적어도 {limit:.1f}배). 더 밝은 곳에서 찍어 주세요.",
        "Lost in the picture's noise ({value:.1f} times as dark, at least {limit:.1f} needed): "
        "photograph in better light.",
    ),
    Cause.BLURRED: (
        Verdict.SMUDGED,
        "사진이 흐려 획이 뭉개졌습니다(흐림 {value:.1f}, {limit:.1f}까지). 초점을 맞추어 다시 찍어 주세요.",
        "Blur hides its strokes (haze {value:.1f}, at most {limit:.1f}): focus and take the photograph again.",
    ),
    Cause.SOFT: (
        Verdict.SMUDGED,
        "획의 가장자리가 번져 있습니다(또렷함 {value:.2f}, 적어도 {limit:.2f}). 다시 쓰거나 다시 찍어 주세요.",
        "Its edges are smeared (sharpness {value:.2f}, at least {limit:.2f} needed): write or photograph it again.",
    ),
    Cause.BLOT: (
        Verdict.SMUDGED,
        "칸의 {value:.0%}가 잉크로 덮였습니다({limit:.0%}까지). 다시 써 주세요.",
        "Ink covers {value:.0%} of the cell (at most {limit:.0%}): write it again.",
    ),
    Cause.FRAME: (
        Verdict.SMUDGED,
        "글씨와 인쇄된 칸의 테두리가 나뉘지 않습니다(테두리의 {value:.0%}, {limit:.0%}까지). "
        "더 밝은 곳에서 다시 찍거나 더 진한 펜으로 써 주세요.",
        "Its writing cannot be told from the printed frame ({value:.0%} of the frame, at most {limit:.0%}): "
        "photograph it in better light or write with a darker pen.",
    ),
}
