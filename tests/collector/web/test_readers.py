"""The processes that read strangers' files: replaced now and then, confined, and with nothing worth taking."""

from __future__ import annotations

import asyncio
import errno
import os
import shutil
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from collector.reading import open_upload
from collector.reading.answers import with_reading
from collector.web.uploads import reader_pool as readers
from collector.web.uploads.reader_pool import ReaderPool
from collector.web.uploads.reader_process import ReaderDiedError, ReaderProcess


def test_readers_go_on_when_their_processes_are_replaced(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(readers, "CALLS_A_PROCESS", 3)
    own = ReaderPool(1, tmp_path)

    async def open_many() -> list[dict[str, Any]]:
        files = [tmp_path / f"{number}.bin" for number in range(8)]
        for file in files:
            file.write_bytes(b"no picture")
        return await asyncio.wait_for(asyncio.gather(*(own.open(file, tmp_path, 1, file.name) for file in files)), 120)

    try:
        answers = asyncio.run(open_many())
    finally:
        own.close()
    assert [answer["first"]["error"]["code"] for answer in answers] == ["photo.not_an_image"] * 8


@pytest.fixture
def process(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ReaderProcess]:
    """A process of a web that has secrets in its environment and files beside the uploads."""
    for name in ("OPERATOR_TOKEN", "DATABASE", "S3_SECRET", "SECRET"):
        monkeypatch.setenv(f"SONMAT_{name}", "w0rd")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "w0rd")
    (tmp_path / "web.secret").write_text("w0rd")
    own = ReaderProcess(tmp_path / "uploads")
    yield own
    own.end()


def run(process: ReaderProcess, expression: str) -> Any:
    """What an expression gives in the process: whatever somebody who has taken it over might try."""
    return process.call(eval, (expression,))


def test_a_reader_inherits_no_secret(process: ReaderProcess) -> None:
    reader = run(process, "__import__('os').getpid()")
    inherited = Path(f"/proc/{reader}/environ").read_text()
    assert "PATH=" in inherited and "w0rd" not in inherited and "SONMAT" not in inherited
    files = [str(each.readlink()) for each in Path(f"/proc/{reader}/fd").iterdir()]
    assert not [file for file in files if file.startswith("socket:") or "sqlite" in file]


@pytest.mark.parametrize(
    "expression",
    ["__import__('socket').socket()", "__import__('os').fork()", "__import__('subprocess').run(['true'])",
     "__import__('os').execv('/bin/true', ['true'])", "__import__('os').kill(1, 0)"],
)  # fmt: skip
def test_a_reader_has_no_network_and_starts_no_programs(process: ReaderProcess, expression: str) -> None:
    run(process, "1")
    if "seccomp" in process.missing:
        pytest.skip("this system has no seccomp")
    with pytest.raises(OSError) as refused:
        run(process, expression)
    assert refused.value.errno in (errno.EPERM, errno.EACCES)
    assert run(process, "1 + 1") == 2, "it goes on"


def test_a_reader_sees_no_files_but_its_own(process: ReaderProcess, tmp_path: Path) -> None:
    assert run(process, f"open({str(tmp_path / 'uploads' / 'own')!r}, 'w').write('ink')") == 3
    if "landlock" in process.missing:
        pytest.skip("this system has no Landlock")
    for path in (tmp_path / "web.secret", Path(f"/proc/{os.getpid()}/environ"), Path(f"/proc/{os.getpid()}/mem")):
        with pytest.raises(OSError) as refused:
            run(process, f"open({str(path)!r}, 'rb').read(1)")
        assert refused.value.errno == errno.EACCES
    with pytest.raises(OSError, match="denied"):
        run(process, f"open({str(tmp_path / 'web.secret')!r}, 'w')")


def test_a_reader_ends_with_the_web_in_the_midst_of_its_work(process: ReaderProcess, tmp_path: Path) -> None:
    begun = tmp_path / "uploads" / "begun"
    run(process, "1")
    work = f"(open({str(begun)!r}, 'w').close(), __import__('time').sleep(600))"
    busy = ThreadPoolExecutor(1).submit(run, process, work)
    while not begun.exists() and not busy.done():
        time.sleep(0.05)
    assert process._process is not None and process._process.stdin is not None
    process._process.stdin.close()  # what the system does when the web process is killed
    with pytest.raises(ReaderDiedError):
        busy.result(timeout=120)
    assert process._process.wait(60) == 1


@pytest.mark.parametrize("answer", [b"null", b"[" * 5000, b"{}", b"\xff", b'{"value": 1'])
def test_what_a_reader_answers_is_plain_data_or_nothing(process: ReaderProcess, answer: bytes) -> None:
    forge = f"__import__('os').write(4, {len(answer).to_bytes(4, 'big') + answer!r})"
    with pytest.raises(ReaderDiedError):
        run(process, forge)


def test_what_is_read_survives_the_way_between_processes(
    tmp_path: Path, readers: ReaderPool, pages: list[Path]
) -> None:
    here, there = tmp_path / "here.upload", tmp_path / "there.upload"
    for copy in (here, there):
        shutil.copyfile(pages[0], copy)
    expected = open_upload(here, tmp_path / "here", 1, "page.jpg")
    found = asyncio.run(readers.open(there, tmp_path / "there", 1, "page.jpg"))
    assert found["first"]["reading"] == expected["first"]["reading"]
    assert any(each.ink and each.ink.png for each in found["first"]["reading"].instances)


def test_what_is_no_reading_is_a_damaged_photograph() -> None:
    with pytest.raises(ValueError, match="validation error"):
        with_reading({"reading": {"photo": "a.jpg", "number": 1}})
