"""Makes the font's names in every form that menus, programs and file systems need."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from dataclasses import dataclass

from fontTools.ttLib import newTable
from fontTools.ttLib.tables._n_a_m_e import table__n_a_m_e

from fontbuild.errors import FontNameError
from fontbuild.info import LICENSE_TEXTS, FontInfo
from fontbuild.opentype.romanise import romanise

_ENGLISH, _KOREAN = 0x409, 0x412
_FAMILY_UNITS = 31
"""Windows' LOGFONT holds 31 UTF-16 units of a family name."""
_POSTSCRIPT_BASE = 19
"""With ``-Regular`` 27 characters: what old PostScript printers take."""
_FORBIDDEN = frozenset('/\\:*?"<>|%')
_DEVICE_NAMES = re.compile(r"(?i)(con|prn|aux|nul|com\d|lpt\d)(\..*)?")
_STYLE = "Regular"


@dataclass(frozen=True)
class Names:
    """One font's names, each safe where it is used."""

    korean: str
    english: str
    postscript: str
    file_stem: str
    """Without folder or suffix; letters of any script, safe on every file system."""


def make_names(info: FontInfo) -> Names:
    """Cleans the given names and derives the others.

    Raises:
        FontNameError: nothing usable is left of the Korean name.
    """
    korean = _clean(info.name_korean)
    if not any(char.isalnum() for char in korean):
        shown = _shown(info.name_korean)
        raise FontNameError(
            f"글꼴 이름 '{shown}'에는 쓸 수 있는 글자가 없습니다. 한글이나 영문 이름을 정하세요.",
            f"The font name '{shown}' has no usable letters. Choose a name in Hangul or Latin letters.",
        )
    english = _latin(_clean(info.name_english or "")) or _latin(romanise(korean)) or f"Sonmat {_digest(korean)}"
    short = _menu_length(korean)
    return Names(short, _menu_length(english), f"{_postscript(english)}-{_STYLE}", _file_stem(short))


def _clean(name: str) -> str:
    """Keeps letters, marks, digits and harmless punctuation; single spaces."""
    kept = [
        char if unicodedata.category(char)[0] in "LMNP" and char not in _FORBIDDEN else " "
        for char in unicodedata.normalize("NFC", name)
    ]
    return " ".join("".join(kept).split())


def _menu_length(name: str) -> str:
    return name.encode("utf-16-le")[: 2 * _FAMILY_UNITS].decode("utf-16-le", errors="ignore").strip()


def _latin(name: str) -> str:
    plain = unicodedata.normalize("NFKD", name).encode("ascii", errors="ignore").decode()
    joined = " ".join(plain.split())
    return joined if any(char.isalnum() for char in joined) else ""


def _postscript(english: str) -> str:
    letters = re.sub(r"[^A-Za-z0-9]", "", english)
    if len(letters) <= _POSTSCRIPT_BASE:
        return letters
    digest = _digest(english)
    return letters[: _POSTSCRIPT_BASE - len(digest)] + digest


def _file_stem(korean: str) -> str:
    stem = korean.strip(" .-~'") or f"font {_digest(korean)}"
    return f"{stem} font" if _DEVICE_NAMES.fullmatch(stem) else stem


def _digest(text: str) -> str:
    """Returns four characters that distinguish names that are equal after shortening."""
    return hashlib.sha256(text.encode()).hexdigest()[:4]


def _shown(name: str) -> str:
    return "".join(char for char in name if char.isprintable())[:40]


def name_table(info: FontInfo, names: Names) -> table__n_a_m_e:
    """Builds Windows records in English and Korean; no Macintosh records, which nothing reads any more."""
    text = LICENSE_TEXTS[info.license]
    designer = " ".join(info.designer.split())
    english = {
        0: f"Copyright by {designer or 'the writer of this hand'}",
        1: names.english,
        2: _STYLE,
        3: f"{info.version};{names.postscript}",
        4: f"{names.english} {_STYLE}",
        5: f"Version {info.version}",
        6: names.postscript,
        9: designer,
        13: text.english,
        14: text.url or "",
    }
    korean = {
        0: f"저작권자: {designer or '이 글씨를 쓴 사람'}",
        1: names.korean,
        2: _STYLE,
        4: f"{names.korean} {_STYLE}",
        9: designer,
        13: text.korean,
    }
    table = newTable("name")
    table.names = []
    for language, records in ((_ENGLISH, english), (_KOREAN, korean)):
        for identifier, value in records.items():
            if value:
                table.setName(value, identifier, 3, 1, language)
    return table
