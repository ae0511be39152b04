from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from collector.web.uploads import reader_pool as readers
from collector.web.uploads.reader_pool import ReaderPool


def test_readers_go_on_when_their_processes_are_replaced(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(readers, "CALLS_A_PROCESS", 3)
    own = ReaderPool(1)

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
