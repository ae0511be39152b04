"""Shows the progress of a run: a bar in a terminal, one line per stage elsewhere."""

from __future__ import annotations

from types import TracebackType
from typing import Self

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

from deploy.pipeline.engine import Outcome, Stage


class ProgressDisplay:
    """Observer of a run that prints its progress."""

    def __init__(self, console: Console, count: int) -> None:
        """``count``: the number of stages."""
        self._console = console
        self._count = count
        self._number = 0
        self._task: TaskID | None = None
        self._bars = Progress(
            TextColumn("{task.description}"),
            BarColumn(bar_width=30),
            TextColumn("{task.percentage:>3.0f}%"),
            TimeElapsedColumn(),
            TextColumn("[dim]{task.fields[message]}"),
            console=console,
            disable=not console.is_terminal,
        )

    def __enter__(self) -> Self:
        self._bars.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._bars.stop()

    def stage_started(self, stage: Stage, key: str) -> None:
        self._number += 1
        self._task = self._bars.add_task(self._title(stage), total=1.0, message="")

    def stage_progress(self, stage: Stage, share: float, message: str) -> None:
        if self._task is not None:
            self._bars.update(self._task, completed=share, message=escape(message))

    def stage_finished(self, outcome: Outcome) -> None:
        note = "이미 했음 · done before" if outcome.reused else f"{outcome.seconds:.1f} s"
        if self._task is not None:
            self._bars.update(self._task, completed=1.0, message=note)
        if not self._console.is_terminal:
            self._console.print(f"{self._title(outcome.stage)}: {note}")

    def _title(self, stage: Stage) -> str:
        return f"({self._number}/{self._count}) {stage.title}"
