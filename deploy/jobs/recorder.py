"""Records the progress of a run in the database."""

from __future__ import annotations

import time
from contextlib import suppress

from sqlalchemy.exc import SQLAlchemyError

from collector.events import encode
from collector.store import Job, Lease, OutboxMessage, StageResult, Store
from deploy.jobs.db_retry import retry_while_unavailable
from deploy.pipeline.engine import Observer, Outcome, Stage
from deploy.pipeline.request import FontRequest

PROGRESS_EVERY_S = 1.0


class JobRecorder:
    """Observer of a run that writes stages, progress and results into the store, then calls the next observer."""

    def __init__(
        self,
        store: Store,
        job: Job,
        lease: Lease,
        request: FontRequest,
        observer: Observer,
    ) -> None:
        self._store = store
        self._job = job
        self._lease = lease
        self._request = request
        self._observer = observer
        self._stored = retry_while_unavailable(lambda: store.stages(job.id))
        self._is_new = False
        self._progress_at_s = 0.0
        self.stage = ""
        self.finished: dict[str, Outcome] = {}

    def stage_started(self, stage: Stage, key: str) -> None:
        """Stores the stage that runs; where it is the first of its phase, emits the phase's event."""
        self.stage = stage.name
        events = self._events_before(stage)

        def record() -> None:
            with self._store.lease_transaction(self._lease) as transaction:
                transaction.stage_started(stage.name, key)
                transaction.emit(*events)

        retry_while_unavailable(record)
        self._observer.stage_started(stage, key)

    def _events_before(self, stage: Stage) -> list[OutboxMessage]:
        previous = list(self.finished.values())[-1:]
        is_first = any(each.stage.phase is not stage.phase for each in previous)
        if not is_first or not self._is_new or stage.event is None:
            return []
        return [encode(stage.event(self._job))]

    def stage_progress(self, stage: Stage, share: float, message: str) -> None:
        """Stores the progress of a stage, at most once a second."""
        if time.monotonic() - self._progress_at_s >= PROGRESS_EVERY_S:
            self._progress_at_s = time.monotonic()
            with suppress(SQLAlchemyError):
                self._store.note_progress(self._lease, share, message)
        self._observer.stage_progress(stage, share, message)

    def stage_finished(self, outcome: Outcome) -> None:
        """Stores the result of a stage; one that is stored already is not written again."""
        name = outcome.stage.name
        self.finished[name] = outcome
        stored = self._stored.get(name)
        self._is_new = stored is None or stored.key != outcome.key
        if self._is_new:
            retry_while_unavailable(lambda: self._record_result(outcome))
        self._observer.stage_finished(outcome)

    def _record_result(self, outcome: Outcome) -> None:
        stage = outcome.stage
        with self._store.lease_transaction(self._lease) as transaction:
            transaction.stage_done(StageResult(stage.name, outcome.key, outcome.seconds, outcome.peak_memory_mib))
            if stage.record is not None:
                stage.record(transaction, self._request, outcome)
