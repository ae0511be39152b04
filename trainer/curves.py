"""The losses of a run as one picture, a strip for each."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

WIDTH_PX, STRIP_PX, MARGIN_PX = 720, 120, 14
SMOOTH = 5
"""Rows of the curves that the dark line averages over."""


def draw_curves(table: Path, picture: Path) -> None:
    """``curves.csv`` to a PNG: each loss against the samples seen; a table of fewer than two rows draws nothing.

    The scale is that of the middle nine tenths of the values: the first ones would squeeze all others.
    """
    with table.open(newline="") as file:
        rows = list(csv.DictReader(file))
    if len(rows) < 2:
        return
    columns = {name: np.array([float(row[name]) for row in rows]) for name in rows[0]}
    samples = columns.pop("samples")
    columns.pop("seconds", None)
    image = Image.new("RGB", (WIDTH_PX, STRIP_PX * len(columns)), "white")
    pen = ImageDraw.Draw(image)
    for number, (name, values) in enumerate(columns.items()):
        _strip(pen, number * STRIP_PX, name, samples, values)
    image.save(picture)


def _strip(
    pen: ImageDraw.ImageDraw, top: int, name: str, samples: NDArray[np.float64], values: NDArray[np.float64]
) -> None:
    low, high = (float(edge) for edge in np.quantile(values, (0.05, 0.95)))
    across = (samples - samples[0]) / max(samples[-1] - samples[0], 1) * (WIDTH_PX - 2 * MARGIN_PX) + MARGIN_PX
    height = STRIP_PX - 3 * MARGIN_PX
    smooth = np.convolve(np.pad(values, SMOOTH // 2, mode="edge"), np.ones(SMOOTH) / SMOOTH, "valid")
    for line, colour in ((values, "#c8c8c8"), (smooth, "#1a4d8f")):
        share = np.clip((line - low) / max(high - low, 1e-9), -0.1, 1.1)
        down = top + 2 * MARGIN_PX + (1 - share) * height
        pen.line(list(zip(across.tolist(), down.tolist(), strict=True)), fill=colour, width=2)
    label = f"{name}   {values[-1]:.4f}   ({low:.4f} to {high:.4f}, {samples[0]:,.0f} to {samples[-1]:,.0f} samples)"
    pen.text((MARGIN_PX, top + 4), label, fill="black")
    pen.line([(0, top), (WIDTH_PX, top)], fill="#e0e0e0")
