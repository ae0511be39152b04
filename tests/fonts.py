"""Debian's fonts that tests write with."""

from __future__ import annotations

from pathlib import Path

from templates.glyphs import GlyphSet
from tests.conftest import missing
from trainer.corpus import render_font

DEBIAN_FONTS = Path("/usr/share/fonts/truetype")


def debian_font(path: str) -> Path:
    """A font under Debian's folder; the test is skipped, by name, where it is not installed."""
    font = DEBIAN_FONTS / path
    if not font.exists():
        missing(f"{font} is not installed (make setup installs it)")
    return font


def written_with(path: str, chars: str) -> GlyphSet:
    """A sheet written with a Debian font."""
    return GlyphSet.of(path, render_font(debian_font(path), chars))
