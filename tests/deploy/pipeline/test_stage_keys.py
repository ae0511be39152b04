"""The key of a stage covers every file that shapes its result, and no other.

Which files those are is not read off the plan: the import graph of the module that holds the stage's function tells it.
"""

import inspect
import sys
from functools import cache
from pathlib import Path

import grimp
import pytest

from deploy.pipeline import cache_keys
from deploy.pipeline.engine import Stage
from deploy.pipeline.font_plan import STAGES

ROOT = Path(__file__).parents[3]
PACKAGES = ("templates", "collector", "trainer", "generator", "fontbuild", "deploy")
ELSEWHERE = (
    "collector/web/app.py",
    "collector/store/store.py",
    "collector/events/schema.py",
    "deploy/jobs/runner.py",
    "deploy/pipeline/engine.py",
    "deploy/cli/make.py",
    "deploy/settings.py",
    "generator/README.md",
)


@cache
def graph() -> grimp.ImportGraph:
    return grimp.build_graph(*PACKAGES, exclude_type_checking_imports=True)


def file_of(module: str) -> Path:
    path = ROOT / module.replace(".", "/")
    return path / "__init__.py" if path.is_dir() else path.with_suffix(".py")


def says_something(path: Path) -> bool:
    """Whether a file is more than a docstring."""
    code = compile(path.read_text(encoding="utf-8"), str(path), "exec")
    return set(code.co_names) - {"__doc__", "__all__", "annotations"} != set()


def files_used(stage: Stage) -> set[Path]:
    """The module of the stage's function, all that it imports, the packages those lie in, and their data."""
    own = inspect.getmodule(stage.run)
    assert own is not None
    modules = {own.__name__, *graph().find_upstream_modules(own.__name__)}
    parents = {".".join(name.split(".")[:k]) for name in modules for k in range(1, name.count(".") + 1)}
    code = {file_of(module) for module in modules | parents}
    data = {path for file in code for path in (file.parent / "data").rglob("*") if path.is_file()}
    return {path for path in code if says_something(path)} | {path for path in data if path.suffix != ".md"}


def files_in_key(stage: Stage) -> set[Path]:
    """The files whose bytes the key is made of."""
    found: set[Path] = set()
    for name in stage.code:
        path = file_of(name)
        if path.name != "__init__.py":
            found.add(path)
            continue
        found |= {each for each in path.parent.rglob("*") if each.is_file() and "__pycache__" not in each.parts}
    return {path for path in found if path.suffix != ".md"}


@pytest.fixture
def key_of(monkeypatch: pytest.MonkeyPatch):
    """The key of a stage as it would be if one file had another byte."""
    hashes = {}

    def hash_file(path: Path) -> str:
        if path not in hashes:
            hashes[path] = real(path)
        return f"{hashes[path]}!" if path == changed[0] else hashes[path]

    real, changed = cache_keys.hash_file, [Path()]
    monkeypatch.setattr(cache_keys, "hash_file", hash_file)

    def key(stage: Stage, changed_file: Path = Path()) -> str:
        changed[0] = changed_file
        cache_keys.hash_code.cache_clear()
        return cache_keys.hash_stage(stage.name, stage.code, {}, {})

    yield key
    cache_keys.hash_code.cache_clear()


@pytest.mark.parametrize("stage", STAGES, ids=lambda stage: stage.name)
def test_a_byte_in_any_file_that_a_stage_uses_changes_its_key(stage: Stage, key_of) -> None:
    used = files_used(stage)
    assert len(used) > 3
    before = key_of(stage)
    assert key_of(stage) == before
    unseen = [path.relative_to(ROOT).as_posix() for path in sorted(used) if key_of(stage, path) == before]
    assert unseen == [], "shapes the result and is not in the key"


@pytest.mark.parametrize("stage", STAGES, ids=lambda stage: stage.name)
def test_other_files_change_no_key(stage: Stage, key_of) -> None:
    before, others = key_of(stage), [ROOT / path for path in ELSEWHERE]
    others += [file_of(f"deploy.pipeline.stages.{other.name}") for other in STAGES if other.name != stage.name]
    assert all(path.is_file() for path in others)
    assert [path for path in others if key_of(stage, path) != before] == []


def test_what_the_network_has_learnt_is_in_the_keys_of_those_who_draw() -> None:
    by_name = {stage.name: stage for stage in STAGES}
    for name in ("seed", "adapt", "generate"):
        assert [path for path in files_used(by_name[name]) if path.suffix == ".pt"], name
        assert files_used(by_name[name]) <= files_in_key(by_name[name])


def test_a_stage_reads_no_module_that_was_loaded_otherwise() -> None:
    """The graph is of files: a module put together at run time would escape it."""
    for stage in STAGES:
        own = sys.modules[stage.run.__module__]
        assert file_of(own.__name__) == Path(inspect.getfile(own))
