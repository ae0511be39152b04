"""The tables of the service: a writer's project with its uploads and letters, and the workers."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Boolean, Double, ForeignKey, Index, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from collector.store.models import MYSQL, Base, Big, ShaText, UtcTime


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
    """One photograph of a project and what was read in it, or why nothing was."""

    __tablename__ = "uploads"
    __table_args__ = (Index(None, "created_at"), MYSQL)

    project_id: Mapped[str] = mapped_column(ForeignKey("projects.id", ondelete="CASCADE"), primary_key=True)
    number: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    name: Mapped[str] = mapped_column(String(255))
    sha256: Mapped[str] = mapped_column(ShaText)
    size_bytes: Mapped[int] = mapped_column(Big)
    reading: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
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
    parts: Mapped[str] = mapped_column(String(64), default="")
    started_at: Mapped[datetime] = mapped_column(UtcTime)
    heartbeat_at: Mapped[datetime] = mapped_column(UtcTime)


class RateRow(Base):
    """A bucket from which requests of one address or project take: full again at a moment (seconds since 1970)."""

    __tablename__ = "rates"
    __table_args__ = (Index(None, "full_at_s"), MYSQL)

    bucket: Mapped[str] = mapped_column(ShaText, primary_key=True)
    full_at_s: Mapped[float] = mapped_column(Double())
