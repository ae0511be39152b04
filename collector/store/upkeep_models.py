"""Tables of maintenance: files to delete, results of jobs, photographs to read, and when each task last ran."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, ForeignKeyConstraint, Index, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from collector.store.models import MYSQL, Base, Big, ShaText, UtcTime


class TombstoneRow(Base):
    """Files to delete: inserted in the transaction that deletes their rows, deleted after the files."""

    __tablename__ = "tombstones"
    __table_args__ = (Index(None, "project_id"), Index(None, "due_at"), MYSQL)

    id: Mapped[int] = mapped_column(Big, primary_key=True, autoincrement=True)
    project_id: Mapped[str] = mapped_column(ShaText)
    kind: Mapped[str] = mapped_column(String(16))
    stage: Mapped[str] = mapped_column(String(32), default="")
    name: Mapped[str] = mapped_column(String(255), default="")
    tries: Mapped[int] = mapped_column(Integer, default=0)
    created_at: Mapped[datetime] = mapped_column(UtcTime)
    due_at: Mapped[datetime] = mapped_column(UtcTime)
    repeat_at: Mapped[datetime | None] = mapped_column(UtcTime)


class ResultRow(Base):
    """A result that a job started to make; kept when another replaces it, so that both are deleted with the job."""

    __tablename__ = "results"
    __table_args__ = (Index(None, "key"), MYSQL)

    job_id: Mapped[str] = mapped_column(ForeignKey("jobs.id", ondelete="CASCADE"), primary_key=True)
    stage: Mapped[str] = mapped_column(String(32), primary_key=True)
    key: Mapped[str] = mapped_column(ShaText, primary_key=True)


class WaitingReadingRow(Base):
    """A photograph that waits to be read, under a lease of the web process that reads it."""

    __tablename__ = "waiting_readings"
    __table_args__ = (
        ForeignKeyConstraint(
            ["project_id", "number"], ["uploads.project_id", "uploads.number"], ondelete="CASCADE",
            name="fk_waiting_readings_project_id_number",
        ),
        Index(None, "lease_until"),
        MYSQL,
    )  # fmt: skip

    project_id: Mapped[str] = mapped_column(ShaText, primary_key=True)
    number: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    source: Mapped[str] = mapped_column(String(64))
    opened_by: Mapped[int | None] = mapped_column(Integer)
    owner: Mapped[str] = mapped_column(String(200))
    lease_until: Mapped[datetime] = mapped_column(UtcTime)
    tries: Mapped[int] = mapped_column(Integer, default=0)


class MaintenanceRow(Base):
    """The time at which a maintenance task last succeeded, in any process."""

    __tablename__ = "maintenance"
    __table_args__ = (MYSQL,)

    task: Mapped[str] = mapped_column(String(32), primary_key=True)
    succeeded_at: Mapped[datetime] = mapped_column(UtcTime)
