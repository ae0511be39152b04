"""Operators' sessions that were ended before they ran out."""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

MYSQL: dict[str, Any] = {"mysql_engine": "InnoDB", "mysql_charset": "utf8mb4", "mysql_collate": "utf8mb4_bin"}
UTC_TIME = sa.DateTime().with_variant(mysql.DATETIME(fsp=6), "mysql", "mariadb")


def upgrade() -> None:
    """Adds the table."""
    op.create_table(
        "ended_sessions",
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("runs_out_at", UTC_TIME, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_ended_sessions"),
        **MYSQL,
    )
    op.create_index("ix_ended_sessions_runs_out_at", "ended_sessions", ["runs_out_at"])


def downgrade() -> None:
    """Removes it."""
    op.drop_table("ended_sessions")
