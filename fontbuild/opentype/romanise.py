"""Romanises Hangul by the Revised Romanization of Korean (Ministry of Culture, 2000).

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
_LIAISON: dict[str, tuple[str, str]] = {
    "ㄱ": ("", "g"), "ㄲ": ("", "kk"), "ㄳ": ("k", "s"), "ㄴ": ("", "n"), "ㄵ": ("n", "j"), "ㄶ": ("", "n"),
    "ㄷ": ("", "d"), "ㄹ": ("", "r"), "ㄺ": ("l", "g"), "ㄻ": ("l", "m"), "ㄼ": ("l", "b"), "ㄽ": ("l", "s"),
    "ㄾ": ("l", "t"), "ㄿ": ("l", "p"), "ㅀ": ("", "r"), "ㅁ": ("", "m"), "ㅂ": ("", "b"), "ㅄ": ("p", "s"),
    "ㅅ": ("", "s"), "ㅆ": ("", "ss"), "ㅇ": ("ng", ""), "ㅈ": ("", "j"), "ㅊ": ("", "ch"), "ㅋ": ("", "k"),
    "ㅌ": ("", "t"), "ㅍ": ("", "p"), "ㅎ": ("", ""),
}  # fmt: skip
"""Coda that stays and onset that is linked to the next syllable when a vowel follows a final."""
_NASAL = {"k": "ng", "t": "n", "p": "m"}


def romanise(text: str) -> str:
    """Romanises every Hangul syllable of the text; a word that has any begins with a capital."""
    return " ".join(_word(word) for word in text.split(" "))


def _word(word: str) -> str:
    if not any(map(hangul.is_syllable, word)):
        return word
    spelled = ""
    linked_onset = None
    for char, following in pairwise([*word, ""]):
        if not hangul.is_syllable(char):
            spelled, linked_onset = spelled + char, None
            continue
        jamo = hangul.decompose(char)
        onset = _INITIALS[hangul.INITIALS[jamo.initial]] if linked_onset is None else linked_onset
        coda, linked_onset = _join(hangul.FINALS[jamo.final], following)
        spelled += onset + _MEDIALS[jamo.medial] + coda
    return spelled[:1].upper() + spelled[1:]


def _join(final: str, following: str) -> tuple[str, str | None]:
    """Returns how a final sounds before the next character, and that one's onset where it changes (else None)."""
    if not final:
        return "", None
    if not hangul.is_syllable(following):
        return _FINALS[final], None
    onset = hangul.INITIALS[hangul.decompose(following).initial]
    if onset == "ㅇ":
        return _LIAISON[final]
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
