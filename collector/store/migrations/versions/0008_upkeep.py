"""Files that are to be deleted, all results that jobs named, photographs that wait for their reading, maintenance."""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

MYSQL: dict[str, Any] = {"mysql_engine": "InnoDB", "mysql_charset": "utf8mb4", "mysql_collate": "utf8mb4_bin"}
UTC_TIME = sa.DateTime().with_variant(mysql.DATETIME(fsp=6), "mysql", "mariadb")
BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Makes the tables; the results are those that jobs name today."""
    op.create_table(
        "tombstones",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("project_id", sa.String(64), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("stage", sa.String(32), nullable=False),
        sa.Column("name", sa.String(255), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("created_at", UTC_TIME, nullable=False),
        sa.Column("due_at", UTC_TIME, nullable=False),
        sa.Column("repeat_at", UTC_TIME, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_tombstones"),
        **MYSQL,
    )
    op.create_index("ix_tombstones_project_id", "tombstones", ["project_id"])
    op.create_index("ix_tombstones_due_at", "tombstones", ["due_at"])
    op.create_table(
        "results",
        sa.Column("job_id", sa.String(36), nullable=False),
        sa.Column("stage", sa.String(32), nullable=False),
        sa.Column("key", sa.String(64), nullable=False),
        sa.ForeignKeyConstraint(["job_id"], ["jobs.id"], name="fk_results_job_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("job_id", "stage", "key", name="pk_results"),
        **MYSQL,
    )
    op.create_index("ix_results_key", "results", ["key"])
    op.execute("INSERT INTO results (job_id, stage, `key`) SELECT job_id, stage, `key` FROM stages")
    op.create_table(
        "waiting_readings",
        sa.Column("project_id", sa.String(64), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("source", sa.String(64), nullable=False),
        sa.Column("opened_by", sa.Integer(), nullable=True),
        sa.Column("owner", sa.String(200), nullable=False),
        sa.Column("lease_until", UTC_TIME, nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["project_id", "number"],
            ["uploads.project_id", "uploads.number"],
            name="fk_waiting_readings_project_id_number",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("project_id", "number", name="pk_waiting_readings"),
        **MYSQL,
    )
    op.create_index("ix_waiting_readings_lease_until", "waiting_readings", ["lease_until"])
    op.create_table(
        "maintenance",
        sa.Column("task", sa.String(32), nullable=False),
        sa.Column("succeeded_at", UTC_TIME, nullable=False),
        sa.PrimaryKeyConstraint("task", name="pk_maintenance"),
        **MYSQL,
    )


def downgrade() -> None:
    """Takes them away again."""
    for table in ("maintenance", "waiting_readings", "results", "tombstones"):
        op.drop_table(table)
