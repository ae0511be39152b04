"""The conditions of a simulated photograph, and samplers of everyday and hard ones."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from collector.simulator.pens import Pen

SENSOR_PX = (4000, 3000)
"""Width and height of a 12 MP telephone photograph held level; upright ones swap the two."""


@dataclass(frozen=True)
class Conditions:
    """All parameters of a simulated photograph except page and hand. Blur in pixels at 12 MP."""

    pen: Pen = Pen.BALLPOINT
    pen_strength: float = 0.9
    """Opacity of the ink, 0 to 1."""
    grey_print: bool = False
    paper: tuple[float, float, float] = (1.0, 1.0, 1.0)
    """Colour of the paper in shares of plain white, linear light."""
    ruling: str = "none"
    """Lines of the paper itself: none, lines or squares."""
    back_shows: float = 0.0
    """Share of the light that writing on the back absorbs."""
    dust: int = 0
    """Specks of dirt on the page."""
    screen_px_per_mm: float = 0.0
    """The page is shown by a screen with so many pixels a mm of the page; 0 for paper."""
    upright: bool = True
    """A tall photograph rather than a wide one."""
    exif_orientation: int = 1
    """How the pixels are stored (1, 3, 6 or 8); the picture that a viewer shows is the same."""
    part: tuple[float, float, float, float] = (0.0, 0.0, 1.0, 1.0)
    """Part of the page in the photograph: left, top, right, bottom in shares of the page."""
    fill: float = 0.92
    """Share of the frame that the outline of this part reaches across."""
    focal_lengths: float = 0.76
    """Focal length in widths of the frame's long side: a telephone's main camera (27 mm on full frame)."""
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
    """Share of the light that the shadow blocks."""
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
    """Share of the markers that are covered by a finger or an object."""
    desk: str = "wood"
    seed: int = 0

    def scaled(self, factor: float) -> Conditions:
        """Returns the conditions for a photograph ``factor`` times as wide: lengths in pixels are scaled."""
        return replace(
            self,
            defocus_px=self.defocus_px * factor,
            motion_px=self.motion_px * factor,
            shadow_edge_px=self.shadow_edge_px * factor,
        )


DESKS = ("wood", "cloth", "clutter", "dark")
PAPERS = (
    (1.0, 1.0, 1.0),
    (1.0, 0.93, 0.70),
    (0.72, 0.86, 1.0),
    (1.0, 0.74, 0.80),
    (0.78, 0.98, 0.72),
    (0.76, 0.72, 0.66),
)
"""White, cream, pale blue, pink, pale green, recycled grey."""


def _pick(rng: np.random.Generator, values: tuple[int, ...]) -> int:
    return values[int(rng.integers(len(values)))]


def everyday(rng: np.random.Generator) -> Conditions:
    """Samples a photograph taken with some care: tilt to 25 degrees, soft shadow, blur to 1.5 px, JPEG 70 and more."""
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
    """Samples a hard photograph: tilt to 45 degrees, page bulging 5-8 mm, hard shadow, blur to 4 px, JPEG from 30."""
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
        paper=PAPERS[_pick(rng, (0, 0, 0, 1, 2, 3, 4, 5))],
        ruling=("none", "none", "lines", "squares")[int(rng.integers(4))],
        back_shows=float(rng.choice([0.0, 0.0, 0.06, 0.12])),
        dust=int(rng.choice([0, 40, 150])),
    )


def scanned(rng: np.random.Generator) -> Conditions:
    """Samples a flatbed scan at about 300 dpi: no perspective, even light, slightly rotated, any orientation."""
    return replace(
        everyday(rng),
        fill=float(rng.uniform(0.93, 1.0)),
        focal_lengths=60.0,
        tilt_deg=0.0,
        roll_deg=float(_pick(rng, (0, 180)) + rng.uniform(-2, 2)),
        exif_orientation=1,
        upright=True,
        lens_k1=0.0,
        bend_mm=0.0,
        cockle_mm=0.0,
        light_slope=0.03,
        shadow=0.0,
        exposure=float(rng.uniform(0.75, 0.95)),
        white_balance=_white_balance(rng, 0.02),
        defocus_px=float(rng.uniform(0.4, 0.9)),
        motion_px=0.0,
        noise=float(rng.uniform(0.5, 1.5)),
        covered_markers=0.0,
        back_shows=float(rng.choice([0.0, 0.05, 0.1])),
        desk="lid",
    )


def on_screen(rng: np.random.Generator) -> Conditions:
    """Samples a photograph of a tablet's or a monitor's screen, with moiré and reflections."""
    return replace(
        everyday(rng),
        pen=(Pen.GEL, Pen.BALLPOINT, Pen.BLUE)[int(rng.integers(3))],
        pen_strength=1.0,
        grey_print=False,
        screen_px_per_mm=float(rng.uniform(5.0, 8.5)),
        bend_mm=0.0,
        cockle_mm=0.0,
        shadow=0.0,
        light_slope=float(rng.uniform(0.05, 0.3)),
        white_balance=_white_balance(rng, 0.15),
        desk="dark",
        covered_markers=0.0,
    )


def on_tablet(rng: np.random.Generator) -> Conditions:
    """Samples a page written on a tablet over the PDF and exported, without a camera."""
    return Conditions(
        pen=(Pen.GEL, Pen.BALLPOINT, Pen.BLUE)[int(rng.integers(3))], pen_strength=1.0, seed=int(rng.integers(2**31))
    )


def _white_balance(rng: np.random.Generator, spread_ink: float) -> tuple[float, float, float]:
    warm = float(rng.uniform(-spread_ink, spread_ink))
    return 1.0 + warm, 1.0 + float(rng.uniform(-spread_ink, spread_ink)) / 3, 1.0 - warm


LEVELS = {"everyday": everyday, "hard": hard, "scan": scanned, "screen": on_screen, "tablet": on_tablet}
