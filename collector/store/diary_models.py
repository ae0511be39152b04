"""The tables of what people watch of a job in the making."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, Integer, Text
from sqlalchemy.orm import Mapped, mapped_column

from collector.store.models import MYSQL, Base, Big, Blob, UtcTime


class SketchRow(Base):
    """A line of sample text as the network drew it at one moment of its learning (PNG)."""

    __tablename__ = "sketches"
    __table_args__ = (MYSQL,)

    job_id: Mapped[str] = mapped_column(ForeignKey("jobs.id", ondelete="CASCADE"), primary_key=True)
    number: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    png: Mapped[bytes] = mapped_column(Blob)


class JournalRow(Base):
    """One line of what a job's process had to say."""

    __tablename__ = "journal"
    __table_args__ = (Index(None, "job_id", "id"), MYSQL)

    id: Mapped[int] = mapped_column(Big, primary_key=True, autoincrement=True)
    job_id: Mapped[str] = mapped_column(ForeignKey("jobs.id", ondelete="CASCADE"))
    attempt: Mapped[int] = mapped_column(Integer)
    at: Mapped[datetime] = mapped_column(UtcTime)
    line: Mapped[str] = mapped_column(Text)
