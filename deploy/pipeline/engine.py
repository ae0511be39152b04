"""Strings stages together: each is a plain function of its inputs, its result kept under a key made of them.

A stage whose result is kept is not run again. So a crash anywhere means: run the same thing once more.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from collector.events import Event
from collector.store import Job, LeaseTransaction, Phase
from deploy.pipeline.artifact_store import Artifacts, ResultGoneError
from deploy.pipeline.cache_keys import hash_stage
from deploy.pipeline.request import FontRequest
from deploy.pipeline.resource_usage import ResourceUsage

Progress = Callable[[float, str], None]
"""Called with the share done in [0, 1] and what is being done."""


@dataclass(frozen=True)
class StageInput:
    """All that a stage may read."""

    request: FontRequest
    results: Mapping[str, Path]
    """Folders of the earlier results it named in ``reads``."""


def no_params(request: FontRequest) -> Mapping[str, Any]:
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
    part: Phase = Phase.COLLECT
    """Which kind of worker runs it."""
    params: Callable[[FontRequest], Mapping[str, Any]] = field(default=no_params)
    """The part of the order that shapes the result."""


@dataclass(frozen=True)
class Outcome:
    """A finished stage."""

    stage: Stage
    key: str
    kept_in: Artifacts
    facts: Mapping[str, Any]
    seconds: float
    """What making it cost, now or in the run that made it."""
    peak_memory_mib: float
    reused: bool

    @property
    def folder(self) -> Path:
        """Its files on this machine, brought here where they are not.

        Raises:
            ResultGoneError: they were deleted meanwhile.
        """
        folder = self.kept_in.find(self.stage.name, self.key)
        if folder is None:
            raise ResultGoneError(self.stage.name)
        return folder


class Observer(Protocol):
    """Hears how a run goes on; an exception raised here ends the run."""

    def stage_started(self, stage: Stage, key: str) -> None:
        """A stage begins, or is passed by; ``key`` is its result's."""

    def stage_progress(self, stage: Stage, share: float, message: str) -> None: ...

    def stage_finished(self, outcome: Outcome) -> None: ...


def run_pipeline(
    stages: Sequence[Stage],
    request: FontRequest,
    artifacts: Artifacts,
    observer: Observer,
    parts: Sequence[Phase] = tuple(Phase),
) -> dict[str, Outcome]:
    """Runs every stage whose result is not there yet, in the order given, and returns all outcomes by name.

    Ends early before the first stage that has to be run and is of none of ``parts``.
    """
    outcomes: dict[str, Outcome] = {}
    for stage in stages:
        inputs = {name: outcomes[name].key for name in stage.reads}
        key = hash_stage(stage.name, stage.code, stage.params(request), inputs)
        noted: Mapping[str, Any] | None = artifacts.noted(stage.name, key)
        reused = noted is not None
        if noted is None and stage.part not in parts:
            return outcomes
        observer.stage_started(stage, key)
        if noted is None:
            results = {name: outcomes[name].folder for name in stage.reads}
            noted = _run_stage(stage, key, StageInput(request, results), artifacts, observer)
        facts, seconds, peak_memory_mib = noted["facts"], noted["seconds"], noted["peak_memory_mib"]
        outcome = Outcome(stage, key, artifacts, facts, seconds, peak_memory_mib, reused)
        outcomes[stage.name] = outcome
        observer.stage_finished(outcome)
    return outcomes


def _run_stage(
    stage: Stage, key: str, given: StageInput, artifacts: Artifacts, observer: Observer
) -> Mapping[str, Any]:
    def progress(share: float, message: str) -> None:
        observer.stage_progress(stage, min(max(share, 0.0), 1.0), message)

    with artifacts.draft() as draft:
        with ResourceUsage() as cost:
            facts = stage.run(given, draft, progress)
        noted = {"facts": facts, "seconds": cost.seconds, "peak_memory_mib": cost.peak_memory_mib}
        artifacts.keep(draft, stage.name, key, noted)
    return noted


Reporter = Callable[[FontRequest, Mapping[str, Outcome]], dict[str, Any]]

StageRecorder = Callable[[LeaseTransaction, Job, Outcome], None]
"""Writes what a stage found out into the store, in the transaction that notes the stage as finished."""

EventFactory = Callable[[Job, Mapping[str, Outcome]], Event]
"""What has become true when a job comes to a part of its way."""


@dataclass(frozen=True)
class Plan:
    """Which stages make a font, what of them goes into the store and on the bus, and how the report is written."""

    stages: Sequence[Stage]
    report: Reporter
    records: Mapping[str, StageRecorder] = field(default_factory=dict)
    event_factories: Mapping[Phase, EventFactory] = field(default_factory=dict)
