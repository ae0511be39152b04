"""How the whole service does: throughput and what stages cost, for those who run it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from collector.store.models import JobRow, StageRow
from collector.store.states import TERMINAL, JobState

RUNS = 500
"""Latest runs of a stage that its figures are taken from."""


@dataclass(frozen=True)
class StageFigures:
    """Seconds of a stage's latest runs."""

    stage: str
    runs: int
    p50_s: float
    p95_s: float
    memory_mib: float
    """The most that any of them took."""


@dataclass(frozen=True)
class Hour:
    """Jobs that ended within an hour."""

    begins: datetime
    done: int
    without_font: int


class Statistics:
    """Every method is one transaction and reads a bounded number of rows."""

    def __init__(self, read: sessionmaker[Session], clock: Callable[[], datetime]) -> None:
        self._read = read
        self._clock = clock

    def stage(self, stage: str) -> StageFigures | None:
        """Figures of a stage; None where it never ran."""
        query = select(StageRow.seconds, StageRow.peak_memory_mib).where(StageRow.stage == stage)
        with self._read() as session:
            rows = session.execute(query.order_by(StageRow.finished_at.desc()).limit(RUNS)).all()
        if not rows:
            return None
        seconds = sorted(row.seconds for row in rows)
        most = max(row.peak_memory_mib for row in rows)
        return StageFigures(stage, len(rows), _quantile(seconds, 0.5), _quantile(seconds, 0.95), most)

    def hours(self, count: int) -> list[Hour]:
        """Throughput by hour, the present one last."""
        first = self._clock().replace(minute=0, second=0, microsecond=0) - timedelta(hours=count - 1)
        ended = (JobRow.state.in_([state.value for state in TERMINAL]), JobRow.updated_at >= first)
        with self._read() as session:
            rows = session.execute(select(JobRow.state, JobRow.updated_at).where(*ended)).all()
        tally = Counter(
            (int((row.updated_at - first).total_seconds() // 3600), row.state == JobState.DONE) for row in rows
        )
        return [Hour(first + timedelta(hours=k), tally[k, True], tally[k, False]) for k in range(count)]


def _quantile(values: Sequence[float], share: float) -> float:
    """The smallest value that at least this share of the sorted values does not exceed."""
    return values[max(0, -(-len(values) * round(100 * share) // 100) - 1)]
