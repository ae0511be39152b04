"""Makes the sample photographs that ship with the project: one filled sheet, photographed as people do.

python -m collector.simulator.samples --hand FONT --out DIR
"""

from __future__ import annotations

import argparse
from pathlib import Path

from collector.simulator.conditions import Conditions
from collector.simulator.font_writer import FontWriter
from collector.simulator.pens import Pen
from collector.simulator.photo import photograph
from templates.sheet import build_sheet

SET_NAME = "256"

PAGE_CONDITIONS = (
    Conditions(
        pen=Pen.BALLPOINT,
        pen_strength=0.93,
        fill=0.93,
        tilt_deg=17,
        tilt_axis_deg=20,
        roll_deg=-6,
        lens_k1=-0.01,
        bend_mm=2.0,
        bend_deg=80,
        light_slope=0.35,
        shadow=0.3,
        shadow_edge_px=110,
        exposure=0.72,
        white_balance=(1.07, 1.0, 0.92),
        defocus_px=1.0,
        motion_px=0.8,
        motion_deg=30,
        noise=1.3,
        jpeg_quality=80,
        desk="wood",
        seed=11,
    ),
    Conditions(
        pen=Pen.BALLPOINT,
        pen_strength=0.93,
        exif_orientation=6,
        fill=0.95,
        tilt_deg=24,
        tilt_axis_deg=200,
        roll_deg=9,
        lens_k1=0.01,
        bend_mm=2.5,
        bend_deg=30,
        corner_lift=True,
        light_slope=0.45,
        shadow=0.42,
        shadow_edge_px=45,
        exposure=0.62,
        white_balance=(1.1, 1.0, 0.88),
        defocus_px=1.2,
        noise=1.5,
        jpeg_quality=80,
        covered_markers=0.07,
        desk="wood",
        seed=12,
    ),
    Conditions(
        pen=Pen.BALLPOINT,
        pen_strength=0.93,
        upright=False,
        fill=0.94,
        tilt_deg=20,
        tilt_axis_deg=110,
        roll_deg=95,
        bend_mm=1.5,
        bend_deg=140,
        light_slope=0.3,
        shadow=0.25,
        shadow_edge_px=160,
        exposure=0.8,
        white_balance=(1.04, 1.0, 0.95),
        defocus_px=0.9,
        motion_px=1.0,
        motion_deg=100,
        noise=1.2,
        jpeg_quality=80,
        desk="wood",
        seed=13,
    ),
)
"""The conditions of each page's photograph, with different angles and light."""


def make_samples(hand_path: Path, out: Path) -> list[Path]:
    """Writes ``page1.jpg`` to ``page3.jpg`` into a folder, one for each page of the set; their paths."""
    sheet, hand = build_sheet(SET_NAME), FontWriter(hand_path)
    out.mkdir(parents=True, exist_ok=True)
    return [
        photograph(sheet, page.index, hand, conditions).save(out / f"page{page.index + 1}.jpg")
        for page, conditions in zip(sheet.pages, PAGE_CONDITIONS, strict=True)
    ]


def main() -> None:
    """Reads the command line and makes the photographs."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--hand", type=Path, required=True, help="a handwriting font: TTF, OTF or WOFF2")
    parser.add_argument("--out", type=Path, required=True, help="the folder for the photographs")
    arguments = parser.parse_args()
    for path in make_samples(arguments.hand, arguments.out):
        print(f"{path}  {path.stat().st_size / 1e6:.2f} MB")


if __name__ == "__main__":
    main()
