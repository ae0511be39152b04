"""All settings of Sonmat, typed, with defaults that work. Nothing else reads the environment.

``deploy/README.md`` lists them in one table; a test compares the two.
"""

from __future__ import annotations

import logging
import os
import ssl
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict
from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

from templates.errors import PersonError

log = logging.getLogger("sonmat.settings")

PREFIX = "SONMAT_"
SYSTEM = "system"
AUTHORITIES = ("database_ca", "kafka_ca", "s3_ca")
"""Settings that name a PEM file of authorities, or ``system`` for those that this machine trusts."""
RENAMED = {"echo_s": "poll_fallback_s", "most_tries": "max_tries"}
"""Settings by their names in version 0.1; the old names work in 0.2, with a warning."""


class SettingsError(PersonError):
    """An environment variable has an invalid value."""

    code = "settings"

    def __init__(self, names: str, reason: str) -> None:
        super().__init__(
            f"설정이 잘못되었습니다. {names} 환경 변수를 고쳐 주세요: {reason}",
            f"A setting is wrong. Mend the environment variable {names}: {reason}",
        )


class HalfSetError(PersonError):
    """Settings that belong together do not fit."""

    code = "settings.half"


def default_data_folder() -> Path:
    """The folder for data of programs, by the XDG base directory specification."""
    base = os.environ.get("XDG_DATA_HOME")
    return (Path(base) if base else Path.home() / ".local" / "share") / "sonmat"


class Settings(BaseSettings):
    """The settings of this installation."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, frozen=True, hide_input_in_errors=True)

    data: Path = Field(default_factory=default_data_folder, description="folder of the database and of stage results")
    database: str = Field(
        default="", repr=False, description="SQLAlchemy URL; empty: the file sonmat.sqlite3 in the data folder"
    )
    database_ca: str = Field(
        default="", description="PEM file: MySQL's certificate is checked by it; system: usual ones"
    )
    bus: Literal["local", "kafka"] = Field(default="local", description="event bus: in-process, or Apache Kafka")
    kafka_servers: str = Field(default="localhost:9092", description="host:port of the brokers, separated by commas")
    kafka_session_s: float = Field(default=10.0, ge=3, description="seconds until a silent worker leaves its group")
    kafka_ca: str = Field(default="", description="PEM file: TLS to the brokers, checked by it; system: usual ones")
    kafka_user: str = Field(default="", description="user of SASL; empty: brokers ask for none")
    kafka_password: str = Field(default="", repr=False, description="password of the user")
    kafka_mechanism: Literal["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"] = Field(
        default="SCRAM-SHA-512", description="SASL's mechanism; PLAIN only with TLS"
    )
    kafka_replicas: int = Field(default=1, ge=1, description="brokers that hold each partition of new topics")
    kafka_idempotence: bool = Field(default=True, description="brokers drop what a producer sends twice")
    blobs: str = Field(default="", description="s3://bucket/prefix of photographs and stage results; empty: the folder")
    s3_endpoint: str = Field(default="", description="URL of an S3-compatible store that is not AWS")
    s3_region: str = Field(default="us-east-1", description="the bucket's region")
    s3_key: str = Field(default="", repr=False, description="access key; empty: boto3's own lookup")
    s3_secret: str = Field(default="", repr=False, description="secret of the access key")
    s3_ca: str = Field(default="", description="PEM file by which the certificate of the endpoint is checked")
    device: Literal["auto", "cpu", "cuda"] = Field(default="auto", description="where the network runs")
    lease_s: float = Field(default=30.0, ge=1, description="seconds without a heartbeat until another may claim a job")
    keep_days: int = Field(default=30, ge=1, description="days that unused stage results are kept")

    photo_days: float = Field(default=14.0, gt=0, description="days that the service keeps photographs")
    max_tries: int = Field(default=3, ge=1, description="how often workers try a failing job")
    retry_s: float = Field(default=5.0, gt=0, description="seconds until the first retry of a failed job")
    poll_fallback_s: float = Field(
        default=60.0, gt=0, description="seconds a job waits until idle workers find it in the database"
    )
    host: str = Field(default="127.0.0.1", description="address the service listens on")
    port: int = Field(default=8000, ge=0, le=65535, description="port the service listens on")
    readers: int = Field(default=2, ge=1, description="processes that read photographs for the web")
    https: bool = Field(default=False, description="people reach the service by HTTPS: cookies are secure")
    proxies: str = Field(default="127.0.0.1", description="proxies whose X-Forwarded-For is trusted")
    operator_token: str = Field(default="", repr=False, description="opens the operator's pages; empty: no such pages")
    secret: str = Field(default="", repr=False, description="key that signs forms and sessions; empty: one in a file")

    @field_validator("database")
    @classmethod
    def _is_database_url(cls, value: str) -> str:
        """A URL that SQLAlchemy cannot read is refused without showing it: it holds the password."""
        try:
            if value:
                make_url(value)
        except (ArgumentError, ValueError):
            raise ValueError(
                "sqlite:///file or mysql+pymysql://user:password@host/name; in the password @ : / are %40 %3A %2F"
            ) from None
        return value

    @property
    def database_url(self) -> str:
        """The URL of the database, also where the setting is empty; with TLS where an authority is set."""
        if not self.database_ca:
            return self.database or f"sqlite:///{self.data / 'sonmat.sqlite3'}"
        url = make_url(self.database).update_query_dict({"ssl_ca": self.database_ca})
        return url.render_as_string(hide_password=False)


def load_settings(**values: Any) -> Settings:
    """Loads the settings of this process; ``values`` take precedence over the environment.

    Raises:
        SettingsError: an environment variable has an invalid value.
        HalfSetError: settings that belong together do not fit.
    """
    try:
        settings = Settings(**(_values_of_old_names(os.environ) | values))
        return check_settings(settings)
    except ValidationError as error:
        names = ", ".join(f"{PREFIX}{problem['loc'][0]}".upper() for problem in error.errors())
        raise SettingsError(names, "; ".join(problem["msg"] for problem in error.errors())) from error


def check_settings(settings: Settings) -> Settings:
    """Checks what belongs together, and puts the file of the system's authorities where ``system`` is said.

    Raises:
        HalfSetError: something is missing, does not fit, or would send a password unencrypted.
    """
    problem = next((each for each in _problems(settings) if each is not None), None)
    if problem is not None:
        raise problem
    system = ssl.get_default_verify_paths().cafile or ""
    authorities = {name: getattr(settings, name) for name in AUTHORITIES}
    return settings.model_copy(update={name: system for name, value in authorities.items() if value == SYSTEM})


def _problems(settings: Settings) -> Iterator[HalfSetError | None]:
    yield _together(bool(settings.kafka_user), bool(settings.kafka_password), "KAFKA_USER", "KAFKA_PASSWORD")
    yield _together(bool(settings.s3_key), bool(settings.s3_secret), "S3_KEY", "S3_SECRET")
    if settings.kafka_user and settings.kafka_mechanism == "PLAIN" and not settings.kafka_ca:
        yield HalfSetError(
            "SONMAT_KAFKA_MECHANISM이 PLAIN이면 비밀번호가 그대로 오가므로 SONMAT_KAFKA_CA도 있어야 합니다.",
            "With SONMAT_KAFKA_MECHANISM=PLAIN the password travels as it is: set SONMAT_KAFKA_CA as well.",
        )
    if (settings.kafka_user or settings.kafka_ca) and settings.bus != "kafka":
        yield _needs("KAFKA_USER" if settings.kafka_user else "KAFKA_CA", "SONMAT_BUS=kafka")
    if settings.database_ca and not settings.database.startswith("mysql"):
        yield _needs("DATABASE_CA", "SONMAT_DATABASE=mysql+pymysql://…")
    if settings.s3_ca and not settings.s3_endpoint.startswith("https://"):
        yield _needs("S3_CA", "SONMAT_S3_ENDPOINT=https://…")
    for name in AUTHORITIES:
        value = getattr(settings, name)
        if value and value != SYSTEM and not Path(value).is_file():
            yield HalfSetError(
                f"{PREFIX}{name.upper()}에 적은 파일 ‘{value}’이 없습니다.",
                f"There is no file “{value}”, which {PREFIX}{name.upper()} names.",
            )


def _together(is_one: bool, is_other: bool, one: str, other: str) -> HalfSetError | None:
    if is_one == is_other:
        return None
    return HalfSetError(
        f"{PREFIX}{one}와 {PREFIX}{other}는 둘 다 적거나 둘 다 비워 두세요.",
        f"Set both {PREFIX}{one} and {PREFIX}{other}, or neither.",
    )


def _needs(name: str, wanted: str) -> HalfSetError:
    return HalfSetError(f"{PREFIX}{name}은 {wanted}일 때만 씁니다.", f"{PREFIX}{name} is only of use with {wanted}.")


def _values_of_old_names(environment: Mapping[str, str]) -> dict[str, str]:
    """The values of variables that are set under their old names only; warns of each."""
    found = {}
    for old, new in RENAMED.items():
        old_name, new_name = f"{PREFIX}{old}".upper(), f"{PREFIX}{new}".upper()
        if old_name in environment and new_name not in environment:
            log.warning(
                "%s의 새 이름은 %s입니다. 바꾸어 주세요. Rename %s to %s.", old_name, new_name, old_name, new_name
            )
            found[new] = environment[old_name]
    return found
