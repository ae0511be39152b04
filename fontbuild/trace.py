"""Two-level pictures become cubic outlines: the one place that knows potrace.

Method: Peter Selinger, "Potrace: a polygon-based tracing algorithm" (2003). The program is run as it is,
many pictures to a call: concatenated PBM goes in, an uncompressed PDF with a page for each picture comes out.
"""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from fontbuild.errors import TracerMissingError
from fontbuild.raster import Bitmap

CubicContour = NDArray[np.float64]
"""(n, 3, 2): n cubic segments, each two control points and its end, in pixels from the picture's bottom left, y up.
Closed: the first segment starts where the last one ends. A straight segment has its controls on its chord.
Ink lies to the left."""

_UNITS_PER_PX = 10
_MERGE_PX = 0.4
"""How far a merged curve may lie from the traced polygon (potrace's opttolerance)."""


def trace(pictures: Sequence[Bitmap], speck_px: int) -> list[list[CubicContour]]:
    """Outlines of each picture; specks and pinholes of up to ``speck_px`` pixels are left out.

    Raises:
        TracerMissingError: potrace is not installed.
    """
    program = shutil.which("potrace")
    if program is None:
        raise TracerMissingError(
            "외곽선을 그리는 프로그램 potrace가 없습니다. 'apt install potrace'로 설치한 뒤 다시 실행하세요.",
            "The tracing program potrace is missing. Install the package potrace ('apt install potrace'), then retry.",
        )
    options = ["-b", "pdf", "-c", "-t", str(speck_px), "-O", str(_MERGE_PX), "-u", str(_UNITS_PER_PX)]
    stream = b"".join(_pbm(picture) for picture in pictures)
    result = subprocess.run([program, *options, "-o", "-", "-"], input=stream, capture_output=True, check=False)
    if result.returncode != 0:
        raise RuntimeError(f"potrace stopped with code {result.returncode}: {result.stderr.decode(errors='replace')}")
    outlines = [list(_contours(page)) for page in _pages(result.stdout)]
    if len(outlines) != len(pictures):
        raise RuntimeError(f"potrace returned {len(outlines)} outlines for {len(pictures)} pictures")
    return outlines


def _pbm(picture: Bitmap) -> bytes:
    height, width = picture.shape
    return b"P4\n%d %d\n" % (width, height) + np.packbits(picture, axis=1).tobytes()


def _pages(pdf: bytes) -> Iterator[bytes]:
    for part in pdf.split(b"\nstream\n")[1:]:
        yield part[: part.index(b"endstream")]


def _contours(page: bytes) -> Iterator[CubicContour]:
    """Read the path operators ``x y m``, ``x y l``, ``x1 y1 x2 y2 x3 y3 c`` and ``h`` of one page."""
    here = (0.0, 0.0)
    segments: list[tuple[float, ...]] = []
    for line in page.split(b"\n"):
        operator = line[-1:]
        if operator == b"c":
            numbers = tuple(map(float, line[:-1].split()))
            segments.append(numbers)
            here = numbers[4], numbers[5]
        elif operator == b"l":
            x, y = map(float, line[:-1].split())
            segments.append(_straight(here, (x, y)))
            here = x, y
        elif operator == b"m" and not line.endswith(b"cm"):
            x, y = map(float, line[:-1].split())
            here = x, y
            segments = []
        elif operator == b"h" and segments:
            yield np.array(segments).reshape(-1, 3, 2) / _UNITS_PER_PX


def _straight(start: tuple[float, float], end: tuple[float, float]) -> tuple[float, ...]:
    step_x, step_y = (end[0] - start[0]) / 3, (end[1] - start[1]) / 3
    return (start[0] + step_x, start[1] + step_y, end[0] - step_x, end[1] - step_y, *end)
