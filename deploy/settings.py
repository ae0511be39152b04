"""Every setting of Sonmat, typed, with defaults that work; nothing else reads the environment.

``deploy/README.md`` has them in one table, and a test holds the two together.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from templates.errors import PersonError


class SettingsError(PersonError):
    """An environment variable has a value that cannot be used."""

    code = "settings"

    def __init__(self, names: str, reason: str) -> None:
        super().__init__(
            f"설정이 잘못되었습니다. {names} 환경 변수를 고쳐 주세요: {reason}",
            f"A setting is wrong. Mend the environment variable {names}: {reason}",
        )


def default_data_folder() -> Path:
    """Where programs keep what they made, by the XDG base directory specification."""
    base = os.environ.get("XDG_DATA_HOME")
    return (Path(base) if base else Path.home() / ".local" / "share") / "sonmat"


class Settings(BaseSettings):
    """How this installation runs."""

    model_config = SettingsConfigDict(env_prefix="SONMAT_", frozen=True)

    data: Path = Field(default_factory=default_data_folder, description="folder of the database and of stage results")
    database: str = Field(default="", description="SQLAlchemy URL; empty: the file sonmat.sqlite3 in the data folder")
    bus: Literal["local", "kafka"] = Field(default="local", description="what carries the events")
    kafka_servers: str = Field(default="localhost:9092", description="host:port of the brokers, parted by commas")
    kafka_session_s: float = Field(default=10.0, ge=3, description="seconds of silence after which a member is dropped")
    blobs: str = Field(default="", description="s3://bucket/prefix of photographs and stage results; empty: the folder")
    s3_endpoint: str = Field(default="", description="URL of an S3-compatible store that is not AWS")
    s3_region: str = Field(default="us-east-1", description="the bucket's region")
    s3_key: str = Field(default="", repr=False, description="access key; empty: boto3 finds its own")
    s3_secret: str = Field(default="", repr=False, description="secret of the access key")
    device: Literal["auto", "cpu", "cuda"] = Field(default="auto", description="where the network runs")
    lease_s: float = Field(default=30.0, ge=1, description="seconds of silence after which a job may be taken over")
    keep_days: int = Field(default=30, ge=1, description="days after their last use that stage results are kept")

    photo_days: float = Field(default=14.0, gt=0, description="days that the service keeps photographs")
    most_tries: int = Field(default=3, ge=1, description="how often workers try a job that breaks")
    retry_s: float = Field(default=5.0, gt=0, description="seconds that a job rests after its first breakage")
    poll_fallback_s: float = Field(
        default=60.0, gt=0, description="seconds a job may wait until idle workers look for it"
    )
    host: str = Field(default="127.0.0.1", description="address the service listens on")
    port: int = Field(default=8000, ge=0, le=65535, description="port the service listens on")
    readers: int = Field(default=2, ge=1, description="processes that read photographs for the web")
    https: bool = Field(default=False, description="whether people reach the service by HTTPS")
    proxies: str = Field(default="127.0.0.1", description="proxies whose word on people's addresses is trusted")
    operator_token: str = Field(default="", repr=False, description="opens the operator's pages; empty: there are none")
    secret: str = Field(default="", repr=False, description="signs forms and sessions; empty: a file in the folder")

    @property
    def database_url(self) -> str:
        """The database's URL, written out."""
        return self.database or f"sqlite:///{self.data / 'sonmat.sqlite3'}"


def load_settings(**given: Any) -> Settings:
    """The settings of this process; what is given counts before the environment.

    Raises:
        SettingsError: an environment variable has a value that cannot be used.
    """
    try:
        return Settings(**given)
    except ValidationError as error:
        names = ", ".join(f"SONMAT_{problem['loc'][0]}".upper() for problem in error.errors())
        raise SettingsError(names, "; ".join(problem["msg"] for problem in error.errors())) from error
