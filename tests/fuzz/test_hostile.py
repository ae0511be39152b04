"""A web process goes on answering whatever is sent to it; the bench (``make bench-fuzz``) does the same for longer."""

from pathlib import Path

from tests.fuzz.attacks import ATTACKS
from tests.fuzz.hostile import attack

SECONDS = 9.0
"""For all attacks together, beside what opening a thousand connections takes."""


def test_no_attack_stops_or_fills_a_web_process(tmp_path: Path) -> None:
    survived = list(attack(tmp_path, ATTACKS, SECONDS))
    assert [each.attack for each in survived] == list(ATTACKS)
    for each in survived:
        assert not each.defects, (each.attack, each.defects, each.statuses, (tmp_path / "web.log").read_text()[-2000:])
        assert each.statuses, "it was answered"
    written = [path for path in tmp_path.rglob("*") if path.name != "web.log"]
    assert written and not [path for path in (tmp_path, *written) if path.stat().st_mode & 0o077], "for the owner alone"
    codes = {status for each in survived for status in each.statuses}
    assert codes >= {200, 400, 404, 411, 422}, "every attack gets as far as it is meant to"
