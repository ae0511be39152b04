"""Whether letters come out and vary, in old shapers too: ``python -m fontbuild.checks.shaper_check FONT``.

Uses the HarfBuzz that Python finds first, so that the release check can run it with an old one on PYTHONPATH.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

import uharfbuzz as hb

from fontbuild.checks.shaping import stamped, unshaped


def main(arguments: Sequence[str]) -> int:
    """Print what HarfBuzz makes of a font; 0 when all is well."""
    if len(arguments) != 1:
        print("usage: python -m fontbuild.checks.shaper_check FONT")
        return 2
    missing, alike = unshaped(Path(arguments[0])), stamped(Path(arguments[0]))
    wrong = [f"no single glyph for {missing}"] if missing else []
    wrong += [f"stamped in {direction} lines: {chars}" for direction, chars in alike.items() if chars]
    print(f"HarfBuzz {hb.version_string()}: {'; '.join(wrong) or 'clean'}")
    return int(bool(wrong))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
