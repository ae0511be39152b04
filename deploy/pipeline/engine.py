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
    facts: Mapping[str, Mapping[str, Any]]
    """What was noted of them."""


def no_params(request: FontRequest) -> Mapping[str, Any]:
    """For stages whose result does not depend on the request but through earlier results."""
    return {}


def always(request: FontRequest) -> bool:
    """For stages that every font needs."""
    return True


StageRecorder = Callable[[LeaseTransaction, FontRequest, "Outcome"], None]
"""Writes what a stage found out into the store, in the transaction that notes the stage as finished."""

EventFactory = Callable[[Job], Event]
"""What has become true when a job comes to a stage."""


@dataclass(frozen=True)
class Stage:
    """One step from what was written to a font: what it reads, what it writes, what is said of it."""

    name: str
    title: str
    """For the progress display, Korean and English."""
    run: Callable[[StageInput, Path, Progress], Mapping[str, Any]]
    """Writes its result into the empty folder it is given and returns facts for the report (JSON)."""
    reads: tuple[str, ...] = ()
    """Earlier stages whose results it reads."""
    code: tuple[str, ...] = ()
    """Packages and modules whose sources shape the result, that of ``run`` among them."""
    phase: Phase = Phase.COLLECT
    """Which kind of worker runs it."""
    params: Callable[[FontRequest], Mapping[str, Any]] = field(default=no_params)
    """What of the request shapes the result."""
    is_needed: Callable[[FontRequest], bool] = field(default=always)
    """Whether this font needs it; without it the next stage follows."""
    refines: str = ""
    """An earlier stage in whose result's place its own is read from here on."""
    record: StageRecorder | None = None
    """What it writes into the store."""
    event: EventFactory | None = None
    """What is said on the bus where a job comes from another phase to it."""


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


@dataclass(frozen=True)
class PipelineRun:
    """How far a run came."""

    outcomes: Mapping[str, Outcome]
    """Finished stages by name, in their order."""
    following: Stage | None
    """The stage before which it ended early, for it is of another phase; None where all is done."""


def run_pipeline(
    stages: Sequence[Stage],
    request: FontRequest,
    artifacts: Artifacts,
    observer: Observer,
    phases: Sequence[Phase] = tuple(Phase),
) -> PipelineRun:
    """Runs every stage that the request needs and whose result is not there yet, in the order given.

    Ends early before the first stage that has to be run and is of none of ``phases``.
    """
    outcomes: dict[str, Outcome] = {}
    current: dict[str, Outcome] = {}
    for stage in stages:
        if not stage.is_needed(request):
            continue
        read = {name: current[name] for name in stage.reads}
        inputs = {name: outcome.key for name, outcome in read.items()}
        key = hash_stage(stage.name, stage.code, stage.params(request), inputs)
        noted: Mapping[str, Any] | None = artifacts.noted(stage.name, key)
        reused = noted is not None
        if noted is None and stage.phase not in phases:
            return PipelineRun(outcomes, stage)
        observer.stage_started(stage, key)
        if noted is None:
            noted = _run_stage(stage, key, _input(request, read), artifacts, observer)
        facts, seconds, peak_memory_mib = noted["facts"], noted["seconds"], noted["peak_memory_mib"]
        outcome = Outcome(stage, key, artifacts, facts, seconds, peak_memory_mib, reused)
        outcomes[stage.name] = current[stage.name] = current[stage.refines or stage.name] = outcome
        observer.stage_finished(outcome)
    return PipelineRun(outcomes, None)


def _input(request: FontRequest, read: Mapping[str, Outcome]) -> StageInput:
    folders = {name: outcome.folder for name, outcome in read.items()}
    return StageInput(request, folders, {name: outcome.facts for name, outcome in read.items()})


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


@dataclass(frozen=True)
class Plan:
    """Which stages make a font, and how the report is written."""

    stages: Sequence[Stage]
    report: Reporter
