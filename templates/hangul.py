"""Arithmetic of modern Hangul: syllables, their jamo and the layout those make.

Source: The Unicode Standard, chapter 3.12, "Conjoining Jamo Behavior".
"""

from __future__ import annotations

from enum import IntEnum
from functools import cache
from typing import NamedTuple

INITIALS = "ㄱㄲㄴㄷㄸㄹㅁㅂㅃㅅㅆㅇㅈㅉㅊㅋㅌㅍㅎ"
MEDIALS = "ㅏㅐㅑㅒㅓㅔㅕㅖㅗㅘㅙㅚㅛㅜㅝㅞㅟㅠㅡㅢㅣ"
FINALS = ("", *"ㄱㄲㄳㄴㄵㄶㄷㄹㄺㄻㄼㄽㄾㄿㅀㅁㅂㅄㅅㅆㅇㅈㅊㅋㅌㅍㅎ")

FIRST_SYLLABLE = 0xAC00
SYLLABLE_COUNT = len(INITIALS) * len(MEDIALS) * len(FINALS)

SYLLABLES = tuple(chr(FIRST_SYLLABLE + offset) for offset in range(SYLLABLE_COUNT))
"""All 11,172 modern syllables in code-point order."""

COMPATIBILITY_JAMO = tuple(chr(code) for code in range(0x3131, 0x3164))
"""The 51 jamo as they are written alone."""

ASCII_PRINTABLE = tuple(chr(code) for code in range(0x21, 0x7F))
"""The 94 printable ASCII characters, space left out."""


class MedialClass(IntEnum):
    """Where a vowel stands beside its initial."""

    VERTICAL = 0
    """To the right of the initial, as in 가."""
    HORIZONTAL = 1
    """Below the initial, as in 고."""
    MIXED = 2
    """Below and to the right, as in 과."""


class Jamo(NamedTuple):
    """Indices of a syllable's parts into INITIALS, MEDIALS and FINALS (final 0: none)."""

    initial: int
    medial: int
    final: int


_HORIZONTAL = frozenset("ㅗㅛㅜㅠㅡ")
_MIXED = frozenset("ㅘㅙㅚㅝㅞㅟㅢ")


def is_syllable(char: str) -> bool:
    """Returns whether ``char`` is one modern Hangul syllable."""
    return len(char) == 1 and 0 <= ord(char) - FIRST_SYLLABLE < SYLLABLE_COUNT


@cache
def decompose(char: str) -> Jamo:
    """Returns the jamo indices of a syllable.

    Raises:
        ValueError: ``char`` is not a modern Hangul syllable.
    """
    if not is_syllable(char):
        raise ValueError(f"{char!r} is not a modern Hangul syllable")
    rest, final = divmod(ord(char) - FIRST_SYLLABLE, len(FINALS))
    initial, medial = divmod(rest, len(MEDIALS))
    return Jamo(initial, medial, final)


def compose(initial: int, medial: int, final: int = 0) -> str:
    """Returns the syllable made of the given jamo indices."""
    return chr(FIRST_SYLLABLE + (initial * len(MEDIALS) + medial) * len(FINALS) + final)


def medial_class(medial: int) -> MedialClass:
    """Returns whether the vowel with this index stands beside the initial, below it, or both."""
    vowel = MEDIALS[medial]
    if vowel in _HORIZONTAL:
        return MedialClass.HORIZONTAL
    return MedialClass.MIXED if vowel in _MIXED else MedialClass.VERTICAL


def layout(char: str) -> int:
    """Returns one of the six layouts of a syllable: vowel class (0-2), plus 3 where a final stands below."""
    jamo = decompose(char)
    return int(medial_class(jamo.medial)) + (3 if jamo.final else 0)


@cache
def is_common(char: str) -> bool:
    """Returns whether the syllable is one of the 2,350 of KS X 1001."""
    try:
        return is_syllable(char) and len(char.encode("euc_kr")) == 2
    except UnicodeEncodeError:
        return False
