"""Small stages, requests and observers for tests of the pipeline and the runner."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from collector.store import LeaseTransaction, Phase
from deploy.pipeline.engine import Outcome, Progress, Stage, StageInput
from deploy.pipeline.request import FontRequest, make_request
from fontbuild.info import FontInfo


class RecordingObserver:
    """An observer that records its calls."""

    def __init__(self) -> None:
        self.calls: list[str] = []

    def stage_started(self, stage: Stage, key: str) -> None:
        self.calls.append(f"start {stage.name}")

    def stage_progress(self, stage: Stage, share: float, message: str) -> None:
        self.calls.append(f"{stage.name} {share:.2f} {message}")

    def stage_finished(self, outcome: Outcome) -> None:
        self.calls.append(f"{'reuse' if outcome.reused else 'finish'} {outcome.stage.name}")


class WordStages:
    """Three stages that count the words of text files, record their runs and fail where a test asks for it."""

    def __init__(self) -> None:
        self.ran: list[str] = []
        self.broken: dict[str, BaseException] = {}
        self.recorded: list[str] = []

    def read(self, inputs: StageInput, out: Path, progress: Progress) -> Mapping[str, Any]:
        text = _text(inputs.request)
        (out / "text").write_text(text)
        self._finish("read")
        return {"letters": len(text)}

    def count(self, inputs: StageInput, out: Path, progress: Progress) -> Mapping[str, Any]:
        words = (inputs.results["read"] / "text").read_text().split()
        (out / "half").write_text("half written")
        progress(0.5, "셈 · counting")
        self._finish("count")
        (out / "words").write_text(str(len(words)))
        return {"words": len(words)}

    def sign(self, inputs: StageInput, out: Path, progress: Progress) -> Mapping[str, Any]:
        words = (inputs.results["count"] / "words").read_text()
        (out / "signed").write_text(f"{inputs.request.info.name_korean}: {words}")
        self._finish("sign")
        return {}

    def record(self, transaction: LeaseTransaction, request: FontRequest, outcome: Outcome) -> None:
        self.recorded.append(outcome.key)
        transaction.seed_chosen("NanumPen")

    def _finish(self, stage: str) -> None:
        self.ran.append(stage)
        if stage in self.broken:
            raise self.broken.pop(stage)

    def stages(self) -> Sequence[Stage]:
        return (
            Stage("read", "읽기 · reading", self.read, params=lambda request: {"text": _text(request)}),
            Stage("count", "셈 · counting", self.count, reads=("read",), phase=Phase.DRAW, record=self.record),
            Stage(
                "sign", "이름 · signing", self.sign, reads=("count",), params=FontRequest.as_params, phase=Phase.BUILD
            ),
        )


def _text(request: FontRequest) -> str:
    """The text of the photographs; of a job of the web, which has none, what its designer is called."""
    return " ".join(photo.read_text() for photo in request.photos) or request.info.designer


def a_request(folder: Path, text: str = "손 맛 글 씨", name: str = "엄마 글씨") -> FontRequest:
    """A request whose photographs are two text files."""
    folder.mkdir(parents=True, exist_ok=True)
    photos = [folder / "one.txt", folder / "two.txt"]
    photos[0].write_text(text)
    photos[1].write_text("둘")
    return make_request(photos, FontInfo(name))


def report(request: FontRequest, outcomes: Mapping[str, Outcome]) -> dict[str, Any]:
    """The report of a run, for tests."""
    return {"words": outcomes["count"].facts["words"], "reused": [n for n, o in outcomes.items() if o.reused]}
