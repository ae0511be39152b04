"""The weight of a hand's letters as traced: ink area, and the width along the strokes, thin against thick."""

from __future__ import annotations

from dataclasses import asdict, dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from trainer.evaluation.metrics import UPSAMPLING, cut

Pictures = NDArray[np.uint8]
Widths = NDArray[np.float64]

THIN, MIDDLE, THICK = 0.1, 0.5, 0.9


def widths_along(picture: Pictures) -> Widths:
    """Stroke width at every place of the skeleton of one (H, W) picture, in its pixels.

    Twice the distance from the skeleton (Zhang and Suen, 1984) to the paper. Distances count from pixel centre to
    pixel centre, and the outline runs half a pixel before; the skeleton lies a quarter beside the middle on average.
    """
    inked = np.pad(cut(picture), 1)
    distance = cv2.distanceTransform(inked, cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
    skeleton = cv2.ximgproc.thinning(inked * 255) > 0
    widths: Widths = (2 * distance[skeleton].astype(np.float64) - 0.5) / UPSAMPLING
    return widths


@dataclass(frozen=True)
class StrokeWeight:
    """Figures of one set of letters, px of 96.

    Attributes:
        ink: area a letter, px².
        width: mean along all strokes of all letters; thin, middle, thick: its 10th, 50th and 90th percentile.
    """

    ink: float
    width: float
    thin: float
    middle: float
    thick: float

    @classmethod
    def of(cls, pictures: Pictures) -> StrokeWeight:
        """Measures (N, 96, 96) uint8 pictures; all nan where there is no ink."""
        along = np.concatenate([np.zeros(0), *(widths_along(picture) for picture in pictures)])
        if not len(along):
            return cls(*[float("nan")] * 5)
        ink = float(np.mean([int(cut(picture).sum()) for picture in pictures])) / UPSAMPLING**2
        thin, middle, thick = (float(value) for value in np.quantile(along, (THIN, MIDDLE, THICK)))
        return cls(ink, float(along.mean()), thin, middle, thick)

    def to_dict(self) -> dict[str, float]:
        """Plain values for a report."""
        return asdict(self)
