"""Names that people give, as they may be shown and written into fonts."""

from __future__ import annotations

import unicodedata


def visible_text(text: str) -> str:
    """The text without what nobody sees and what turns the text around it, with single spaces.

    Control signs, direction marks and other format signs, surrogates, private and unassigned characters and line
    separators go (general categories C, Zl and Zp of Unicode, Standard Annex 44).
    """
    shown = ("" if _is_invisible(char) else char for char in " ".join(text.split()))
    return " ".join("".join(shown).split())


def _is_invisible(char: str) -> bool:
    category = unicodedata.category(char)
    return category[0] == "C" or category in ("Zl", "Zp")
