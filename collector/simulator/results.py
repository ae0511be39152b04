"""The results of the bench, page by page, in files with one line of JSON each, so that a run can continue."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from collector.simulator.conditions import Conditions
from collector.simulator.score import Score

OURS = "Sonmat"


@dataclass(frozen=True)
class Result:
    """The result of one page with one method."""

    number: int
    level: str
    method: str
    page: str
    hand: str
    conditions: Conditions
    refused: str | None
    """The refusal's code, None where the page was read."""
    seconds: float
    """Processor time of the whole reading, decoding included."""
    score: Score | None
    flaws: dict[str, int]
    """How many cells were set aside, by cause."""


def append(path: Path, results: Iterable[Result]) -> None:
    """Appends results to a file."""
    with path.open("a", encoding="utf-8") as file:
        for result in results:
            file.write(json.dumps(asdict(result), ensure_ascii=False) + "\n")


def load(folder: Path) -> list[Result]:
    """Loads all results of a folder, of all runs and shards, by number."""
    results = [
        _result(json.loads(line))
        for path in sorted(folder.glob("results*.jsonl"))
        for line in path.read_text(encoding="utf-8").splitlines()
    ]
    return sorted(results, key=lambda result: result.number)


def _result(fields: dict[str, Any]) -> Result:
    conditions = Conditions(**fields.pop("conditions"))
    score = fields.pop("score")
    return Result(conditions=conditions, score=Score(**score) if score else None, **fields)
