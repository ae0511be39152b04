"""Writes the finished files into the writer's folder, all of them or none."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from templates.errors import PersonError


class FolderRefusedError(PersonError):
    """The output folder cannot be written."""

    code = "out"

    def __init__(self, out: Path, reason: str) -> None:
        super().__init__(
            f"‘{out}’ 폴더에 쓸 수 없습니다({reason}). 다른 폴더를 정해 주세요.",
            f"The folder “{out}” cannot be written ({reason}): choose another.",
        )


def check_folder(out: Path) -> None:
    """Checks, before any work, that a folder can be written; creates nothing.

    Raises:
        FolderRefusedError: it cannot be written.
    """
    nearest = out.absolute()
    while not nearest.exists() and nearest != nearest.parent:
        nearest = nearest.parent
    if not nearest.is_dir():
        raise FolderRefusedError(out, f"{nearest.name} is a file")
    if not os.access(nearest, os.W_OK | os.X_OK):
        raise FolderRefusedError(out, "permission denied")


def write_output(files: Mapping[str, Path], documents: Mapping[str, Mapping[str, Any]], out: Path) -> list[Path]:
    """Copies files and writes JSON documents under the given names into ``out``; returns their paths.

    All are written into a temporary folder first and then renamed, so that a full disk or a crash leaves no partial
    file. An existing file of the same name is replaced.

    Raises:
        FolderRefusedError: the folder cannot be written.
    """
    is_new = not out.exists()
    try:
        out.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".sonmat-", dir=out) as draft:
            for name, source in files.items():
                shutil.copyfile(source, Path(draft, name))
            for name, document in documents.items():
                text = json.dumps(document, ensure_ascii=False, indent=2) + "\n"
                Path(draft, name).write_text(text, encoding="utf-8")
            names = [*files, *documents]
            for name in names:
                Path(draft, name).replace(out / name)
    except OSError as error:
        if is_new:
            with suppress(OSError):
                out.rmdir()
        raise FolderRefusedError(out, error.strerror or type(error).__name__) from error
    return [out / name for name in names]
