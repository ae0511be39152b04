"""One request, or many of one person, neither stop nor fill a web process."""

import asyncio
import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from sqlalchemy import event
from starlette.types import Message

from collector.store import NewJob, Photo
from collector.web import Limits
from collector.web.concurrency import ConcurrencyLimits, EventStream
from collector.web.config import WebConfig
from collector.web.job_submitted import job_submitted
from collector.web.uploads.reader_pool import ReaderPool
from tests.service.visitor import OPERATOR, Person, make_person

JSON = {"accept": "application/json"}
PAGES = 5


@pytest.fixture
def limited(tmp_path: Path, readers: ReaderPool) -> Iterator[Person]:
    """Somebody at a service with small limits."""
    limits = Limits(
        photos_a_project=3, strokes_bytes_a_project=2000, streams_a_project=0, logins_a_quarter=3, megabytes_an_hour=4
    )
    for person in make_person(tmp_path, readers, limits=limits):
        person.begin()
        yield person


def multipart(charset: str, name: bytes, content: bytes = b"no picture") -> dict[str, Any]:
    part = b'--x\r\nContent-Disposition: form-data; name="photos"; filename="%s"\r\n\r\n%s\r\n--x--\r\n'
    return {"content": part % (name, content), "headers": {"content-type": f"multipart/form-data; boundary=x{charset}"}}


@pytest.mark.parametrize("charset", ["", "; charset=latin-1", "; charset=punycode", "; charset=utf-16"])
def test_forms_are_utf_8_whatever_they_say(person: Person, charset: str) -> None:
    person.begin()
    person.post(f"{person.address}/photos", **multipart(charset, "사진.jpg".encode()))
    [upload] = person.store.projects.uploads(person.project)
    assert upload.name == "사진.jpg"


@pytest.mark.parametrize("charset", ["undefined", "unicode_escape", "idna", "zlib", "klingon"])
def test_no_charset_is_a_defect(person: Person, charset: str) -> None:
    person.begin()
    answer = person.post(f"{person.address}/photos", **multipart(f"; charset={charset}", b"\xff\xfe.jpg"))
    assert answer.status_code == 200
    kind = {"content-type": f"application/x-www-form-urlencoded; charset={charset}"}
    answer = person.post(f"{person.address}/letters/ac00", content=b"action=mark&x=%ff%fe", headers=kind)
    assert answer.status_code == 200


@pytest.mark.parametrize("count", [39, 5000])
def test_fields_are_counted(person: Person, count: int) -> None:
    person.begin()
    fields = "&".join(["action=mark", *(f"f{k}=" for k in range(count))])
    kind = {"content-type": "application/x-www-form-urlencoded"}
    answer = person.post(f"{person.address}/letters/ac00", content=fields, headers=kind)
    assert answer.status_code == (200 if count < 40 else 400)


@pytest.mark.parametrize(
    "strokes",
    [f"[[[1{'0' * 400},0]]]", f"[[[1{'0' * 5000},0]]]", '{"a":' * 5000, json.dumps([[[0.5, 0.5]] * 3100])],
)
def test_numbers_and_depths_beyond_all_measure_are_no_drawing(person: Person, strokes: str) -> None:
    person.begin()
    answer = person.post(f"{person.address}/letters/ac00", {"action": "draw", "strokes": strokes}, headers=JSON)
    assert answer.status_code == 422, answer.text[:300]


def test_no_byte_of_a_body_is_taken_without_a_form_token(person: Person) -> None:
    person.begin()
    taken: list[Message] = []
    answered: list[int] = []

    async def receive() -> Message:
        taken.append({"type": "http.request", "body": b"x" * 1000, "more_body": True})
        return taken[-1]

    async def send(message: Message) -> None:
        if message["type"] == "http.response.start":
            answered.append(message["status"])

    for path in (
        "/s",
        *(person.address + end for end in ("/photos", "/start", "/letters/ac00", "/delete", "/rebuild")),
    ):
        scope = {
            "type": "http", "method": "POST", "path": path, "query_string": b"", "scheme": "http", "raw_path": b"",
            "headers": [(b"content-type", b"multipart/form-data; boundary=x"), (b"content-length", b"100000")],
            "client": ("198.51.100.1", 1), "server": ("testserver", 80), "http_version": "1.1",
        }  # fmt: skip
        asyncio.run(person.client.app(scope, receive, send))
    assert (answered, taken) == ([403] * 6, [])


def test_any_word_is_a_method_and_none_becomes_a_label(person: Person) -> None:
    for k in range(20):
        person.client.request(f"WORD{k}", f"/nothing/{k}")
    told = person.get("/metrics", headers={"authorization": f"Bearer {OPERATOR}"}).text
    assert 'method="other",route="none",status="404"} 20.0' in told
    assert "WORD" not in told and "/nothing/" not in told


def test_wrong_bearers_pass_the_limit_of_the_log_in(limited: Person) -> None:
    right, wrong = {"authorization": f"Bearer {OPERATOR}"}, {"authorization": "Bearer guess"}
    assert [limited.get("/metrics", headers=right).status_code for _ in range(5)] == [200] * 5
    assert [limited.get("/metrics", headers=wrong).status_code for _ in range(5)] == [404, 404, 404, 429, 429]
    assert limited.get("/metrics", headers=right).status_code == 429, "nobody learns that a guess was right"
    assert limited.post("/operator/login", {"token": OPERATOR}).status_code == 429


def scan(pages: int) -> bytes:
    """A PDF of small blank pages."""
    whole, page = io.BytesIO(), Image.new("L", (200, 280), 255)
    page.save(whole, "PDF", save_all=True, append_images=[page] * (pages - 1))
    return whole.getvalue()


def test_pages_of_a_pdf_are_photographs(limited: Person) -> None:
    page = limited.upload_and_wait(("scan.pdf", scan(PAGES)))
    [upload] = limited.store.projects.uploads(limited.project)
    assert upload.error_code == "photo.no_room" and "room for 3 photographs" in page.text
    limited.upload_and_wait(("scan.pdf", scan(2)))
    assert len(limited.store.projects.uploads(limited.project)) == 3
    assert limited.upload(("one.pdf", scan(1))).status_code == 422
    left = [path for path in (limited.folder / "uploads" / "incoming").rglob("*") if path.is_file()]
    assert {path.suffix for path in left} <= {".lock"}


def test_pages_of_a_pdf_are_counted_as_uploads(tmp_path: Path, readers: ReaderPool) -> None:
    for person in make_person(tmp_path, readers, limits=Limits(uploads_an_hour_each=3)):
        person.begin()
        person.upload_and_wait(("scan.pdf", scan(PAGES)))
        [upload] = person.store.projects.uploads(person.project)
        assert upload.error_code == "request" and "Too many requests" in str(upload.error)


def test_pages_of_a_pdf_wait_like_photographs(tmp_path: Path, readers: ReaderPool) -> None:
    for person in make_person(tmp_path, readers, limits=Limits(waiting_readings=3)):
        person.begin()
        person.upload_and_wait(("scan.pdf", scan(PAGES)))
        [upload] = person.store.projects.uploads(person.project)
        assert upload.error_code == "photo.too_busy"


def test_bytes_of_an_address_are_counted(limited: Person) -> None:
    codes = [limited.upload(("large.jpg", b"nothing" + bytes(1_200_000))).status_code for _ in range(3)]
    assert codes == [200, 200, 429]
    answer = limited.post(f"{limited.address}/photos", content=iter([b"of unknown length"]))
    assert answer.status_code == 411


def test_bytes_of_drawings_are_counted(limited: Person) -> None:
    strokes = json.dumps([[[k / 100, k / 100] for k in range(100)]])
    codes = [
        limited.post(f"{limited.address}/letters/{code}", {"action": "draw", "strokes": strokes}).status_code
        for code in ("ac00", "ac01", "ac00", "ac02")
    ]
    assert codes == [200, 422, 200, 422], "a letter that is drawn anew makes room for itself"


def test_status_reads_neither_wishes_nor_strokes(person: Person) -> None:
    person.begin()
    for k in range(3):
        options = {"numbers": [1], "letters": {"가": [[[0.1, 0.2]] * 1000]}}
        new = NewJob(f"{k:064d}", "손", "ofl", (Photo("a.jpg", "0" * 64, 1),), options, person.project)
        job = person.store.submit(new, job_submitted)
        person.store.operations.cancel(job.id, "x", "y")
    asked: list[str] = []
    event.listen(person.store.engine, "before_cursor_execute", lambda *given: asked.append(given[2]))
    assert person.get(f"{person.address}/status").status_code == 200
    person.post("/operator/login", {"token": OPERATOR})
    del asked[:]
    assert person.get(f"{person.address}/status").status_code == 200
    assert person.get("/operator").text.count('data-label="Worker"') == 3
    assert asked
    for statement in asked:
        columns = statement.split(" FROM ")[0]
        assert "options" not in columns and "strokes" not in columns, statement


def test_who_gets_no_stream_is_told_to_ask_again(limited: Person, owner: Person) -> None:
    answer = limited.get(f"{limited.address}/events")
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")


def test_no_address_and_no_project_takes_all_streams() -> None:
    limits = ConcurrencyLimits(10, 4, 2)
    assert [limits.begin("here", "mine") for _ in range(3)] == [True, True, False]
    assert [limits.begin("here", f"project {k}") for k in range(3)] == [True, True, False]
    assert [limits.begin(f"there {k}", f"another {k}") for k in range(7)] == [True] * 6 + [False]
    limits.end("here", "mine")
    assert limits.begin("here", "mine")


def test_a_stream_whose_connection_breaks_is_counted_no_longer() -> None:
    limits = ConcurrencyLimits(1, 1, 1)

    async def events():
        yield "retry: 2000\n\n"

    async def broken(message: Message) -> None:
        raise OSError

    async def receive() -> Message:
        return {"type": "http.disconnect"}

    assert limits.begin("here", "mine")
    with pytest.raises(BaseException):  # noqa: B017 - which one depends on the version of starlette
        asyncio.run(EventStream(events(), limits, "here", "mine")({"type": "http", "asgi": {}}, receive, broken))
    assert limits.begin("here", "mine")


@pytest.mark.parametrize("field", ["name", "english_name", "designer"])
def test_names_hold_no_signs_that_are_not_seen(owner: Person, person: Person, field: str) -> None:
    person.begin()
    person.take_over(owner, 1, 2, 3)
    fields = {"name": "엄마 글씨", field: "Kim\u202e\u2066\x07 Min"}
    person.start(**fields)
    own = person.store.projects.find(person.project)
    assert getattr(own, field) == "Kim Min"
    job = person.store.job(person.jobs()[-1].id)
    assert job.options["designer"] == own.designer and job.name == own.name


def test_limits_of_the_configuration_are_those_that_hold() -> None:
    limits = WebConfig(Path("unused"), "secret").limits
    assert limits.streams_a_project < limits.streams_an_address < limits.streams
