"""Errors that a person can mend: one sentence in Korean, one in English.

PersonError            anything a person can mend; the command ends with code 2, the web answers 4xx
└── each room derives its own, named after the bad data (collector.PhotoError, …)
"""

from __future__ import annotations


class PersonError(Exception):
    """An error that names the photo or cell and says what to do next, in Korean and English."""

    code = "error"
    """A short stable name for logs and APIs, such as ``photo.no_marker``."""

    def __init__(self, korean: str, english: str, *, code: str | None = None) -> None:
        super().__init__(english)
        self.korean = korean
        self.english = english
        if code is not None:
            self.code = code

    def __str__(self) -> str:
        return f"{self.korean}\n{self.english}"
