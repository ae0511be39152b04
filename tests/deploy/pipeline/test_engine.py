"""The pipeline resumes: only what is not there yet is made, and a stage is there whole or not at all."""

from pathlib import Path

import pytest

from deploy.pipeline import cache_keys as keys
from deploy.pipeline.artifact_store import ArtifactFolder
from deploy.pipeline.engine import Stage, run_pipeline
from tests.deploy.samples import FontService, Silent, a_request


@pytest.fixture
def folder(tmp_path: Path) -> ArtifactFolder:
    return ArtifactFolder(tmp_path / "artifacts")


def test_stages_hand_on_their_results(tmp_path: Path, folder: ArtifactFolder) -> None:
    context, observer = FontService(), Silent()
    outcomes = run_pipeline(context.stages(), a_request(tmp_path), folder, observer)
    assert (outcomes["sign"].folder / "signed").read_text() == "엄마 글씨: 5"
    assert outcomes["count"].facts == {"words": 5}
    assert all(outcome.seconds > 0 and outcome.peak_memory_mib > 1 for outcome in outcomes.values())
    assert observer.heard == [
        "start read",
        "finish read",
        "start count",
        "count 0.50 셈 · counting",
        "finish count",
        "start sign",
        "finish sign",
    ]


def test_a_stage_that_fails_once_is_the_only_one_repeated(tmp_path: Path, folder: ArtifactFolder) -> None:
    context, request = FontService(), a_request(tmp_path)
    context.broken["count"] = RuntimeError("power cut")
    with pytest.raises(RuntimeError, match="power cut"):
        run_pipeline(context.stages(), request, folder, Silent())
    assert list((tmp_path / "artifacts" / "drafts").iterdir()) == [], "nothing half written is left"
    assert not (tmp_path / "artifacts" / "count").exists()
    outcomes = run_pipeline(context.stages(), request, folder, Silent())
    assert context.ran == ["read", "count", "count", "sign"]
    assert [name for name, outcome in outcomes.items() if outcome.reused] == ["read"]


def test_a_finished_run_is_not_repeated_and_tells_what_it_had_cost(tmp_path: Path, folder: ArtifactFolder) -> None:
    context, request = FontService(), a_request(tmp_path)
    first = run_pipeline(context.stages(), request, folder, Silent())
    again = run_pipeline(context.stages(), request, folder, Silent())
    assert context.ran == ["read", "count", "sign"]
    assert [(o.seconds, o.facts, o.reused) for o in again.values()] == [
        (o.seconds, o.facts, True) for o in first.values()
    ]


def test_another_name_repeats_only_what_the_name_shapes(tmp_path: Path, folder: ArtifactFolder) -> None:
    context = FontService()
    run_pipeline(context.stages(), a_request(tmp_path), folder, Silent())
    outcomes = run_pipeline(context.stages(), a_request(tmp_path, name="아빠 글씨"), folder, Silent())
    assert context.ran == ["read", "count", "sign", "sign"]
    assert (outcomes["sign"].folder / "signed").read_text() == "아빠 글씨: 5"


def test_other_photographs_repeat_everything(tmp_path: Path, folder: ArtifactFolder) -> None:
    context = FontService()
    run_pipeline(context.stages(), a_request(tmp_path), folder, Silent())
    outcomes = run_pipeline(context.stages(), a_request(tmp_path, text="하나"), folder, Silent())
    assert len(context.ran) == 6
    assert outcomes["count"].facts == {"words": 2}


def test_other_code_repeats_the_stages_it_shapes(
    tmp_path: Path, folder: ArtifactFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = tmp_path / "brush"
    package.mkdir()
    (package / "__init__.py").write_text("")
    monkeypatch.syspath_prepend(str(tmp_path))
    context, request = FontService(), a_request(tmp_path / "photos")
    read, _, sign = context.stages()
    stages = [read, Stage("count", "셈", context.count, reads=("read",), code=("brush",)), sign]
    run_pipeline(stages, request, folder, Silent())
    (package / "weights.bin").write_bytes(b"learnt")
    keys.hash_code.cache_clear()
    run_pipeline(stages, request, folder, Silent())
    assert context.ran == ["read", "count", "sign", "count", "sign"]
