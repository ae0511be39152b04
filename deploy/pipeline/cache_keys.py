"""Keys made of content: of files, of a program's sources, and of a stage with everything that shapes its result."""

from __future__ import annotations

import hashlib
import importlib.util
import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

BLOCK_BYTES = 1 << 20


def hash_file(path: Path) -> str:
    """SHA-256 of a file's bytes, in hexadecimal."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(BLOCK_BYTES):
            digest.update(block)
    return digest.hexdigest()


def hash_json(value: Any) -> str:
    """SHA-256 of a JSON value, the order of its fields left out of account."""
    text = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


@cache
def hash_code(package: str) -> str:
    """SHA-256 over a package's files, its data (weights, atlas) included.

    Raises:
        ModuleNotFoundError: there is no such package.
    """
    spec = importlib.util.find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise ModuleNotFoundError(f"no package {package}")
    root = Path(spec.submodule_search_locations[0])
    files = sorted(path for path in root.rglob("*") if path.is_file() and "__pycache__" not in path.parts)
    return hash_json({path.relative_to(root).as_posix(): hash_file(path) for path in files})


def hash_stage(name: str, code: tuple[str, ...], params: Mapping[str, Any], inputs: Mapping[str, str]) -> str:
    """The key of a stage's result: same key, same result.

    Args:
        name: the stage.
        code: packages whose sources shape the result.
        params: what was asked for, JSON.
        inputs: keys of the earlier results it reads.
    """
    sources = {package: hash_code(package) for package in code}
    return hash_json({"stage": name, "code": sources, "params": dict(params), "inputs": dict(inputs)})
