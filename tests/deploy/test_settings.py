"""Settings have defaults that work, old names that work, and a table in the README that agrees with them."""

import re
import ssl
import traceback
from pathlib import Path
from typing import Any

import pytest

from collector.store import OutboxMessage, StoreError
from collector.store.engine import open_engine
from deploy.container import open_kafka
from deploy.settings import RENAMED, HalfSetError, Settings, SettingsError, load_settings

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


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ({"KAFKA_USER": "sonmat", "BUS": "kafka"}, "SONMAT_KAFKA_PASSWORD"),
        ({"KAFKA_PASSWORD": "p", "BUS": "kafka"}, "SONMAT_KAFKA_USER"),
        (
            {"KAFKA_USER": "sonmat", "KAFKA_PASSWORD": "p", "KAFKA_MECHANISM": "PLAIN", "BUS": "kafka"},
            "SONMAT_KAFKA_CA",
        ),
        ({"KAFKA_USER": "sonmat", "KAFKA_PASSWORD": "p"}, "SONMAT_BUS=kafka"),
        ({"KAFKA_CA": "system"}, "SONMAT_BUS=kafka"),
        ({"KAFKA_CA": "/nowhere.pem", "BUS": "kafka"}, "/nowhere.pem"),
        ({"DATABASE_CA": "system"}, "SONMAT_DATABASE=mysql"),
        ({"DATABASE_CA": "/nowhere.pem", "DATABASE": "mysql+pymysql://u@h/sonmat"}, "SONMAT_DATABASE_CA"),
        ({"S3_KEY": "key"}, "SONMAT_S3_SECRET"),
        ({"S3_CA": "system", "S3_ENDPOINT": "http://s3:1"}, "SONMAT_S3_ENDPOINT=https://"),
    ],
)
def test_what_is_half_set_is_refused_in_both_languages(
    monkeypatch: pytest.MonkeyPatch, given: dict[str, str], named: str
) -> None:
    for name, value in given.items():
        monkeypatch.setenv(f"SONMAT_{name}", value)
    with pytest.raises(HalfSetError) as refusal:
        load_settings()
    assert named in refusal.value.korean and named in refusal.value.english


def test_authorities_of_the_system_are_a_file(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SONMAT_DATABASE", "mysql+pymysql://u:p%40ss@h/sonmat")
    monkeypatch.setenv("SONMAT_DATABASE_CA", "system")
    settings = load_settings()
    assert settings.database_ca == (ssl.get_default_verify_paths().cafile or "")
    if settings.database_ca:
        assert settings.database_url.startswith("mysql+pymysql://u:p%40ss@h/sonmat?ssl_ca=")


def test_what_kafka_is_asked_is_handed_on(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No SASL broker can be started here: what kafka-python is handed is looked at."""
    (tmp_path / "ca.pem").write_text("")
    given = {"BUS": "kafka", "KAFKA_SERVERS": "a:1,b:2", "KAFKA_USER": "sonmat", "KAFKA_PASSWORD": "secret"}
    given |= {"KAFKA_CA": str(tmp_path / "ca.pem"), "KAFKA_MECHANISM": "PLAIN", "KAFKA_REPLICAS": "3"}
    for name, value in given.items():
        monkeypatch.setenv(f"SONMAT_{name}", value)
    handed: list[dict[str, Any]] = []

    class Client:
        def __init__(self, *topics: str, **options: Any) -> None:
            handed.append(options)

        def list_topics(self) -> list[str]:
            return []

        def create_topics(self, topics: dict[str, Any]) -> None:
            handed.append(topics)

        def send(self, topic: str, **message: Any) -> "Client":
            return self

        def flush(self, timeout: float) -> None: ...

        def get(self, timeout: float) -> None: ...

        def close(self, **options: Any) -> None: ...

    for name in ("KafkaAdminClient", "KafkaProducer", "KafkaConsumer"):
        monkeypatch.setattr(f"collector.events.kafka_bus.{name}", Client)
    settings = load_settings()
    bus = open_kafka(settings)
    bus.prepare()
    bus.publish([OutboxMessage("topic", "job", {})])
    bus.consume(["topic"], "group").close()
    clients = [each for each in handed if "bootstrap_servers" in each]
    assert len(clients) == 3
    for options in clients:
        assert options["bootstrap_servers"] == ["a:1", "b:2"]
        assert (options["security_protocol"], options["ssl_cafile"]) == ("SASL_SSL", str(tmp_path / "ca.pem"))
        assert (options["sasl_mechanism"], options["sasl_plain_username"]) == ("PLAIN", "sonmat")
        assert options["sasl_plain_password"] == "secret"
    assert clients[1]["enable_idempotence"] is True and clients[1]["acks"] == "all"
    made = [topic for each in handed if "bootstrap_servers" not in each for topic in each.values()]
    assert made and all(topic["replication_factor"] == 3 for topic in made)
    assert "secret" not in repr(settings)


@pytest.mark.parametrize("url", ["mysql://u:pass:w0rd@h:port/x", "mysql+pymysql//u:w0rd@h/x", "w0rd", "://u:w0rd@h"])
def test_a_malformed_database_url_does_not_print_its_password(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    monkeypatch.setenv("SONMAT_DATABASE", url)
    with pytest.raises(SettingsError, match="SONMAT_DATABASE") as refusal:
        load_settings()
    shown = "".join(traceback.format_exception(refusal.value))
    assert "w0rd" not in shown and "%40" in refusal.value.korean
    with pytest.raises(StoreError) as error:
        open_engine(url)
    assert "w0rd" not in "".join(traceback.format_exception(error.value))


def test_no_secret_is_shown_with_the_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("OPERATOR_TOKEN", "SECRET", "S3_KEY", "S3_SECRET"):
        monkeypatch.setenv(f"SONMAT_{name}", "w0rd")
    monkeypatch.setenv("SONMAT_DATABASE", "mysql+pymysql://u:w0rd@h/x")
    assert "w0rd" not in repr(load_settings()) + str(load_settings())
