"""Strings stages together: each is a plain function of its inputs, its result kept under a key made of them.

A stage whose key is in the artifact folder is not run again. So a crash anywhere means: run the same thing once more.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from deploy.artifacts import ArtifactFolder
from deploy.keys import hash_stage
from deploy.measure import Measure
from deploy.order import Order

Progress = Callable[[float, str], None]
"""Called with the share done in [0, 1] and what is being done."""


@dataclass(frozen=True)
class StageInput:
    """All that a stage may read."""

    order: Order
    results: Mapping[str, Path]
    """Folders of the earlier results it named in ``reads``."""


def no_wishes(order: Order) -> Mapping[str, Any]:
    """For stages whose result does not depend on the order but through earlier results."""
    return {}


@dataclass(frozen=True)
class Stage:
    """One step from photographs to font."""

    name: str
    title: str
    """For the progress display, Korean and English."""
    run: Callable[[StageInput, Path, Progress], Mapping[str, Any]]
    """Writes its result into the empty folder it is given and returns facts for the report (JSON)."""
    reads: tuple[str, ...] = ()
    """Earlier stages whose results it reads."""
    code: tuple[str, ...] = ()
    """Packages whose sources shape the result."""
    wishes: Callable[[Order], Mapping[str, Any]] = field(default=no_wishes)
    """The part of the order that shapes the result."""


@dataclass(frozen=True)
class Outcome:
    """A finished stage."""

    stage: Stage
    key: str
    folder: Path
    facts: Mapping[str, Any]
    seconds: float
    """What making it cost, now or in the run that made it."""
    peak_memory_mib: float
    reused: bool


class Observer(Protocol):
    """Hears how a run goes on; an exception raised here ends the run."""

    def stage_started(self, stage: Stage) -> None: ...

    def stage_progress(self, stage: Stage, share: float, message: str) -> None: ...

    def stage_finished(self, outcome: Outcome) -> None: ...


def run_pipeline(
    stages: Sequence[Stage], order: Order, artifacts: ArtifactFolder, observer: Observer
) -> dict[str, Outcome]:
    """Runs every stage whose result is not there yet, in the order given, and returns all outcomes by name."""
    outcomes: dict[str, Outcome] = {}
    for stage in stages:
        observer.stage_started(stage)
        inputs = {name: outcomes[name].key for name in stage.reads}
        key = hash_stage(stage.name, stage.code, stage.wishes(order), inputs)
        folder = artifacts.find(stage.name, key)
        reused = folder is not None
        if folder is None:
            results = {name: outcomes[name].folder for name in stage.reads}
            folder = _run_stage(stage, key, StageInput(order, results), artifacts, observer)
        noted = artifacts.facts(folder)
        outcome = Outcome(stage, key, folder, noted["facts"], noted["seconds"], noted["peak_memory_mib"], reused)
        outcomes[stage.name] = outcome
        observer.stage_finished(outcome)
    return outcomes


def _run_stage(stage: Stage, key: str, given: StageInput, artifacts: ArtifactFolder, observer: Observer) -> Path:
    def progress(share: float, message: str) -> None:
        observer.stage_progress(stage, min(max(share, 0.0), 1.0), message)

    with artifacts.draft() as draft:
        with Measure() as cost:
            facts = stage.run(given, draft, progress)
        noted = {"facts": facts, "seconds": cost.seconds, "peak_memory_mib": cost.peak_memory_mib}
        return artifacts.keep(draft, stage.name, key, noted)
