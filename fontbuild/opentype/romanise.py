"""Hangul in Latin letters, by the Revised Romanization of Korean (Ministry of Culture, 2000).

Sound changes are followed where two syllables meet (종로 Jongno, 신라 Silla, 글을 geureul), except aspiration
by ㅎ, which the rules themselves drop in nouns.
"""

from __future__ import annotations

from itertools import pairwise

from templates import hangul

_INITIALS = dict(
    zip(
        hangul.INITIALS,
        ("g", "kk", "n", "d", "tt", "r", "m", "b", "pp", "s", "ss", "", "j", "jj", "ch", *"ktph"),
        strict=True,
    )
)
_MEDIALS = (
    *("a", "ae", "ya", "yae", "eo", "e", "yeo", "ye", "o", "wa", "wae"),
    *("oe", "yo", "u", "wo", "we", "wi", "yu", "eu", "ui", "i"),
)
_FINALS: dict[str, str] = dict(zip(hangul.FINALS, ("", *"kkknnntlkmlllplmpptt", "ng", *"ttktpt"), strict=True))
_CARRIED: dict[str, tuple[str, str]] = {
    "ㄱ": ("", "g"), "ㄲ": ("", "kk"), "ㄳ": ("k", "s"), "ㄴ": ("", "n"), "ㄵ": ("n", "j"), "ㄶ": ("", "n"),
    "ㄷ": ("", "d"), "ㄹ": ("", "r"), "ㄺ": ("l", "g"), "ㄻ": ("l", "m"), "ㄼ": ("l", "b"), "ㄽ": ("l", "s"),
    "ㄾ": ("l", "t"), "ㄿ": ("l", "p"), "ㅀ": ("", "r"), "ㅁ": ("", "m"), "ㅂ": ("", "b"), "ㅄ": ("p", "s"),
    "ㅅ": ("", "s"), "ㅆ": ("", "ss"), "ㅇ": ("ng", ""), "ㅈ": ("", "j"), "ㅊ": ("", "ch"), "ㅋ": ("", "k"),
    "ㅌ": ("", "t"), "ㅍ": ("", "p"), "ㅎ": ("", ""),
}  # fmt: skip
"""What a final leaves behind and hands on when a vowel follows."""
_NASAL = {"k": "ng", "t": "n", "p": "m"}


def romanise(text: str) -> str:
    """The text with every Hangul syllable romanised; a word that had any begins with a capital."""
    return " ".join(_word(word) for word in text.split(" "))


def _word(word: str) -> str:
    if not any(map(hangul.is_syllable, word)):
        return word
    spelled = ""
    carried = None
    for char, following in pairwise([*word, ""]):
        if not hangul.is_syllable(char):
            spelled, carried = spelled + char, None
            continue
        jamo = hangul.decompose(char)
        onset = _INITIALS[hangul.INITIALS[jamo.initial]] if carried is None else carried
        coda, carried = _meet(hangul.FINALS[jamo.final], following)
        spelled += onset + _MEDIALS[jamo.medial] + coda
    return spelled[:1].upper() + spelled[1:]


def _meet(final: str, following: str) -> tuple[str, str | None]:
    """How a final sounds before the next character, and the onset it gives that one (None: its own)."""
    if not final:
        return "", None
    if not hangul.is_syllable(following):
        return _FINALS[final], None
    onset = hangul.INITIALS[hangul.decompose(following).initial]
    if onset == "ㅇ":
        return _CARRIED[final]
    coda = _FINALS[final]
    if onset in "ㄴㅁ" and coda in _NASAL:
        return _NASAL[coda], None
    if onset == "ㄹ":
        if coda in "ln":
            return "l", "l"
        return _NASAL.get(coda, coda), "n"
    if onset == "ㄴ" and coda == "l":
        return "l", "l"
    return coda, None
