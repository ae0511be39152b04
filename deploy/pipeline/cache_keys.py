"""Keys made of content: of files, of a program's sources, and of a stage with everything that shapes its result."""

from __future__ import annotations

import hashlib
import importlib.util
import json
from collections.abc import Mapping, Sequence
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
def hash_code(name: str) -> str:
    """SHA-256 over the file of a module, or over all of a package's: its data (weights, atlas), not what describes it.

    Raises:
        ModuleNotFoundError: there is no such module.
    """
    spec = importlib.util.find_spec(name)
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError(f"no module {name}")
    if not spec.submodule_search_locations:
        return hash_file(Path(spec.origin))
    root = Path(spec.submodule_search_locations[0])
    files = sorted(path for path in root.rglob("*") if path.is_file() and _shapes(path))
    return hash_json({path.relative_to(root).as_posix(): hash_file(path) for path in files})


def _shapes(path: Path) -> bool:
    return "__pycache__" not in path.parts and path.suffix != ".md"


def hash_stage(name: str, code: tuple[str, ...], params: Mapping[str, Any], inputs: Mapping[str, str]) -> str:
    """The key of a stage's result: same key, same result.

    Args:
        name: the stage.
        code: packages and modules whose sources shape the result.
        params: what was asked for, JSON.
        inputs: keys of the earlier results it reads.
    """
    return hash_json({"stage": name, "code": hash_sources(code), "params": dict(params), "inputs": dict(inputs)})


def hash_sources(code: Sequence[str]) -> str:
    """SHA-256 over packages and modules."""
    return hash_json({each: hash_code(each) for each in code})
