"""The operator's view of the system: workers, figures, and events that nobody could read."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from fastapi import APIRouter, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from collector.events import DEAD_TOPIC, from_dead_letter
from collector.store import StageFigures, Worker
from collector.web.metrics import ALIVE_S
from collector.web.operator.access import STATES, OperatorRoute, format_duration, format_time
from collector.web.pages import Web, go, web_of
from collector.web.security import Number, not_found

router = APIRouter(prefix="/operator", route_class=OperatorRoute)

DEAD_SHOWN = 100
HOURS = 24


@router.get("/workers")
async def workers(request: Request) -> Response:
    """Workers with their heartbeat."""
    web = web_of(request)
    found = await run_in_threadpool(web.store.operations.workers)
    return web.page(
        request, "workers.html", workers=found, now=datetime.now(UTC), alive_s=ALIVE_S, format_duration=format_duration
    )


@router.get("/figures")
async def figures(request: Request) -> Response:
    """Queue, throughput, seconds by stage, and why jobs ended without a font."""
    web = web_of(request)
    return web.page(
        request,
        "figures.html",
        **await run_in_threadpool(_figures, web),
        states=STATES,
        format_duration=format_duration,
    )


def _figures(web: Web) -> dict[str, Any]:
    operations, statistics = web.store.operations, web.store.statistics
    hours = statistics.hours(HOURS)
    alive = _alive(operations.workers())
    failures = sorted(operations.failures_by_code().items(), key=lambda pair: -pair[1])
    stages = [statistics.stage(stage.name) for stage in web.font_service.stages]
    return {
        "counts": operations.count_by_state(),
        "wait_s": operations.oldest_wait_s(),
        "pending": web.store.outbox.pending(),
        "alive": len(alive),
        "busy": sum(worker.job_id is not None for worker in alive),
        "hours": hours,
        "most": max(1, *(hour.done + hour.without_font for hour in hours)),
        "stages": [each for each in stages if isinstance(each, StageFigures)],
        "failures": [(state, code, count) for (state, code), count in failures],
    }


def _alive(workers: list[Worker]) -> list[Worker]:
    now = datetime.now(UTC)
    return [worker for worker in workers if (now - worker.heartbeat_at).total_seconds() < ALIVE_S]


@router.get("/dead")
async def dead(request: Request) -> Response:
    """Events that nobody could read."""
    web = web_of(request)
    letters = await run_in_threadpool(web.store.outbox.read_log, DEAD_TOPIC, 0, DEAD_SHOWN)
    return web.page(request, "dead.html", letters=letters, format_time=format_time)


@router.post("/dead/replay")
async def replay_all(request: Request) -> Response:
    """Sends all the letters that were shown once more to where they were."""
    web = web_of(request)
    await web.form(request)
    for letter in await run_in_threadpool(web.store.outbox.read_log, DEAD_TOPIC, 0, DEAD_SHOWN):
        await run_in_threadpool(web.store.outbox.replace, letter.id, from_dead_letter(letter.message.payload))
    return go("/operator/dead")


@router.post("/dead/{number}/replay")
async def replay(request: Request, number: Number) -> Response:
    """Sends a dead letter once more to where it was."""
    web = web_of(request)
    await web.form(request)
    found = await run_in_threadpool(web.store.outbox.read_log, DEAD_TOPIC, number, 1)
    if not found or found[0].id != number:
        raise not_found()
    await run_in_threadpool(web.store.outbox.replace, number, from_dead_letter(found[0].message.payload))
    return go("/operator/dead")
