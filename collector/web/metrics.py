"""Figures for Prometheus: what this process answered, and what the database knows of jobs and workers."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, datetime

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, SummaryMetricFamily
from prometheus_client.metrics_core import Metric
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from collector.storage_trouble import StorageTrouble
from collector.store import Store

METHODS = frozenset(("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"))
"""Whatever else somebody calls a method is counted as ``other``."""
ALIVE_S = 60.0
"""A worker that has been silent for longer is not counted as alive."""


class Metrics:
    """One registry for one web process."""

    def __init__(self, store: Store) -> None:
        self.registry = CollectorRegistry()
        self.answers = Counter(
            "sonmat_http_answers", "Answers by route and status.", ["method", "route", "status"], registry=self.registry
        )
        self.seconds = Histogram(
            "sonmat_http_seconds", "Time to answer.", ["route"], registry=self.registry,
            buckets=(0.005, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30),
        )  # fmt: skip
        self.photos = Counter("sonmat_photos", "Photographs by what came of them.", ["code"], registry=self.registry)
        self.storage_errors = Counter(
            "sonmat_storage_errors", "What could not be stored: a full disk, a store that is away.",
            registry=self.registry,
        )  # fmt: skip
        self.registry.register(_StoreMetrics(store))

    def count_photo(self, code: str) -> None:
        """One more photograph of which this came: ``read``, or an error's code."""
        if code == StorageTrouble.code:
            self.storage_errors.inc()
        self.photos.labels(code).inc()

    def text(self) -> bytes:
        """All figures in Prometheus' text format."""
        return generate_latest(self.registry)


class _StoreMetrics:
    """Asks the database when it is asked."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def describe(self) -> list[Metric]:
        """Nothing: registering must not ask the database."""
        return []

    def collect(self) -> Iterator[Metric]:
        """The figures of this moment."""
        operations = self._store.operations
        jobs = GaugeMetricFamily("sonmat_jobs", "Jobs by state.", labels=["state"])
        for job_state, count in operations.count_by_state().items():
            jobs.add_metric([job_state.value], count)
        yield jobs
        failures = GaugeMetricFamily("sonmat_jobs_ended_without_font", "By state and code.", labels=["state", "code"])
        for (state, code), count in operations.failures_by_code().items():
            failures.add_metric([state, code], count)
        yield failures
        wait = operations.oldest_wait_s()
        yield GaugeMetricFamily("sonmat_queue_oldest_seconds", "Wait of the queue's head.", value=wait)
        yield GaugeMetricFamily("sonmat_outbox_pending", "Events to publish.", value=self._store.outbox.pending())
        waiting = operations.count_waiting_for(StorageTrouble.code)
        yield GaugeMetricFamily("sonmat_jobs_storage_waiting", "Jobs that wait for room or the store.", value=waiting)
        left = self._store.tombstones.oldest_s()
        yield GaugeMetricFamily("sonmat_deletion_oldest_seconds", "How long files wait to be deleted.", value=left)
        rounds = GaugeMetricFamily(
            "sonmat_maintenance_last_success_timestamp_seconds", "When a task last succeeded.", labels=["task"]
        )
        for task, at in operations.maintenance().items():
            rounds.add_metric([task], at.timestamp())
        yield rounds
        costs = SummaryMetricFamily("sonmat_stage_seconds", "Finished stages.", labels=["stage"])
        for cost in operations.stage_costs():
            costs.add_metric([cost.stage], cost.count, cost.seconds)
        yield costs
        now = datetime.now(UTC)
        workers = operations.workers()
        alive = [each for each in workers if (now - each.heartbeat_at).total_seconds() < ALIVE_S]
        yield GaugeMetricFamily("sonmat_workers_alive", "Workers heard of lately.", value=len(alive))
        yield GaugeMetricFamily("sonmat_workers_busy", "Of them with a job.", value=sum(bool(w.job_id) for w in alive))
        done = CounterMetricFamily("sonmat_worker_jobs", "Jobs brought to an end.", labels=["worker"])
        for worker in workers:
            done.add_metric([worker.id], worker.done)
        yield done


class RequestMetrics:
    """Counts and times every answer by the route's pattern and by known methods: labels are a closed set."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self._app = app
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started, status = time.perf_counter(), 500

        async def send_and_note(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, send_and_note)
        finally:
            route = getattr(scope.get("route"), "path", "none")
            method = scope["method"] if scope["method"] in METHODS else "other"
            self._metrics.answers.labels(method, route, str(status)).inc()
            if not route.endswith("/events"):
                self._metrics.seconds.labels(route).observe(time.perf_counter() - started)
