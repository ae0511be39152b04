"""Counts the characters of everyday text that fall out of a font: ``python -m fontbuild.checks.coverage FONT…``.

A character that a font lacks is shown in another font, in the middle of a line. The text ships with Sonmat: a chat, web
pages and documents, written for this count; no character set was chosen by it.
"""

from __future__ import annotations

import re
import sys
from collections import Counter
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

from fontTools.ttLib import TTFont


@dataclass(frozen=True)
class Coverage:
    """What of one kind of text a font has.

    Attributes:
        characters: all but white space.
        missing: characters that the font lacks, with how often they come, the most frequent first.
    """

    characters: int
    missing: Counter[str]

    @property
    def per_thousand(self) -> float:
        """Characters that fall out of the font, in a thousand."""
        return 1000 * self.missing.total() / self.characters


def everyday_text() -> dict[str, str]:
    """The text by kind: chat, web, documents."""
    text = (resources.files("fontbuild") / "data" / "everyday_text.txt").read_text(encoding="utf-8")
    kinds = re.split(r"^\[(\w+)\]\n", text, flags=re.MULTILINE)[1:]
    return dict(zip(kinds[::2], kinds[1::2], strict=True))


def coverage(font: Path) -> dict[str, Coverage]:
    """Counts for each kind of text what ``font`` lacks."""
    known = set(map(chr, TTFont(font, lazy=True).getBestCmap()))
    counted = {}
    for kind, text in everyday_text().items():
        characters = [char for char in text if not char.isspace()]
        counted[kind] = Coverage(len(characters), Counter(char for char in characters if char not in known))
    return counted


def main() -> None:
    """Prints a table for the fonts on the command line."""
    for name in sys.argv[1:]:
        for kind, found in coverage(Path(name)).items():
            missing = "".join(char for char, _ in found.missing.most_common(40))
            print(f"{Path(name).name}  {kind:10} {found.per_thousand:6.1f} per 1,000 of {found.characters}  {missing}")


if __name__ == "__main__":
    main()
