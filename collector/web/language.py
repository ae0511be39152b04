"""Korean or English, as the writer chose or the browser asks."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

from starlette.requests import Request

Language = Literal["ko", "en"]
LANGUAGE_COOKIE = "sonmat_language"
Say = Callable[[str, str], str]
"""Of a Korean and an English wording the one that is wanted."""


def choose_language(request: Request) -> Language:
    """The cookie's language, else the first of the browser's that we speak, else Korean."""
    chosen = request.cookies.get(LANGUAGE_COOKIE)
    if chosen == "ko" or chosen == "en":
        return "en" if chosen == "en" else "ko"
    for language in _wanted(request.headers.get("accept-language", "")):
        if language.startswith("ko"):
            return "ko"
        if language.startswith("en"):
            return "en"
    return "ko"


def _wanted(header: str) -> list[str]:
    """Languages of an Accept-Language header (RFC 9110, 12.5.4), the dearest first."""
    weighed = []
    for part in header.split(",")[:20]:
        name, _, weight = part.strip().partition(";q=")
        try:
            weighed.append((-float(weight or 1), name.lower()))
        except ValueError:
            continue
    return [name for _, name in sorted(weighed, key=lambda pair: pair[0])]


def say_in(language: Language) -> Say:
    """Picks the wording of a language."""
    return (lambda korean, english: english) if language == "en" else (lambda korean, english: korean)
