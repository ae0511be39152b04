"""Small honest stages and orders for tests of what strings stages together."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from collector.store import Phase
from deploy.pipeline.engine import Outcome, Progress, Stage, StageInput
from deploy.pipeline.request import FontRequest, make_request
from fontbuild.info import FontInfo


class Silent:
    """An observer that remembers what it heard."""

    def __init__(self) -> None:
        self.heard: list[str] = []

    def stage_started(self, stage: Stage, key: str) -> None:
        self.heard.append(f"start {stage.name}")

    def stage_progress(self, stage: Stage, share: float, message: str) -> None:
        self.heard.append(f"{stage.name} {share:.2f} {message}")

    def stage_finished(self, outcome: Outcome) -> None:
        self.heard.append(f"{'reuse' if outcome.reused else 'finish'} {outcome.stage.name}")


class FontService:
    """Three stages that count words of text files; keeps a tally of its runs and breaks where told."""

    def __init__(self) -> None:
        self.ran: list[str] = []
        self.broken: dict[str, BaseException] = {}

    def read(self, given: StageInput, out: Path, progress: Progress) -> Mapping[str, Any]:
        text = " ".join(photo.read_text() for photo in given.request.photos)
        (out / "text").write_text(text)
        self._pass_by("read")
        return {"letters": len(text)}

    def count(self, given: StageInput, out: Path, progress: Progress) -> Mapping[str, Any]:
        words = (given.results["read"] / "text").read_text().split()
        (out / "half").write_text("half written")
        progress(0.5, "셈 · counting")
        self._pass_by("count")
        (out / "words").write_text(str(len(words)))
        return {"words": len(words)}

    def sign(self, given: StageInput, out: Path, progress: Progress) -> Mapping[str, Any]:
        words = (given.results["count"] / "words").read_text()
        (out / "signed").write_text(f"{given.request.info.name_korean}: {words}")
        self._pass_by("sign")
        return {}

    def _pass_by(self, stage: str) -> None:
        self.ran.append(stage)
        if stage in self.broken:
            raise self.broken.pop(stage)

    def stages(self) -> Sequence[Stage]:
        return (
            Stage("read", "읽기 · reading", self.read, params=lambda request: {"photos": list(request.hashes)}),
            Stage("count", "셈 · counting", self.count, reads=("read",), part=Phase.DRAW),
            Stage(
                "sign", "이름 · signing", self.sign, reads=("count",), params=FontRequest.as_params, part=Phase.BUILD
            ),
        )


def a_request(folder: Path, text: str = "손 맛 글 씨", name: str = "엄마 글씨") -> FontRequest:
    """An order whose photographs are two text files."""
    folder.mkdir(parents=True, exist_ok=True)
    photos = [folder / "one.txt", folder / "two.txt"]
    photos[0].write_text(text)
    photos[1].write_text("둘")
    return make_request(photos, FontInfo(name))


def report(request: FontRequest, outcomes: Mapping[str, Outcome]) -> dict[str, Any]:
    """What a test reads off a run."""
    return {"words": outcomes["count"].facts["words"], "reused": [n for n, o in outcomes.items() if o.reused]}
