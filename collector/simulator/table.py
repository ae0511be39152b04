"""The bench's tables as text: by kind of page, beside the baselines, by pen and by condition."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence

import numpy as np

from collector.simulator.results import OURS, Result

TARGETS = {"everyday": (1.00, 0.2, 0.95, 2.0), "hard": (0.95, 0.5, 0.85, 4.0)}
"""By level: pages read, placement in mm, ink F1, seconds a photograph."""

_HEAD = (
    f"{'':30}{'pages':>7}{'read':>8}{'place p95':>11}{'F1':>7}{'exact':>7}{'worst':>7}"
    f"{'poor':>7}{'misfiled':>10}{'lost':>8}{'invented':>10}{'s p50':>7}{'s p95':>7}"
)

GROUPS: dict[str, Callable[[Result], str]] = {
    "pen": lambda result: str(result.conditions.pen),
    "print": lambda result: "grey" if result.conditions.grey_print else "colour",
    "paper": lambda result: "white" if min(result.conditions.paper) == 1 else "coloured",
    "ruling": lambda result: result.conditions.ruling,
    "back shows": lambda result: _bin(result.conditions.back_shows, (0.0, 0.07, 0.15), ""),
    "dust": lambda result: str(result.conditions.dust),
    "tilt": lambda result: _bin(result.conditions.tilt_deg, (16, 25, 35, 45), "°"),
    "blur": lambda result: _bin(result.conditions.defocus_px, (0.8, 1.5, 2.5, 3.2, 4.0), " px"),
    "shadow": lambda result: _bin(result.conditions.shadow, (0.2, 0.4, 0.55, 0.7), ""),
    "JPEG": lambda result: _bin(result.conditions.jpeg_quality, (50, 70, 85, 100), ""),
    "sheet": lambda result: result.page,
}
"""By what the photographs of a level are grouped."""


def report(results: Sequence[Result]) -> str:
    """Formats the tables as text."""
    ours = [result for result in results if result.method == OURS]
    lines = [f"Capture on {len(ours)} simulated pages; 'poor': good glyphs with ink F1 below .8, of all good."]
    for level, (read, place, f1, seconds) in TARGETS.items():
        lines.append(f"Targets, {level}: {read:.0%} read, {place} mm, F1 {f1}, {seconds:g} s; nothing misfiled.")
    lines += ["", _HEAD, *_rows(ours, lambda result: result.level)]
    for level in TARGETS:
        beside = {result.number for result in results if result.method != OURS and result.level == level}
        same = [result for result in results if result.number in beside]
        if same:
            lines += ["", f"{level}, every fifth page, beside baselines", *_rows(same, lambda r: r.method)]
    for level in TARGETS:
        some = [result for result in ours if result.level == level]
        for name, group in GROUPS.items() if some else ():
            if name == "pen" or level == "hard":
                lines += ["", f"{level}, by {name}", *_rows(some, group)]
    refused = Counter(result.refused for result in ours if result.refused)
    flaws = sum((Counter(result.flaws) for result in ours), Counter())
    lines += ["", "refused: " + (", ".join(f"{code} {count}" for code, count in refused.most_common()) or "none")]
    lines += ["cells set aside: " + (", ".join(f"{cause} {count}" for cause, count in flaws.most_common()) or "none")]
    return "\n".join(lines)


def _rows(results: Sequence[Result], group: Callable[[Result], str]) -> list[str]:
    names = list(dict.fromkeys(sorted(map(group, results), key=str)))
    return [_row("  " + name, [result for result in results if group(result) == name]) for name in names]


def _bin(value: float, edges: tuple[float, ...], unit: str) -> str:
    for edge in edges:
        if value <= edge:
            return f"≤ {edge:g}{unit}"
    return f"> {edges[-1]:g}{unit}"


def _row(name: str, results: Sequence[Result]) -> str:
    """Formats pages read, placement p95, mean F1s, the worst page's F1, shares and counts, processor seconds."""
    scores = [result.score for result in results if result.score is not None]
    head = f"{name:30}{len(results):7d}{len(scores) / len(results):8.1%}"
    if not scores:
        return head
    placement = np.percentile([found.placement_mm for found in scores], 95)
    near, exact = (np.mean([getattr(found, key) for found in scores]) for key in ("f1", "f1_exact"))
    written, lost = sum(found.written for found in scores), sum(found.lost for found in scores)
    poor = sum(found.poor for found in scores) / max(written - lost, 1)
    middle, high = np.percentile([result.seconds for result in results if result.score is not None], (50, 95))
    return (
        f"{head}{placement:9.3f}mm{near:7.3f}{exact:7.3f}{min(found.f1 for found in scores):7.3f}{poor:7.2%}"
        f"{sum(found.misfiled for found in scores):10d}{lost / max(written, 1):8.2%}"
        f"{sum(found.invented for found in scores):10d}{middle:7.2f}{high:7.2f}"
    )
