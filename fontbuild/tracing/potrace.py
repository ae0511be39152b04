"""Traces two-level pictures to cubic outlines by calling potrace; no other module knows the program.

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
from fontbuild.tracing.weights import Bitmap

CubicContour = NDArray[np.float64]
"""(n, 3, 2): n cubic segments, each two control points and its end, in pixels from the picture's bottom left, y up.
Closed: the first segment starts where the last one ends. A straight segment has its controls on its chord.
Ink lies to the left."""

_UNITS_PER_PX = 10
_COLOUR = b" g\n"
_PAGE, _MOVE, _LINE, _CURVE = b"pmlc"
_OPERATORS, _NUMBERS = b"pmlchf", b"0123456789-. \n"
_POINTS = np.zeros(256, np.int64)
"""Points that come with each operator."""
_POINTS[[_MOVE, _LINE, _CURVE]] = 1, 1, 3
_MERGE_PX = 0.4
"""How far a merged curve may lie from the traced polygon (potrace's opttolerance)."""


def trace(pictures: Sequence[Bitmap], speck_px: int) -> list[list[CubicContour]]:
    """Traces each picture; specks and pinholes of up to ``speck_px`` pixels are left out.

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
    outlines = _outlines(list(_pages(result.stdout)))
    if len(outlines) != len(pictures):
        raise RuntimeError(f"potrace returned {len(outlines)} outlines for {len(pictures)} pictures")
    return outlines


def _pbm(picture: Bitmap) -> bytes:
    height, width = picture.shape
    return b"P4\n%d %d\n" % (width, height) + np.packbits(picture, axis=1).tobytes()


def _pages(pdf: bytes) -> Iterator[bytes]:
    """Yields the path operators of each page: what follows the scale and the colour."""
    for part in pdf.split(b"\nstream\n")[1:]:
        page = part[: part.index(b"endstream")]
        yield page[page.index(_COLOUR) + len(_COLOUR) :]


def _outlines(pages: Sequence[bytes]) -> list[list[CubicContour]]:
    """Reads the path operators ``x y m``, ``x y l``, ``x1 y1 x2 y2 x3 y3 c`` and ``h`` of all pages at once."""
    stream = b"p".join([b"", *pages])
    operators = np.frombuffer(stream.translate(None, _NUMBERS), np.uint8)
    points = np.array(stream.translate(None, _OPERATORS).split(), float).reshape(-1, 2)
    counts = _POINTS[operators]
    firsts = np.cumsum(counts) - counts
    drawing = np.isin(operators, [_LINE, _CURVE])
    segments = _segments(points, firsts[drawing], operators[drawing] == _CURVE) / _UNITS_PER_PX
    opens = operators == _MOVE
    contour = np.cumsum(opens)[drawing] - 1
    page = np.cumsum(operators == _PAGE)[opens] - 1
    outlines: list[list[CubicContour]] = [[] for _ in pages]
    lengths = np.bincount(contour, minlength=len(page))
    for index, part in zip(page.tolist(), np.split(segments, np.cumsum(lengths))[:-1], strict=True):
        if len(part):
            outlines[index].append(part)
    return outlines


def _segments(points: NDArray[np.float64], firsts: NDArray[np.int64], is_curve: NDArray[np.bool_]) -> CubicContour:
    """Returns (n, 3, 2) cubic segments; every one starts at the point before its first one."""
    segments = np.empty((len(firsts), 3, 2))
    segments[is_curve] = points[firsts[is_curve, None] + np.arange(3)]
    start, end = points[firsts[~is_curve] - 1], points[firsts[~is_curve]]
    step = (end - start) / 3
    segments[~is_curve] = np.stack([start + step, end - step, end], axis=1)
    return segments
