"""Reads photographs of a filled sheet: its glyphs, cut out by cell, ink separated from paper."""

from collector.capture.cells import CellReading
from collector.capture.files import Picture, is_pdf, is_readable, open_pictures
from collector.capture.page import PageReading, read_file, read_page, read_picture
from collector.capture.photos import read_photos, to_reading

__all__ = [
    "CellReading",
    "PageReading",
    "Picture",
    "is_pdf",
    "is_readable",
    "open_pictures",
    "read_file",
    "read_page",
    "read_photos",
    "read_picture",
    "to_reading",
]
