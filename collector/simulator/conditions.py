"""What a simulated photograph is taken under, and samplers for ordinary and for hard days."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from collector.simulator.pens import Pen

SENSOR_PX = (4000, 3000)
"""Width and height of a 12 MP telephone photograph held level; upright ones swap the two."""


@dataclass(frozen=True)
class Conditions:
    """Everything that decides a simulated photograph beside the page and the hand. Lengths of blur at 12 MP."""

    pen: Pen = Pen.BALLPOINT
    pen_strength: float = 0.9
    """Opacity of the ink, 0 to 1."""
    grey_print: bool = False
    upright: bool = True
    """A tall photograph rather than a wide one."""
    exif_orientation: int = 1
    """How the pixels are stored (1, 3, 6 or 8); the picture that a viewer shows is the same."""
    fill: float = 0.92
    """Share of the frame that the page's outline reaches across."""
    tilt_deg: float = 10.0
    """Angle between the camera's axis and the page's normal."""
    tilt_axis_deg: float = 90.0
    roll_deg: float = 0.0
    lens_k1: float = 0.0
    """First radial distortion coefficient, in focal lengths."""
    bend_mm: float = 0.5
    """Height of the page's bulge, or of its lifted corner, over the desk."""
    bend_deg: float = 0.0
    corner_lift: bool = False
    cockle_mm: float = 0.2
    """Height of waves in the paper, in both directions."""
    light_slope: float = 0.2
    """Share by which the light falls off across the picture."""
    shadow: float = 0.2
    """Share of the light that the shadow takes."""
    shadow_edge_px: float = 120.0
    exposure: float = 0.8
    """Linear brightness of white paper in full light, 0 to 1."""
    white_balance: tuple[float, float, float] = (1.0, 1.0, 1.0)
    defocus_px: float = 0.8
    motion_px: float = 0.0
    motion_deg: float = 0.0
    noise: float = 1.5
    """Standard deviation of the noise in grey levels of 255."""
    jpeg_quality: int = 85
    covered_markers: float = 0.0
    """Share of the markers that lie under a finger or a thing."""
    desk: str = "wood"
    seed: int = 0

    def scaled(self, factor: float) -> Conditions:
        """The same day for a photograph ``factor`` times as wide: blurs in pixels shrink with it."""
        return replace(
            self,
            defocus_px=self.defocus_px * factor,
            motion_px=self.motion_px * factor,
            shadow_edge_px=self.shadow_edge_px * factor,
        )


DESKS = ("wood", "cloth", "clutter", "dark")


def _pick(rng: np.random.Generator, values: tuple[int, ...]) -> int:
    return values[int(rng.integers(len(values)))]


def everyday(rng: np.random.Generator) -> Conditions:
    """A person who takes some care: tilt up to 25 degrees, soft shadow, blur up to 1.5 px, JPEG 70 and more."""
    pen = list(Pen)[int(rng.integers(len(Pen)))]
    return Conditions(
        pen=pen,
        pen_strength=float(rng.uniform(0.6, 0.8) if pen is Pen.PENCIL else rng.uniform(0.85, 0.97)),
        grey_print=bool(rng.random() < 0.4),
        upright=bool(rng.random() < 0.8),
        exif_orientation=_pick(rng, (1, 3, 6, 8)),
        fill=float(rng.uniform(0.84, 0.97)),
        tilt_deg=float(rng.uniform(0, 25)),
        tilt_axis_deg=float(rng.uniform(0, 360)),
        roll_deg=float(_pick(rng, (0, 0, 180, 90, 270)) + rng.normal(0, 8)),
        lens_k1=float(rng.uniform(-0.03, 0.03)),
        bend_mm=float(rng.uniform(0, 2.0)),
        bend_deg=float(rng.uniform(0, 360)),
        corner_lift=bool(rng.random() < 0.3),
        cockle_mm=float(rng.uniform(0, 0.2)),
        light_slope=float(rng.uniform(0, 0.45)),
        shadow=float(rng.uniform(0, 0.4)),
        shadow_edge_px=float(rng.uniform(60, 250)),
        exposure=float(rng.uniform(0.5, 0.9)),
        white_balance=_white_balance(rng, 0.08),
        defocus_px=float(rng.uniform(0.4, 1.5)),
        motion_px=float(rng.uniform(0, 1.5)),
        motion_deg=float(rng.uniform(0, 180)),
        noise=float(rng.uniform(0.8, 3.0)),
        jpeg_quality=int(rng.integers(70, 96)),
        covered_markers=float(rng.choice([0.0, 0.0, 0.07])),
        desk=DESKS[int(rng.integers(len(DESKS)))],
        seed=int(rng.integers(2**31)),
    )


def hard(rng: np.random.Generator) -> Conditions:
    """A bad day: tilt up to 45 degrees, a page bulging 5-8 mm, hard shadow, blur up to 4 px, JPEG 30 and more."""
    mild = everyday(rng)
    pencil = mild.pen is Pen.PENCIL
    return replace(
        mild,
        pen_strength=float(rng.uniform(0.4, 0.55)) if pencil else mild.pen_strength,
        tilt_deg=float(rng.uniform(15, 45)),
        roll_deg=float(rng.uniform(0, 360)),
        bend_mm=float(rng.uniform(5, 8)),
        cockle_mm=float(rng.uniform(0, 0.6)),
        shadow=float(rng.uniform(0.4, 0.65)),
        shadow_edge_px=float(rng.uniform(2, 15)),
        white_balance=_white_balance(rng, 0.2),
        exposure=float(rng.uniform(0.35, 0.95)),
        defocus_px=float(rng.uniform(1.0, 4.0)),
        motion_px=float(rng.uniform(0, 4.0)),
        noise=float(rng.uniform(2.0, 6.0)),
        jpeg_quality=int(rng.integers(30, 80)),
        covered_markers=float(rng.uniform(0.1, 0.34)),
    )


def _white_balance(rng: np.random.Generator, spread: float) -> tuple[float, float, float]:
    warm = float(rng.uniform(-spread, spread))
    return 1.0 + warm, 1.0 + float(rng.uniform(-spread, spread)) / 3, 1.0 - warm


LEVELS = {"everyday": everyday, "hard": hard}
