"""Settings have defaults that work, old names that work, and a table in the README that agrees with them."""

import re
from pathlib import Path

import pytest

from deploy.settings import RENAMED, Settings, SettingsError, load_settings

README = Path(__file__).parents[2] / "deploy" / "README.md"


@pytest.fixture(autouse=True)
def bare_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in (*Settings.model_fields, *RENAMED):
        monkeypatch.delenv(f"SONMAT_{name.upper()}", raising=False)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))


def test_defaults_run_everything_embedded(tmp_path: Path) -> None:
    settings = load_settings()
    assert (settings.bus, settings.device, settings.data) == ("local", "auto", tmp_path / "sonmat")
    assert settings.database_url == f"sqlite:///{tmp_path}/sonmat/sonmat.sqlite3"


def test_the_environment_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SONMAT_DATABASE", "mysql+pymysql://u@h/sonmat")
    monkeypatch.setenv("SONMAT_BUS", "kafka")
    settings = load_settings()
    assert (settings.database_url, settings.bus) == ("mysql+pymysql://u@h/sonmat", "kafka")


def test_by_default_no_proxy_elsewhere_is_trusted() -> None:
    assert Settings.model_fields["proxies"].default == "127.0.0.1"


def test_a_wrong_value_is_named_in_both_languages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SONMAT_BUS", "pigeon")
    with pytest.raises(SettingsError, match="SONMAT_BUS") as refusal:
        load_settings()
    assert "설정" in refusal.value.korean


def test_the_table_of_settings_is_complete() -> None:
    rows = re.findall(r"^\| `SONMAT_(\w+)` \|\s*`?([^|`]*?)`?\s*\|", README.read_text(encoding="utf-8"), re.MULTILINE)
    assert [name.lower() for name, _ in rows] == list(Settings.model_fields)
    shown = dict(rows)
    for name, field in Settings.model_fields.items():
        if field.default_factory is None:
            assert shown[name.upper()].strip() == str(field.default), name


@pytest.mark.parametrize(("old", "new", "value"), [("ECHO_S", "poll_fallback_s", 7), ("MOST_TRIES", "max_tries", 8)])
def test_settings_of_version_0_1_work_and_name_their_new_names(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, old: str, new: str, value: int
) -> None:
    monkeypatch.setenv(f"SONMAT_{old}", str(value))
    assert getattr(load_settings(), new) == value
    assert f"SONMAT_{old}" in caplog.text and f"SONMAT_{new.upper()}" in caplog.text
    monkeypatch.setenv(f"SONMAT_{new.upper()}", "9")
    caplog.clear()
    assert getattr(load_settings(), new) == 9
    assert caplog.text == ""
    assert getattr(load_settings(**{new: 5}), new) == 5


def test_a_wrong_value_of_an_old_name_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SONMAT_ECHO_S", "soon")
    with pytest.raises(SettingsError, match="SONMAT_POLL_FALLBACK_S"):
        load_settings()
