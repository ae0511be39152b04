"""Reads photographs of a filled sheet: its glyphs, cut out by cell, ink separated from paper."""

from collector.capture.cells import CellReading
from collector.capture.files import Picture, is_pdf, is_readable, open_pictures
from collector.capture.notices import Notice
from collector.capture.page import PageReading, read_file, read_page, read_picture
from collector.capture.photos import LEAST_SHARE_WRITTEN, MOST_SHARE_UNSEEN, Capture, CellVerdict, read_photos
from collector.capture.verdicts import Cause, Finding, Verdict

__all__ = [
    "LEAST_SHARE_WRITTEN",
    "MOST_SHARE_UNSEEN",
    "Capture",
    "Cause",
    "CellReading",
    "CellVerdict",
    "Finding",
    "Notice",
    "PageReading",
    "Picture",
    "Verdict",
    "is_pdf",
    "is_readable",
    "open_pictures",
    "read_file",
    "read_page",
    "read_photos",
    "read_picture",
]
