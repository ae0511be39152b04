"""Photographs of a filled sheet to its glyphs, placed in their cells, ink parted from paper."""

from collector.capture.cells import CellReading, Verdict
from collector.capture.page import PageReading, read_page
from collector.capture.photos import LEAST_SHARE_WRITTEN, Capture, CellVerdict, Notice, read_photos

__all__ = [
    "LEAST_SHARE_WRITTEN",
    "Capture",
    "CellReading",
    "CellVerdict",
    "Notice",
    "PageReading",
    "Verdict",
    "read_page",
    "read_photos",
]
