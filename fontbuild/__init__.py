"""Tracing, normalising, spacing, OpenType tables, font files, specimen and checks."""

from fontbuild.build import FontFiles, build_family, build_font
from fontbuild.check import check_font
from fontbuild.info import FontInfo, License
from fontbuild.specimen import write_specimen
from fontbuild.specimen_page import write_specimen_page
from fontbuild.weights import Weight

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
