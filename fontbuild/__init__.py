"""Tracing, normalising, spacing, OpenType tables, font files, specimen and checks."""

from fontbuild.build import FontFiles, build_font
from fontbuild.check import check_font
from fontbuild.info import FontInfo, License
from fontbuild.specimen import write_specimen

__all__ = ["FontFiles", "FontInfo", "License", "build_font", "check_font", "write_specimen"]
