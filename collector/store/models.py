"""The tables. Their migrations are in ``migrations/``; a test holds the two together."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    DateTime,
    Dialect,
    Double,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Text,
    TypeDecorator,
    UniqueConstraint,
)
from sqlalchemy.dialects import mysql
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from sqlalchemy.types import TypeEngine

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}
MYSQL = {"mysql_engine": "InnoDB", "mysql_charset": "utf8mb4", "mysql_collate": "utf8mb4_bin"}
"""A binary collation: in the others 'a' equals 'A' and some jamo equal each other, and a font needs both."""

Big = BigInteger().with_variant(Integer(), "sqlite")
"""SQLite numbers rows by itself only in a column of type INTEGER."""
Blob = LargeBinary().with_variant(mysql.LONGBLOB(), "mysql", "mariadb")
LongText = Text().with_variant(mysql.LONGTEXT(), "mysql", "mariadb")
ShaText = String(64)


class UtcTime(TypeDecorator[datetime]):
    """An aware moment, kept as naive UTC with microseconds on every database."""

    impl = DateTime
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """MySQL drops fractions of a second unless told."""
        if dialect.name in ("mysql", "mariadb"):
            return dialect.type_descriptor(mysql.DATETIME(fsp=6))
        return dialect.type_descriptor(DateTime())

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuses naive moments, which nobody can place."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"a moment without a time zone: {value}")
        return value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Naive UTC from the database is UTC."""
        return None if value is None else value.replace(tzinfo=UTC)


class Base(DeclarativeBase):
    """All tables of Sonmat."""

    metadata = MetaData(naming_convention=NAMING)


class JobRow(Base):
    """One wish for a font: one row, one state machine, one lease."""

    __tablename__ = "jobs"
    __table_args__ = (
        Index(None, "state", "lease_until"),
        Index(None, "state", "updated_at"),
        Index(None, "created_at", "id", "state", "name", "error_code", "owner", "stage"),
        Index(None, "state", "created_at", "id"),
        Index(None, "state", "error_code"),
        Index(None, "project_id"),
        MYSQL,
    )

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    key: Mapped[str] = mapped_column(ShaText, unique=True)
    name: Mapped[str] = mapped_column(String(200))
    licence: Mapped[str] = mapped_column(String(40))
    options: Mapped[dict[str, Any]] = mapped_column(JSON)
    state: Mapped[str] = mapped_column(String(16))
    phase: Mapped[str] = mapped_column(String(16), default="collect")
    stage: Mapped[str | None] = mapped_column(String(32))
    attempt: Mapped[int] = mapped_column(Integer, default=0)
    tries: Mapped[int] = mapped_column(Integer, default=0)
    retry_at: Mapped[datetime | None] = mapped_column(UtcTime)
    progress: Mapped[float] = mapped_column(Double(), default=0.0)
    note: Mapped[str] = mapped_column(String(200), default="")
    project_id: Mapped[str | None] = mapped_column(String(64))
    owner: Mapped[str | None] = mapped_column(String(200))
    lease_until: Mapped[datetime | None] = mapped_column(UtcTime)
    heartbeat_at: Mapped[datetime | None] = mapped_column(UtcTime)
    set_name: Mapped[str | None] = mapped_column(String(16))
    seed: Mapped[str | None] = mapped_column(String(200))
    error_code: Mapped[str | None] = mapped_column(String(64))
    error: Mapped[str | None] = mapped_column(LongText)
    report: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    created_at: Mapped[datetime] = mapped_column(UtcTime)
    updated_at: Mapped[datetime] = mapped_column(UtcTime)


class PhotoRow(Base):
    """One photograph of a job, in the order given."""

    __tablename__ = "photos"
    __table_args__ = (UniqueConstraint("job_id", "position"), MYSQL)

    id: Mapped[int] = mapped_column(Big, primary_key=True, autoincrement=True)
    job_id: Mapped[str] = mapped_column(ForeignKey("jobs.id", ondelete="CASCADE"))
    position: Mapped[int] = mapped_column(Integer)
    name: Mapped[str] = mapped_column(String(255))
    sha256: Mapped[str] = mapped_column(ShaText)
    size_bytes: Mapped[int] = mapped_column(Big)


class ReadingRow(Base):
    """What was read in one photograph: an upload of a project, or a picture of a photograph of a job."""

    __tablename__ = "readings"
    __table_args__ = (
        ForeignKeyConstraint(
            ["project_id", "upload_number"], ["uploads.project_id", "uploads.number"], ondelete="CASCADE"
        ),
        UniqueConstraint("project_id", "upload_number"),
        UniqueConstraint("photo_id", "picture"),
        MYSQL,
    )

    id: Mapped[int] = mapped_column(Big, primary_key=True, autoincrement=True)
    project_id: Mapped[str | None] = mapped_column(ShaText)
    upload_number: Mapped[int | None] = mapped_column(Integer)
    photo_id: Mapped[int | None] = mapped_column(ForeignKey("photos.id", ondelete="CASCADE"))
    picture: Mapped[int] = mapped_column(Integer, default=0)
    photo: Mapped[str] = mapped_column(String(255))
    code: Mapped[str | None] = mapped_column(ShaText)
    set_name: Mapped[str] = mapped_column(String(16))
    page_index: Mapped[int] = mapped_column(Integer)
    markers_seen: Mapped[int] = mapped_column(Integer)
    markers_printed: Mapped[int] = mapped_column(Integer)
    residual_mm: Mapped[float] = mapped_column(Double())
    blur_mm: Mapped[float] = mapped_column(Double())
    pen_em: Mapped[float | None] = mapped_column(Double())
    notices: Mapped[list[Any]] = mapped_column(JSON)


class InstanceRow(Base):
    """One character as it was written once: the verdict with its number, and the ink (PNG) where it is good."""

    __tablename__ = "glyph_instances"
    __table_args__ = (UniqueConstraint("reading_id", "char", "number"), MYSQL)

    id: Mapped[int] = mapped_column(Big, primary_key=True, autoincrement=True)
    reading_id: Mapped[int] = mapped_column(ForeignKey("readings.id", ondelete="CASCADE"))
    char: Mapped[str] = mapped_column(String(8))
    number: Mapped[int] = mapped_column(Integer, default=0)
    source: Mapped[str] = mapped_column(String(16))
    verdict: Mapped[str] = mapped_column(String(32))
    cause: Mapped[str | None] = mapped_column(String(32))
    cause_value: Mapped[float | None] = mapped_column(Double())
    cause_limit: Mapped[float | None] = mapped_column(Double())
    confidence: Mapped[float] = mapped_column(Double())
    sharpness: Mapped[float] = mapped_column(Double())
    sha256: Mapped[str | None] = mapped_column(ShaText)
    ink: Mapped[bytes | None] = mapped_column(Blob)
    em_px: Mapped[float | None] = mapped_column(Double())
    origin_x_px: Mapped[float | None] = mapped_column(Double())
    origin_y_px: Mapped[float | None] = mapped_column(Double())
    baseline_em: Mapped[float | None] = mapped_column(Double())


class StageRow(Base):
    """Under which content-addressed key a stage's result of a job lies, and what making it cost."""

    __tablename__ = "stages"
    __table_args__ = (
        Index(None, "key"),
        Index(None, "stage", "finished_at"),
        Index(None, "finished_at", "stage", "seconds"),
        MYSQL,
    )

    job_id: Mapped[str] = mapped_column(ForeignKey("jobs.id", ondelete="CASCADE"), primary_key=True)
    stage: Mapped[str] = mapped_column(String(32), primary_key=True)
    key: Mapped[str] = mapped_column(ShaText)
    seconds: Mapped[float] = mapped_column(Double())
    peak_memory_mib: Mapped[float] = mapped_column(Double())
    finished_at: Mapped[datetime] = mapped_column(UtcTime)


class OutboxRow(Base):
    """An event written in the transaction that made it true; the log of the in-process bus as well."""

    __tablename__ = "outbox"
    __table_args__ = (
        Index(None, "published_at", "id"),
        Index(None, "topic", "id"),
        Index(None, "key"),
        MYSQL | {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(Big, primary_key=True, autoincrement=True)
    topic: Mapped[str] = mapped_column(String(120))
    key: Mapped[str] = mapped_column(String(120))
    payload: Mapped[dict[str, Any]] = mapped_column(JSON)
    created_at: Mapped[datetime] = mapped_column(UtcTime)
    published_at: Mapped[datetime | None] = mapped_column(UtcTime)


class OffsetRow(Base):
    """How far a group of the in-process bus has read a topic."""

    __tablename__ = "bus_offsets"
    __table_args__ = (MYSQL,)

    group_name: Mapped[str] = mapped_column(String(120), primary_key=True)
    topic: Mapped[str] = mapped_column(String(120), primary_key=True)
    next_id: Mapped[int] = mapped_column(Big)


class ProjectRow(Base):
    """One writer's way from photographs to a font; its id is the hash of the token in its address."""

    __tablename__ = "projects"
    __table_args__ = (Index(None, "touched_at"), MYSQL)

    id: Mapped[str] = mapped_column(ShaText, primary_key=True)
    name: Mapped[str] = mapped_column(String(200), default="")
    english_name: Mapped[str] = mapped_column(String(200), default="")
    designer: Mapped[str] = mapped_column(String(200), default="")
    licence: Mapped[str] = mapped_column(String(40), default="")
    uploads_made: Mapped[int] = mapped_column(Integer, default=0)
    created_at: Mapped[datetime] = mapped_column(UtcTime)
    touched_at: Mapped[datetime] = mapped_column(UtcTime)


class UploadRow(Base):
    """One photograph of a project, and why it cannot be read where it cannot; what was read has a row of its own."""

    __tablename__ = "uploads"
    __table_args__ = (Index(None, "created_at"), MYSQL)

    project_id: Mapped[str] = mapped_column(ForeignKey("projects.id", ondelete="CASCADE"), primary_key=True)
    number: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    name: Mapped[str] = mapped_column(String(255))
    sha256: Mapped[str] = mapped_column(ShaText)
    size_bytes: Mapped[int] = mapped_column(Big)
    error_code: Mapped[str | None] = mapped_column(String(64))
    error: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(UtcTime)
    removed_at: Mapped[datetime | None] = mapped_column(UtcTime)


class LetterRow(Base):
    """What the writer says about one letter: drawn again by hand, or marked as wrong."""

    __tablename__ = "letters"
    __table_args__ = (MYSQL,)

    project_id: Mapped[str] = mapped_column(ForeignKey("projects.id", ondelete="CASCADE"), primary_key=True)
    char: Mapped[str] = mapped_column(String(8), primary_key=True)
    strokes: Mapped[list[Any] | None] = mapped_column(JSON(none_as_null=True))
    is_wrong: Mapped[bool] = mapped_column(Boolean(), default=False)
    changed_at: Mapped[datetime] = mapped_column(UtcTime)


class WorkerRow(Base):
    """A worker as it last showed itself."""

    __tablename__ = "workers"
    __table_args__ = (MYSQL,)

    id: Mapped[str] = mapped_column(String(200), primary_key=True)
    device: Mapped[str] = mapped_column(String(40))
    job_id: Mapped[str | None] = mapped_column(String(36))
    memory_mib: Mapped[float] = mapped_column(Double(), default=0.0)
    done: Mapped[int] = mapped_column(Integer, default=0)
    phases: Mapped[str] = mapped_column(String(64), default="")
    started_at: Mapped[datetime] = mapped_column(UtcTime)
    heartbeat_at: Mapped[datetime] = mapped_column(UtcTime)


class RateRow(Base):
    """A bucket from which requests of one address or project take: full again at a moment (seconds since 1970)."""

    __tablename__ = "rates"
    __table_args__ = (Index(None, "full_at_s"), MYSQL)

    bucket: Mapped[str] = mapped_column(ShaText, primary_key=True)
    full_at_s: Mapped[float] = mapped_column(Double())


class EndedSessionRow(Base):
    """An operator's session that was ended before it ran out."""

    __tablename__ = "ended_sessions"
    __table_args__ = (Index(None, "runs_out_at"), MYSQL)

    id: Mapped[str] = mapped_column(ShaText, primary_key=True)
    runs_out_at: Mapped[datetime] = mapped_column(UtcTime)


class SketchRow(Base):
    """A line of sample text as the network drew it at one moment of its learning (PNG)."""

    __tablename__ = "sketches"
    __table_args__ = (MYSQL,)

    job_id: Mapped[str] = mapped_column(ForeignKey("jobs.id", ondelete="CASCADE"), primary_key=True)
    number: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    png: Mapped[bytes] = mapped_column(Blob)


class JobLogRow(Base):
    """One line of what a job's process had to say."""

    __tablename__ = "job_log"
    __table_args__ = (Index(None, "job_id", "id"), MYSQL)

    id: Mapped[int] = mapped_column(Big, primary_key=True, autoincrement=True)
    job_id: Mapped[str] = mapped_column(ForeignKey("jobs.id", ondelete="CASCADE"))
    attempt: Mapped[int] = mapped_column(Integer)
    at: Mapped[datetime] = mapped_column(UtcTime)
    line: Mapped[str] = mapped_column(Text)
