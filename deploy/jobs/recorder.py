"""Writes a run's course into the job's row."""

from __future__ import annotations

import time
from collections.abc import Mapping
from contextlib import suppress

from sqlalchemy.exc import SQLAlchemyError

from collector.events import encode
from collector.store import Job, Lease, OutboxMessage, Phase, StageResult, Store
from deploy.jobs.db_retry import retry_while_unavailable
from deploy.pipeline.engine import EventFactory, Observer, Outcome, Stage, StageRecorder

TELL_EVERY_S = 1.0


class JobRecorder:
    """The observer of a run that keeps the row, then tells the next observer."""

    def __init__(
        self,
        store: Store,
        job: Job,
        lease: Lease,
        records: Mapping[str, StageRecorder],
        event_factories: Mapping[Phase, EventFactory],
        observer: Observer,
    ) -> None:
        self._store = store
        self._job = job
        self._lease = lease
        self._records = records
        self._event_factories = event_factories
        self._observer = observer
        self._known = retry_while_unavailable(lambda: store.stages(job.id))
        self._is_news = False
        self._told_s = 0.0
        self.stage = ""
        self.finished: dict[str, Outcome] = {}

    def stage_started(self, stage: Stage) -> None:
        """Names the stage in the row; where it is the first of its part, says what has become true."""
        self.stage = stage.name
        news = self._news(stage)

        def note() -> None:
            with self._store.lease_transaction(self._lease) as transaction:
                transaction.stage_started(stage.name)
                transaction.emit(*news)

        retry_while_unavailable(note)
        self._observer.stage_started(stage)

    def _news(self, stage: Stage) -> list[OutboxMessage]:
        last = list(self.finished.values())[-1:]
        has_passed = any(each.stage.part is not stage.part for each in last)
        if not has_passed or not self._is_news or stage.part not in self._event_factories:
            return []
        return [encode(self._event_factories[stage.part](self._job, self.finished))]

    def stage_progress(self, stage: Stage, share: float, message: str) -> None:
        """JobRecorder how far it has come, now and then."""
        if time.monotonic() - self._told_s >= TELL_EVERY_S:
            self._told_s = time.monotonic()
            with suppress(SQLAlchemyError):
                self._store.note_progress(self._lease, share, message)
        self._observer.stage_progress(stage, share, message)

    def stage_finished(self, outcome: Outcome) -> None:
        """Names the result; a resumed run notes nothing twice."""
        name = outcome.stage.name
        self.finished[name] = outcome
        known = self._known.get(name)
        self._is_news = known is None or known.key != outcome.key
        if self._is_news:
            retry_while_unavailable(lambda: self._note_result(outcome))
        self._observer.stage_finished(outcome)

    def _note_result(self, outcome: Outcome) -> None:
        name = outcome.stage.name
        with self._store.lease_transaction(self._lease) as transaction:
            transaction.stage_done(StageResult(name, outcome.key, outcome.seconds, outcome.peak_memory_mib))
            if name in self._records:
                self._records[name](transaction, self._job, outcome)
