"""The types of a sheet: pages, markers, cells, and their JSON form. All lengths are millimetres.

The origin is the page's top left corner, y grows downwards.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

X_HEIGHT_RATIO = 0.30
"""Where the top of a Latin x lies, in cell heights from the cell's top."""
LABEL_GAP_MM = 0.5
LABEL_HEIGHT_MM = 2.4


@dataclass(frozen=True)
class Marker:
    """An ArUco marker, black border included: id, top left corner and edge in mm."""

    id: int
    x: float
    y: float
    size: float


@dataclass(frozen=True)
class Cell:
    """The writing area of one character in mm; the em square of its glyph."""

    char: str
    x: float
    y: float
    width: float
    height: float
    baseline: float | None
    """Latin only: the baseline in mm from the page's top."""

    @property
    def x_height(self) -> float | None:
        """Latin only: the line that small letters reach up to, in mm from the page's top."""
        return None if self.baseline is None else self.y + X_HEIGHT_RATIO * self.height

    @property
    def label_area_mm(self) -> tuple[float, float, float, float]:
        """x, y, width, height of the band above the cell that holds the printed label."""
        return self.x, self.y - LABEL_GAP_MM - LABEL_HEIGHT_MM, self.width, LABEL_HEIGHT_MM


@dataclass(frozen=True)
class Page:
    """One page: its number from 0, its markers and its cells in writing order."""

    index: int
    markers: tuple[Marker, ...]
    cells: tuple[Cell, ...]


@dataclass(frozen=True)
class Sheet:
    """All pages of one set."""

    set_name: str
    width_mm: float
    height_mm: float
    pages: tuple[Page, ...]

    def to_json(self) -> str:
        """Returns the text of ``sheet.json``."""
        document = {
            "set": self.set_name,
            "unit": "mm",
            "page": {"width": _number(self.width_mm), "height": _number(self.height_mm)},
            "pages": [
                {
                    "index": page.index,
                    "markers": [_fields(marker) for marker in page.markers],
                    "cells": [_fields(cell) for cell in page.cells],
                }
                for page in self.pages
            ],
        }
        return json.dumps(document, ensure_ascii=False, indent=1) + "\n"


def _fields(item: Marker | Cell) -> dict[str, Any]:
    return {name: _number(value) if isinstance(value, float) else value for name, value in vars(item).items()}


def _number(value: float) -> float | int:
    return int(value) if value.is_integer() else value
