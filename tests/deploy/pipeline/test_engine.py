"""The pipeline resumes: only missing results are made, and a result is complete or absent."""

from pathlib import Path

import pytest

from deploy.pipeline import cache_keys as keys
from deploy.pipeline.artifact_store import ArtifactFolder
from deploy.pipeline.engine import Stage, run_pipeline
from tests.deploy.samples import RecordingObserver, WordStages, a_request


@pytest.fixture
def folder(tmp_path: Path) -> ArtifactFolder:
    return ArtifactFolder(tmp_path / "artifacts")


def test_stages_read_the_results_of_earlier_ones(tmp_path: Path, folder: ArtifactFolder) -> None:
    words, observer = WordStages(), RecordingObserver()
    outcomes = run_pipeline(words.stages(), a_request(tmp_path), folder, observer).outcomes
    assert (outcomes["sign"].folder / "signed").read_text() == "엄마 글씨: 5"
    assert outcomes["count"].facts == {"words": 5}
    assert all(outcome.seconds > 0 and outcome.peak_memory_mib > 1 for outcome in outcomes.values())
    assert observer.calls == [
        "start read",
        "finish read",
        "start count",
        "count 0.50 셈 · counting",
        "finish count",
        "start sign",
        "finish sign",
    ]


def test_a_stage_that_fails_once_is_the_only_one_repeated(tmp_path: Path, folder: ArtifactFolder) -> None:
    words, request = WordStages(), a_request(tmp_path)
    words.broken["count"] = RuntimeError("power cut")
    with pytest.raises(RuntimeError, match="power cut"):
        run_pipeline(words.stages(), request, folder, RecordingObserver())
    assert list((tmp_path / "artifacts" / "drafts").iterdir()) == [], "no partial result is left"
    assert not (tmp_path / "artifacts" / "count").exists()
    outcomes = run_pipeline(words.stages(), request, folder, RecordingObserver()).outcomes
    assert words.ran == ["read", "count", "count", "sign"]
    assert [name for name, outcome in outcomes.items() if outcome.reused] == ["read"]


def test_a_finished_run_is_not_repeated_and_reports_its_first_cost(tmp_path: Path, folder: ArtifactFolder) -> None:
    words, request = WordStages(), a_request(tmp_path)
    first = run_pipeline(words.stages(), request, folder, RecordingObserver()).outcomes
    again = run_pipeline(words.stages(), request, folder, RecordingObserver()).outcomes
    assert words.ran == ["read", "count", "sign"]
    assert [(o.seconds, o.facts, o.reused) for o in again.values()] == [
        (o.seconds, o.facts, True) for o in first.values()
    ]


def test_another_name_repeats_only_the_stages_that_use_it(tmp_path: Path, folder: ArtifactFolder) -> None:
    words = WordStages()
    run_pipeline(words.stages(), a_request(tmp_path), folder, RecordingObserver())
    outcomes = run_pipeline(words.stages(), a_request(tmp_path, name="아빠 글씨"), folder, RecordingObserver()).outcomes
    assert words.ran == ["read", "count", "sign", "sign"]
    assert (outcomes["sign"].folder / "signed").read_text() == "아빠 글씨: 5"


def test_other_photographs_repeat_everything(tmp_path: Path, folder: ArtifactFolder) -> None:
    words = WordStages()
    run_pipeline(words.stages(), a_request(tmp_path), folder, RecordingObserver())
    outcomes = run_pipeline(words.stages(), a_request(tmp_path, text="하나"), folder, RecordingObserver()).outcomes
    assert len(words.ran) == 6
    assert outcomes["count"].facts == {"words": 2}


def test_changed_code_repeats_the_stages_that_use_it(
    tmp_path: Path, folder: ArtifactFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = tmp_path / "some_package"
    package.mkdir()
    (package / "__init__.py").write_text("")
    monkeypatch.syspath_prepend(str(tmp_path))
    words, request = WordStages(), a_request(tmp_path / "photos")
    read, _, sign = words.stages()
    stages = [read, Stage("count", "셈", words.count, reads=("read",), code=("some_package",)), sign]
    run_pipeline(stages, request, folder, RecordingObserver())
    (package / "weights.bin").write_bytes(b"learnt")
    keys.hash_code.cache_clear()
    run_pipeline(stages, request, folder, RecordingObserver())
    assert words.ran == ["read", "count", "sign", "count", "sign"]
