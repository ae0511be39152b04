"""Tracing, normalising, spacing, OpenType tables, font files, specimen and checks."""

from fontbuild.build import FontFiles, build_family, build_font
from fontbuild.checks.check import check_font
from fontbuild.info import FontInfo, License
from fontbuild.specimens.html_page import write_specimen_page
from fontbuild.specimens.sheet import write_specimen
from fontbuild.tracing.weights import Weight

__all__ = [
    "FontFiles",
    "FontInfo",
    "License",
    "Weight",
    "build_family",
    "build_font",
    "check_font",
    "write_specimen",
    "write_specimen_page",
]
