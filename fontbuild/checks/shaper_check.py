"""Checks that letters are shaped and vary, in old shapers too: ``python -m fontbuild.checks.shaper_check FONT``.

Uses the HarfBuzz that Python finds first; the release check runs it with an old one on PYTHONPATH.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

import uharfbuzz as hb

from fontbuild.checks.shaping import unshaped, unvaried


def main(arguments: Sequence[str]) -> int:
    """Prints what HarfBuzz makes of a font; 0 when all is well."""
    if len(arguments) != 1:
        print("usage: python -m fontbuild.checks.shaper_check FONT")
        return 2
    missing, alike = unshaped(Path(arguments[0])), unvaried(Path(arguments[0]))
    wrong = [f"no single glyph for {missing}"] if missing else []
    wrong += [f"no variation in {direction} lines: {chars}" for direction, chars in alike.items() if chars]
    print(f"HarfBuzz {hb.version_string()}: {'; '.join(wrong) or 'clean'}")
    return int(bool(wrong))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
