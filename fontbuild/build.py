"""From a set of glyph pictures to font files."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from fontTools.ttLib import TTFont

from fontbuild.check import check_font
from fontbuild.errors import BrokenFontError
from fontbuild.info import FontInfo
from fontbuild.names import make_names
from fontbuild.normalise import normalise
from fontbuild.outline import outline_glyphs
from fontbuild.punctuation import complete_punctuation
from fontbuild.spacing import space_out
from fontbuild.tables import build_tables
from templates import hangul
from templates.glyphs import GlyphSet

Progress = Callable[[float, str], None]
"""Told the share done (0 to 1) and what is being done."""


@dataclass(frozen=True)
class FontFiles:
    """The files made, and what was measured on the way."""

    ttf: Path
    woff2: Path
    report: dict[str, Any]


def build_font(glyphs: GlyphSet, info: FontInfo, out_dir: Path, *, progress: Progress | None = None) -> FontFiles:
    """Trace, place and space all glyphs and write ``<name>.ttf`` and ``<name>.woff2`` into ``out_dir``.

    Blank glyphs are left out (``report["blank"]``). The same glyphs and info give the same bytes.

    Raises:
        FontNameError, NoInkError, TracerMissingError: what the writer or operator can mend.
        BrokenFontError: the finished font failed a check; no file is left behind.
    """
    tell = progress or (lambda share, what: None)
    started = time.perf_counter()
    names = make_names(info)
    outlines = outline_glyphs(glyphs.shapes(), lambda share: tell(0.6 * share, "tracing"))
    tell(0.6, "spacing")
    placed, scales = normalise(outlines)
    spacing = space_out([*placed, *complete_punctuation(placed)])
    tell(0.65, "tables")
    font = build_tables(spacing, info, names)
    out_dir.mkdir(parents=True, exist_ok=True)
    ttf, woff2 = out_dir / f"{names.file_stem}.ttf", out_dir / f"{names.file_stem}.woff2"
    checks = _write(font, ttf, woff2, tell)
    inked = {outline.char for outline in outlines}
    syllables = [sum(len(c.points) for c in o.contours) for o in outlines if hangul.is_syllable(o.char)]
    report = {
        "name": {"korean": names.korean, "english": names.english, "postscript": names.postscript},
        "license": info.license.value,
        "blank": "".join(char for char in glyphs if char not in inked),
        "scale": {"hangul": scales.hangul, "latin": scales.latin, "rise": scales.rise},
        "space": spacing.space,
        "points_per_syllable": float(np.mean(syllables)) if syllables else 0.0,
        "bytes": {"ttf": ttf.stat().st_size, "woff2": woff2.stat().st_size},
        "checks": checks,
        "seconds": time.perf_counter() - started,
    }
    tell(1.0, "done")
    return FontFiles(ttf, woff2, report)


def _write(font: TTFont, ttf: Path, woff2: Path, tell: Progress) -> dict[str, Any]:
    """Write both files beside their final names, check, and only then move them there."""
    draft_ttf, draft_woff2 = ttf.with_suffix(".ttf.part"), woff2.with_suffix(".woff2.part")
    try:
        font.save(draft_ttf)
        tell(0.75, "checking")
        checks = check_font(draft_ttf)
        if not checks["passed"]:
            raise BrokenFontError(f"{ttf.name} failed its checks: {checks}")
        tell(0.8, "compressing")
        packed = TTFont(draft_ttf, recalcBBoxes=False, recalcTimestamp=False)
        packed.flavor = "woff2"
        packed.save(draft_woff2)
        draft_ttf.replace(ttf)
        draft_woff2.replace(woff2)
    finally:
        draft_ttf.unlink(missing_ok=True)
        draft_woff2.unlink(missing_ok=True)
    return checks
