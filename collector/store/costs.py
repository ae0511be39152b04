"""What finished stages cost all together, counted once each: a figure that is asked for every few seconds."""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session, sessionmaker

from collector.store.models import StageRow

SETTLED = timedelta(minutes=2)
"""Older rows are counted and never looked at again; a transaction is shorter than this."""


@dataclass(frozen=True)
class StageCost:
    """Finished runs of one stage."""

    stage: str
    count: int
    seconds: float
    """All together."""


class Costs:
    """Counts the rows that came since it counted last; what is deleted later stays counted. Threads may share it."""

    def __init__(self, read: sessionmaker[Session], clock: Callable[[], datetime]) -> None:
        self._read = read
        self._clock = clock
        self._lock = threading.Lock()
        self._settled: dict[str, tuple[int, float]] = defaultdict(lambda: (0, 0.0))
        self._until = datetime.min.replace(year=1970, tzinfo=UTC)

    def all(self) -> list[StageCost]:
        """Of every stage that ever ran."""
        with self._lock, self._read() as session:
            until = max(self._until, self._clock() - SETTLED)
            _add(self._settled, _sums(session, self._until, until))
            self._until = until
            total = defaultdict(lambda: (0, 0.0), self._settled)
            _add(total, _sums(session, until, None))
        return [StageCost(stage, count, seconds) for stage, (count, seconds) in sorted(total.items())]


def _add(total: dict[str, tuple[int, float]], more: list[tuple[str, int, float]]) -> None:
    for stage, count, seconds in more:
        total[stage] = (total[stage][0] + count, total[stage][1] + seconds)


def _sums(session: Session, since: datetime, before: datetime | None) -> list[tuple[str, int, float]]:
    query = select(StageRow.stage, func.count(), func.sum(StageRow.seconds)).where(StageRow.finished_at >= since)
    if before is not None:
        query = query.where(StageRow.finished_at < before)
    return [(stage, count, float(seconds)) for stage, count, seconds in session.execute(query.group_by(StageRow.stage))]
