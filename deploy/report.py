"""What a run found out, for the writer's ``report.json``."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.metadata import version
from typing import Any

from deploy.order import Order
from deploy.pipeline import Outcome

GOOD, BLANK = "good", "blank"


def make_report(order: Order, outcomes: Mapping[str, Outcome]) -> dict[str, Any]:
    """Names, what was read and what was not, the seed, the device, the cost of every stage, the font's checks."""
    read, font = outcomes["capture"].facts, dict(outcomes["fontbuild"].facts)
    cells: Mapping[str, str] = read["cells"]
    flagged = {char: verdict for char, verdict in cells.items() if verdict not in (GOOD, BLANK)}
    return {
        "sonmat": version("sonmat"),
        "font": order.as_wishes(),
        "set": read["set"],
        "pages": read["pages"],
        "notices": read["notices"],
        "cells": {
            "read": sum(verdict == GOOD for verdict in cells.values()),
            "blank": [char for char, verdict in cells.items() if verdict == BLANK],
            "flagged": flagged,
        },
        "seed": outcomes["seed"].facts,
        "device": outcomes["adapt"].facts["device"],
        "adapt": outcomes["adapt"].facts,
        "glyphs": outcomes["generate"].facts,
        "checks": font.pop("checks", {}),
        "build": font,
        "stages": {name: _cost(outcome) for name, outcome in outcomes.items()},
        "seconds": round(sum(outcome.seconds for outcome in outcomes.values()), 1),
        "peak_memory_mib": round(max(outcome.peak_memory_mib for outcome in outcomes.values()), 1),
    }


def _cost(outcome: Outcome) -> dict[str, Any]:
    return {
        "seconds": round(outcome.seconds, 2),
        "peak_memory_mib": round(outcome.peak_memory_mib, 1),
        "reused": outcome.reused,
    }
