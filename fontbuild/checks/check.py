"""Checks every finished font before it is handed out (release_check.py is the long check before a release)."""

from __future__ import annotations

import subprocess
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import ots
from fontTools.ttLib import TTFont
from PIL import Image, ImageDraw, ImageFont

from fontbuild.checks.shaping import unshaped
from templates.signs import BLANK

_RENDER_PX = 32


def check_font(path: Path) -> dict[str, Any]:
    """Sanitises, shapes and renders a font file.

    Returns:
        ``passed`` (bool); ``sanitizer`` (OTS's messages, empty when clean); ``characters`` (count in the cmap);
        ``unshaped`` and ``invisible`` (characters that HarfBuzz gives .notdef, or that FreeType draws nothing for);
        ``glyphs`` and ``bytes``.
    """
    font = TTFont(path, lazy=True)
    characters = [chr(code) for code in sorted(font.getBestCmap())]
    inked = [char for char in characters if not char.isspace() and char not in BLANK]
    sanitizer = _sanitize(path)
    wrong = unshaped(path)
    invisible = _invisible(path, inked)
    return {
        "passed": not (sanitizer or wrong or invisible),
        "sanitizer": sanitizer,
        "characters": len(characters),
        "unshaped": wrong,
        "invisible": invisible,
        "glyphs": font["maxp"].numGlyphs,
        "bytes": path.stat().st_size,
    }


def _sanitize(path: Path) -> str:
    result: subprocess.CompletedProcess[bytes] = ots.sanitize(str(path), capture_output=True)
    complaint = result.stderr.decode(errors="replace").strip()
    return complaint or ("" if result.returncode == 0 else f"OTS rejects the font (code {result.returncode})")


def _invisible(path: Path, characters: Iterable[str]) -> str:
    """Returns the characters for which FreeType draws no ink."""
    font = ImageFont.truetype(str(path), _RENDER_PX, layout_engine=ImageFont.Layout.BASIC)
    picture = Image.new("L", (3 * _RENDER_PX, 3 * _RENDER_PX))
    pen = ImageDraw.Draw(picture)
    blank = []
    for char in characters:
        pen.rectangle((0, 0, *picture.size), fill=0)
        pen.text((_RENDER_PX, 2 * _RENDER_PX), char, font=font, fill=255, anchor="ls")
        if picture.getbbox() is None:
            blank.append(char)
    return "".join(blank)
