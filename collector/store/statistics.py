"""Throughput of the service and cost of its stages, for operators."""

from __future__ import annotations

import threading
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session, sessionmaker

from collector.store.models import JobRow, StageRow
from collector.store.records import TERMINAL, JobState

RUNS = 500
"""Latest runs of a stage that its statistics are computed from."""


@dataclass(frozen=True)
class StageFigures:
    """Quantiles of a stage's latest runs."""

    stage: str
    runs: int
    p50_s: float
    p95_s: float
    memory_mib: float
    """The largest peak of these runs."""


@dataclass(frozen=True)
class Hour:
    """Jobs that ended within an hour."""

    begins: datetime
    done: int
    without_font: int


class Statistics:
    """Computes statistics; every call is one transaction and reads a bounded number of rows."""

    def __init__(self, read: sessionmaker[Session], clock: Callable[[], datetime]) -> None:
        self._read = read
        self._clock = clock

    def stage(self, stage: str) -> StageFigures | None:
        """The figures of a stage; None where it never ran."""
        query = select(StageRow.seconds, StageRow.peak_memory_mib).where(StageRow.stage == stage)
        with self._read() as session:
            rows = session.execute(query.order_by(StageRow.finished_at.desc()).limit(RUNS)).all()
        if not rows:
            return None
        seconds = sorted(row.seconds for row in rows)
        most = max(row.peak_memory_mib for row in rows)
        return StageFigures(stage, len(rows), _quantile(seconds, 0.5), _quantile(seconds, 0.95), most)

    def hours(self, count: int) -> list[Hour]:
        """The throughput of the latest ``count`` hours, the present one last."""
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


FINAL_AFTER = timedelta(minutes=2)
"""Older rows are counted once and not read again: every transaction is shorter than this."""


@dataclass(frozen=True)
class StageCost:
    """The finished runs of one stage."""

    stage: str
    count: int
    seconds: float
    """Sum over all runs."""


class Costs:
    """Counters of runs and seconds that read new rows only; deleted rows stay counted. Threads may share it."""

    def __init__(self, read: sessionmaker[Session], clock: Callable[[], datetime]) -> None:
        self._read = read
        self._clock = clock
        self._lock = threading.Lock()
        self._final: dict[str, tuple[int, float]] = defaultdict(lambda: (0, 0.0))
        self._until = datetime.min.replace(year=1970, tzinfo=UTC)

    def all(self) -> list[StageCost]:
        """The cost of every stage that ever ran, by name."""
        with self._lock, self._read() as session:
            until = max(self._until, self._clock() - FINAL_AFTER)
            _add(self._final, _sums(session, self._until, until))
            self._until = until
            total = defaultdict(lambda: (0, 0.0), self._final)
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
