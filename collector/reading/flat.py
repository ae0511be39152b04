"""The flat page of a photograph, small: for people to look at, not to measure."""

from __future__ import annotations

import cv2
import numpy as np

from collector.capture.decode import Photo
from collector.capture.mapping import PageMap

_GRID_MM = 2.0
_SPARE = 1.25
"""The photograph is reduced before it is bent, but not below the picture's own resolution."""


def flat_page(photo: Photo, where: PageMap, page_mm: tuple[float, float], px_per_mm: float) -> Photo:
    """The page as if scanned.

    Args:
        photo: (H, W, 3) uint8.
        where: how the page lies in it.
        page_mm: width and height of the page.
        px_per_mm: resolution of the result.

    Returns:
        (height, width, 3) uint8.
    """
    width, height = (round(side * px_per_mm) for side in page_mm)
    step_px = round(_GRID_MM * px_per_mm)
    # Where resize puts the middles of the coarse pixels; one more on every side, cut off again below.
    xs, ys = ((np.arange(-1, -(-side // step_px) + 1) + 0.5) * step_px / px_per_mm for side in (width, height))
    coarse = where.to_photo(np.stack(np.meshgrid(xs, ys), axis=-1).reshape(-1, 2)).reshape(len(ys), len(xs), 2)
    across_px = float(np.median(np.linalg.norm(np.diff(coarse, axis=1), axis=-1)))
    share = min(1.0, _SPARE * step_px / across_px)
    small = cv2.resize(photo, None, fx=share, fy=share, interpolation=cv2.INTER_AREA) if share < 1 else photo
    # Middles of pixels lie on whole numbers.
    shares = np.array([small.shape[1] / photo.shape[1], small.shape[0] / photo.shape[0]])
    coarse = ((coarse + 0.5) * shares - 0.5).astype(np.float32)
    fine = cv2.resize(coarse, (len(xs) * step_px, len(ys) * step_px), interpolation=cv2.INTER_LINEAR)
    across, down = cv2.split(fine[step_px : step_px + height, step_px : step_px + width])
    return np.asarray(cv2.remap(small, across, down, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE), np.uint8)
