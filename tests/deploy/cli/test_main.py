"""The ``sonmat`` command: help, refusals, interruption."""

import json
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest
import typer.main

from collector.store import JobState, open_store
from deploy.cli.main import app, run
from deploy.pipeline.request import make_request
from fontbuild.info import FontInfo

ENVIRONMENT = {"COLUMNS": "100", "OMP_NUM_THREADS": "1", "NO_COLOR": "1"}


@dataclass(frozen=True)
class CommandResult:
    """Exit code and output of a command."""

    code: int
    out: str
    err: str


Sonmat = Callable[..., CommandResult]


@pytest.fixture
def sonmat(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Sonmat:
    """Runs the command with a data folder of its own."""
    for name, value in (ENVIRONMENT | {"SONMAT_DATA": str(tmp_path / "data")}).items():
        monkeypatch.setenv(name, value)

    def call(*arguments: str) -> CommandResult:
        code = run(list(arguments))
        return CommandResult(code, *capfd.readouterr())

    return call


def assert_refused(result: CommandResult, *words: str) -> None:
    """Code 2, one Korean and one English line, no traceback."""
    assert result.code == 2, result.err
    assert result.out == ""
    assert "Traceback" not in result.err
    lines = [line for line in result.err.splitlines() if not line.startswith("(")]
    assert len(lines) == 2, result.err
    assert any("가" <= char <= "힣" for char in lines[0])
    assert any(char.isascii() and char.isalpha() for char in lines[1])
    for word in words:
        assert word in result.err


def test_help_reads_like_a_manual(sonmat: Sonmat) -> None:
    result = sonmat("--help")
    assert result.code == 0
    for word in ("손맛", "sonmat template --set 256", "sonmat make", "exit codes", "같은 명령을 다시", "SONMAT_DATA"):
        assert word in result.out
    assert sonmat().out == result.out


COMMANDS = {name: each for name, each in typer.main.get_group(app).commands.items() if not each.hidden}


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_and_parameter_is_explained_in_both_languages(sonmat: Sonmat, name: str) -> None:
    shown = sonmat(name, "--help")
    assert shown.code == 0
    assert re.search("[가-힣]", COMMANDS[name].help) and re.search("[a-z]{3}", COMMANDS[name].help)
    for each in (each for each in COMMANDS[name].params if not getattr(each, "hidden", False)):
        korean, _, english = each.help.partition(" · ")
        assert re.search("[가-힣]", korean), f"{each.name}: {each.help}"
        assert re.search("[a-z]{3}", english), f"{each.name}: {each.help}"
        assert (each.metavar if each.param_type_name == "argument" else each.opts[0]) in shown.out, each.name


def test_a_sheet_is_written(sonmat: Sonmat, tmp_path: Path) -> None:
    out = tmp_path / "sheet"
    result = sonmat("template", "--set", "28", "--out", str(out))
    assert result.code == 0, result.err
    assert result.out.split() == [str(out / "sheet.pdf"), str(out / "sheet.json")]
    assert (out / "sheet.pdf").read_bytes().startswith(b"%PDF")
    sheet = json.loads((out / "sheet.json").read_text())
    assert (sheet["set"], sheet["unit"]) == ("28", "mm")


def test_an_unknown_sheet_is_refused(sonmat: Sonmat, tmp_path: Path) -> None:
    assert_refused(sonmat("template", "--set", "300", "--out", str(tmp_path / "out")), "300", "256, 100, 28")
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (["nix"], "nix"),
        (["make"], "--name"),
        (["make", "--name", "글씨", "--out", "out", "--colour", "red", "a.jpg"], "--colour"),
        (["make", "--name", "글씨", "--out", "out", "--license", "mine", "a.jpg"], "mine"),
        (["make", "--name", "글씨", "--out", "out"], "사진이 없습니다"),
        (["make", "--name", "글씨", "--out", "out", "none.jpg"], "none.jpg"),
        (["make", "--name", "  ", "--out", "out", "none.jpg"], "이름"),
    ],
)
def test_commands_not_understood_are_refused(sonmat: Sonmat, tmp_path: Path, arguments: list[str], word: str) -> None:
    assert_refused(sonmat(*arguments), word)
    assert not (tmp_path / "data").exists()


def test_a_wrong_setting_is_refused(sonmat: Sonmat, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SONMAT_BUS", "pigeon")
    assert_refused(sonmat("make", "--name", "글씨", "--out", str(tmp_path / "out"), "none.jpg"), "SONMAT_BUS")


def test_a_folder_that_is_a_file_is_refused_before_any_work(sonmat: Sonmat, tmp_path: Path) -> None:
    (tmp_path / "out").write_text("a letter")
    photo = tmp_path / "photo.jpg"
    photo.write_bytes(b"not looked at")
    assert_refused(sonmat("make", "--name", "글씨", "--out", str(tmp_path / "out"), str(photo)), "out")
    assert (tmp_path / "out").read_text() == "a letter"


@pytest.mark.parametrize("content", [b"", b"dear diary", b"\xff\xd8\xff\xe0 cut off"])
def test_files_that_are_no_photographs_are_refused_by_name_and_leave_nothing(
    sonmat: Sonmat, tmp_path: Path, content: bytes
) -> None:
    photo = tmp_path / "일기.jpg"
    photo.write_bytes(content)
    out = tmp_path / "out"
    assert_refused(sonmat("make", "--name", "글씨", "--out", str(out), str(photo)), "일기.jpg")
    assert not out.exists()
    assert list(tmp_path.glob("**/drafts/*")) == []
    store = open_store(f"sqlite:///{tmp_path / 'data' / 'sonmat.sqlite3'}")
    request = make_request([photo], FontInfo("글씨"))
    job = store.submit(request.as_job(), lambda job: pytest.fail("the job is known"))
    assert job.state is JobState.REFUSED
    assert "일기.jpg" in (job.error or "")
    store.close()


INTERRUPTED = """
import signal
import time
import deploy.cli.make
from deploy.cli.main import main

def wait(*arguments):
    print("ready", flush=True)
    time.sleep(600)

# A test run in the background inherits "ignore interrupts"; a person's terminal does not.
signal.signal(signal.SIGINT, signal.default_int_handler)
deploy.cli.make.make_font = wait
main()
"""


def test_an_interrupted_command_says_how_to_continue(tmp_path: Path) -> None:
    arguments = [sys.executable, "-c", INTERRUPTED, "make", "--name", "글씨", "--out", str(tmp_path), "photo.jpg"]
    with subprocess.Popen(arguments, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        process.send_signal(signal.SIGINT)
        try:
            _, errors = process.communicate(timeout=60)
        finally:
            process.kill()
    assert process.returncode == 130
    assert "같은 명령을 다시 치면" in errors
    assert "Traceback" not in errors


@pytest.mark.parametrize(
    "arguments",
    [
        ["pack", "nowhere", "--out", "pack"],
        ["pretrain", "--pack", "nowhere", "--run", "run"],
        ["export", "--run", "nowhere"],
        ["evaluate", "--fonts", "nowhere"],
    ],
)
def test_missing_training_material_is_named(
    sonmat: Sonmat, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert_refused(sonmat(*arguments), "nowhere")


def test_commands_and_options_of_version_0_1_work_and_name_their_new_names(
    sonmat: Sonmat, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    exported: list[tuple[Path, Path]] = []
    evaluated: list[Sequence[str]] = []
    monkeypatch.setattr("trainer.export.export_run", lambda run, pack: exported.append((run, pack)) or [])
    monkeypatch.setattr(
        "trainer.evaluation.bench.evaluate", lambda fonts, out, **options: evaluated.append(options["methods"])
    )
    shipped = sonmat("ship", "--run", "a", "--pack", "b")
    assert shipped.code == 0 and exported == [(Path("a"), Path("b"))]
    assert "sonmat export" in shipped.err and "새 이름" in shipped.err
    result = sonmat("evaluate", "--player", "skeleton", "--method", "adapted", "--out", str(tmp_path))
    assert result.code == 0 and evaluated == [["adapted", "skeleton"]]
    assert "--method" in result.err and "새 이름" in result.err
    assert "ship" not in sonmat("--help").out and "--player" not in sonmat("evaluate", "--help").out
