"""A database of any earlier version becomes one of today's, with what is in it."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import numpy as np
import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, Engine, text

from collector.instances import unpack_ink
from collector.store import JobState, Phase, Store
from collector.store.engine import WRITE_OPTION, open_engine
from collector.store.migrate import alembic_config, migrate
from collector.store.models import Base
from tests.collector.store.samples import glyph, instance

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC).strftime("%Y-%m-%d %H:%M:%S.123456")
VERSIONS = ("0001", "0002", "0003", "0004", "0005", "0006")
JOB: dict[str, Any] = {
    "id": "job",
    "key": "k" * 64,
    "name": "손맛",
    "licence": "ofl",
    "options": {"name": "손맛", "numbers": [1, 2, 3], "letters": {}, "pen_em": 0.05},
    "state": "queued",
    "attempt": 1,
    "created_at": NOW,
    "updated_at": NOW,
}
CELLS = [
    {"가": "good", "나": "blank", "A": "good"},
    {"가": "good", "나": "good", "A": "faint"},
    {"가": "smudged", "나": "good", "A": "good"},
]
"""Of three uploads of one page: 가 is newest good in the second, 나 and A in the third."""


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    opened = open_engine(database_url)
    yield opened
    opened.dispose()


def go(engine: Engine, version: str) -> None:
    config = alembic_config()
    with engine.execution_options(**{WRITE_OPTION: True}).begin() as connection:
        config.attributes["connection"] = connection
        (command.upgrade if version != "down" else command.downgrade)(config, version if version != "down" else "0006")


def put(connection: Connection, table: str, **values: Any) -> None:
    columns = ", ".join(f"`{name}`" for name in values)
    said = {name: json.dumps(value) if isinstance(value, dict) else value for name, value in values.items()}
    marks = ", ".join(f":{name}" for name in values)
    connection.execute(text(f"INSERT INTO {table} ({columns}) VALUES ({marks})"), said)


def fill(engine: Engine, version: str) -> None:
    """What a service of that version leaves behind."""
    has = {name: version >= since for name, since in (("projects", "0002"), ("journal", "0003"), ("parts", "0004"))}
    with engine.begin() as connection:
        job = dict(JOB)
        if has["projects"]:
            job |= {"project_id": "p", "tries": 1, "progress": 0.0, "note": ""}
        if has["parts"]:
            job |= {"part": "draw"}
        put(connection, "jobs", **job)
        put(connection, "photos", job_id="job", position=0, name="1.jpg", sha256="0" * 64, size_bytes=1)
        _glyphs(connection)
        put(connection, "stages", job_id="job", stage="capture", key="c", seconds=1, peak_memory_mib=1, finished_at=NOW)
        put(connection, "outbox", topic="sonmat.fonts", key="job", payload={}, created_at=NOW)
        if has["projects"]:
            _project(connection)
        if has["journal"]:
            for line in ("first", "second"):
                put(connection, "journal", job_id="job", attempt=1, at=NOW, line=line)
        if has["parts"]:
            worker = {"device": "cpu", "memory_mib": 1, "done": 0, "started_at": NOW, "heartbeat_at": NOW}
            put(connection, "workers", id="w", parts="draw,build", **worker)


def _glyphs(connection: Connection) -> None:
    for shade, char in ((200, "가"), (210, "나"), (220, "A")):
        ink = instance(char, shade).ink
        assert ink is not None
        place = {"em_px": ink.em_px, "origin_x_px": ink.origin_px[0], "origin_y_px": ink.origin_px[1]}
        row = {"job_id": "job", "char": char, "verdict": "good", "ink": ink.png, "source": "written", **place}
        put(connection, "glyphs", **row, baseline_em=ink.baseline_em)
    put(connection, "glyphs", job_id="job", char="다", verdict="blank")


def _project(connection: Connection) -> None:
    words = {"name": "", "english_name": "", "designer": "", "licence": ""}
    put(connection, "projects", id="p", uploads_made=5, created_at=NOW, touched_at=NOW, **words)
    upload = {"project_id": "p", "sha256": "0" * 64, "size_bytes": 1, "created_at": NOW}
    for number, cells in enumerate(CELLS, start=1):
        reading = {"set": "28", "page": 0, "markers_seen": 20, "markers_printed": 24, "residual_mm": 0.05}
        reading |= {"blur_mm": 0.1, "pen_em": 0.04, "cells": cells, "advice": [["흐립니다.", "Soft."]]}
        put(connection, "uploads", number=number, name=f"{number}.jpg", reading=reading, **upload)
    put(connection, "uploads", number=4, name="4.jpg", error_code="photo.dark", error="어둡다\ndark", **upload)
    put(connection, "uploads", number=5, name="5.jpg", **upload)
    put(connection, "uploads", number=6, name="6.jpg", reading={"of": "another form"}, **upload)
    put(connection, "letters", project_id="p", char="가", strokes=None, is_wrong=True, changed_at=NOW)


@pytest.mark.parametrize("version", VERSIONS)
def test_every_earlier_version_keeps_what_is_in_it(engine: Engine, version: str) -> None:
    go(engine, version)
    fill(engine, version)
    migrate(engine)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Base.metadata) == []
    store = Store(engine)
    job = store.job("job")
    assert (job.name, job.state, job.options["numbers"]) == ("손맛", JobState.QUEUED, [1, 2, 3])
    assert job.phase is (Phase.DRAW if version >= "0004" else Phase.COLLECT)
    assert [photo.name for photo in store.photos("job")] == ["1.jpg"]
    assert set(store.stages("job")) == {"capture"}
    assert store.outbox.pending() == 1
    if version >= "0003":
        assert [line.line for line in store.job_log.lines("job")] == ["first", "second"]
    if version >= "0004":
        assert [worker.phases for worker in store.operations.workers()] == [(Phase.DRAW, Phase.BUILD)]
    if version >= "0002":
        _check_project(store)


def _check_project(store: Store) -> None:
    uploads = store.projects.uploads("p")
    read = [upload.reading for upload in uploads[:3]]
    assert [{each.char: each.verdict.value for each in reading.instances} for reading in read if reading] == CELLS
    assert read[0] is not None and (read[0].set_name, read[0].page_index, read[0].photo) == ("28", 0, "1.jpg")
    assert [notice.english for notice in read[0].notices] == ["Soft."]
    assert (uploads[3].error_code, uploads[3].reading) == ("photo.dark", None)
    assert uploads[4].is_unread
    assert uploads[5].error_code == "photo.interrupted", "what nobody understands is asked for again"
    inked = {(reading.number, each.char): each for reading in read if reading for each in reading.instances if each.ink}
    assert set(inked) == {(2, "가"), (3, "나"), (3, "A")}, "the newest good cell is where the job's ink came from"
    for (_, char), each in zip(inked, store.instances.with_ink(list(inked.values())), strict=True):
        shade = {"가": 200, "나": 210, "A": 220}[char]
        assert each.ink is not None
        back = unpack_ink(char, each.ink)
        assert np.array_equal(back.ink, glyph(char, shade).ink)
        assert (back.em_px, back.origin_px, back.baseline_em) == (168.0, (33.6, -1.5), glyph(char).baseline_em)
    assert store.projects.letters("p")[0].is_wrong


def test_the_way_back_keeps_the_verdicts(engine: Engine) -> None:
    go(engine, "0006")
    fill(engine, "0006")
    migrate(engine)
    go(engine, "down")
    with engine.connect() as connection:
        found = connection.execute(text("SELECT reading FROM uploads ORDER BY number")).scalars().all()
        assert [json.loads(each)["cells"] for each in found[:3]] == CELLS
        assert found[3] is None and found[4] is None
        assert connection.execute(text("SELECT part FROM jobs")).scalar_one() == "draw"
        assert connection.execute(text("SELECT COUNT(*) FROM journal")).scalar_one() == 2
    migrate(engine)
    assert [upload.reading is None for upload in Store(engine).projects.uploads("p")[:3]] == [False] * 3
