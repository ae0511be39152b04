"""The characters a sheet asks for: a Hangul set chosen by coverage, and the printable ASCII."""

from __future__ import annotations

from functools import cache
from importlib import resources

SET_NAMES = ("256", "100", "28")
"""The sets by name, the fullest first; a name is also the number of Hangul syllables in the set."""

HANGUL_PER_PAGE = 128
"""Hangul on one page of a sheet at most."""


@cache
def hangul_set(name: str) -> tuple[str, ...]:
    """Returns the Hangul of a set in writing order, as ``python -m templates.coverage`` chose it.

    Raises:
        ValueError: there is no set of this name.
    """
    if name not in SET_NAMES:
        raise ValueError(f"no set {name!r}; there are {', '.join(SET_NAMES)}")
    text = data_file(name).read_text(encoding="utf-8")
    return tuple("".join(text.split()))


@cache
def frequent_syllables() -> tuple[str, ...]:
    """Returns the 300 most frequent syllables of Korean prose, roughly in order of frequency.

    They are four fifths of the project's own sample of everyday Korean.
    """
    text = (resources.files("templates") / "data" / "frequent.txt").read_text(encoding="utf-8")
    return tuple("".join(text.split()))


def data_file(name: str) -> resources.abc.Traversable:
    """Returns the file in the package that holds the Hangul of a set."""
    return resources.files("templates") / "data" / f"hangul_{name}.txt"
