"""Photographs are in the store from the moment they are here; who reads them, and when, is another matter."""

import asyncio
import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from collector.web import Limits
from collector.web.uploads.reader_pool import ReaderPool
from collector.web.uploads.reader_process import ReaderCallError
from collector.web.writer import photos
from tests.service.visitor import Person, make_person

JSON = {"accept": "application/json"}
LIMIT_S = 120.0


@pytest.fixture
def hurried(monkeypatch: pytest.MonkeyPatch, person: Person) -> Iterator[Person]:
    """Somebody whose answers wait for no verdict, as where many wait."""
    monkeypatch.setattr(photos, "ANSWER_S", 0.0)
    person.begin()
    yield person


def told(person: Person) -> list[dict[str, Any]]:
    """What a script learns of the photographs."""
    answer: list[dict[str, Any]] = person.get(f"{person.address}/photos", headers=JSON).json()["photos"]
    return answer


def wait_for_verdicts(person: Person) -> list[dict[str, Any]]:
    end_s = time.monotonic() + LIMIT_S
    while any(photo["unread"] for photo in told(person)):
        assert time.monotonic() < end_s
        time.sleep(0.05)
    return told(person)


def test_the_answer_comes_before_the_verdict_where_many_wait(hurried: Person, pages: list[Path]) -> None:
    page = hurried.upload(pages[0])
    assert "is being read" in page.text and 'http-equiv="refresh"' in page.text
    assert [(photo["unread"], photo["page"], photo["error"]) for photo in told(hurried)] == [(True, None, None)]
    early = hurried.start()
    assert early.status_code == 409 and "still being read" in early.text
    [verdict] = wait_for_verdicts(hurried)
    assert (verdict["page"], verdict["error"]) == (1, None)
    page = hurried.get(f"{hurried.address}/photos")
    assert "is being read" not in page.text and 'http-equiv="refresh"' not in page.text
    assert not list((hurried.folder / "uploads" / "incoming").glob("*/*"))


def test_a_photograph_that_was_taken_back_while_it_was_read_stays_away(hurried: Person, pages: list[Path]) -> None:
    hurried.upload(pages[0])
    hurried.post(f"{hurried.address}/photos/1/delete")
    hurried.upload(("note.jpg", b"\xff\xd8\xff"))  # read after it
    assert [photo["number"] for photo in wait_for_verdicts(hurried)] == [2]
    assert not list((hurried.folder / "uploads" / hurried.project).glob("*-1.jpg"))


def test_what_is_deleted_while_it_is_read_leaves_nothing_behind(hurried: Person, pages: list[Path]) -> None:
    project = hurried.project
    hurried.upload(pages[0])
    hurried.post(f"{hurried.address}/delete")
    hurried.begin()
    hurried.upload(("note.jpg", b"\xff\xd8\xff"))  # read after it
    wait_for_verdicts(hurried)
    assert not (hurried.folder / "uploads" / project).exists()


def test_uploads_are_counted_before_their_bodies_are_read(tmp_path: Path, readers: ReaderPool) -> None:
    for person in make_person(tmp_path, readers, limits=Limits(uploads_an_hour=2)):
        person.begin()
        codes = [person.post(f"{person.address}/photos", content=b"no form").status_code for _ in range(3)]
        assert codes == [400, 400, 429]


def test_the_death_of_a_reader_harms_one_photograph_alone(tmp_path: Path) -> None:
    own = ReaderPool(1, tmp_path)

    async def read_beside_a_death() -> list[Any]:
        files = [tmp_path / f"{number}.bin" for number in range(6)]
        for file in files:
            file.write_bytes(b"no picture")
        calls = [own.open(file, tmp_path, 1, file.name) for file in files]
        calls.insert(3, own._call("killer.jpg", os._exit, 1))
        return await asyncio.wait_for(asyncio.gather(*calls, return_exceptions=True), LIMIT_S)

    try:
        answers = asyncio.run(read_beside_a_death())
    finally:
        own.close()
    assert answers.pop(3).code == "photo.damaged"
    assert [each["first"]["error"]["code"] for each in answers] == ["photo.not_an_image"] * 6


def test_a_reader_takes_little_more_than_a_gigabyte(readers: ReaderPool) -> None:
    assert asyncio.run(readers._call("large", eval, "len(bytes(800 << 20))")) == 800 << 20
    with pytest.raises(ReaderCallError, match="MemoryError"):
        asyncio.run(readers._call("larger", eval, "len(bytes(1400 << 20))"))
