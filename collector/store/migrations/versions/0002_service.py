"""The service: writers' projects with uploads and letters, workers, retries and progress of jobs."""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

MYSQL: dict[str, Any] = {"mysql_engine": "InnoDB", "mysql_charset": "utf8mb4", "mysql_collate": "utf8mb4_bin"}
TIME = sa.DateTime().with_variant(mysql.DATETIME(fsp=6), "mysql", "mariadb")
BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

JOB_COLUMNS = ("tries", "retry_at", "progress", "note", "project_id")
JOB_INDEXES = (("state", "updated_at"), ("created_at",), ("project_id",))


def upgrade() -> None:
    """Adds what the service keeps."""
    op.add_column("jobs", sa.Column("tries", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("jobs", sa.Column("retry_at", TIME))
    op.add_column("jobs", sa.Column("progress", sa.Double(), nullable=False, server_default="0"))
    op.add_column("jobs", sa.Column("note", sa.String(200), nullable=False, server_default=""))
    op.add_column("jobs", sa.Column("project_id", sa.String(64)))
    for columns in JOB_INDEXES:
        op.create_index(f"ix_jobs_{'_'.join(columns)}", "jobs", list(columns))
    _create_projects()
    _create_workers()


def downgrade() -> None:
    """Takes it away again."""
    for table in ("workers", "letters", "uploads", "projects"):
        op.drop_table(table)
    for columns in JOB_INDEXES:
        op.drop_index(f"ix_jobs_{'_'.join(columns)}", "jobs")
    for name in JOB_COLUMNS:
        op.drop_column("jobs", name)


def _create_projects() -> None:
    op.create_table(
        "projects",
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("english_name", sa.String(200), nullable=False),
        sa.Column("designer", sa.String(200), nullable=False),
        sa.Column("licence", sa.String(40), nullable=False),
        sa.Column("uploads_made", sa.Integer(), nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("touched_at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_projects"),
        **MYSQL,
    )
    op.create_index("ix_projects_touched_at", "projects", ["touched_at"])
    op.create_table(
        "uploads",
        sa.Column("project_id", sa.String(64), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(255), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("size_bytes", BIG, nullable=False),
        sa.Column("reading", sa.JSON()),
        sa.Column("error_code", sa.String(64)),
        sa.Column("error", sa.Text()),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("removed_at", TIME),
        sa.PrimaryKeyConstraint("project_id", "number", name="pk_uploads"),
        sa.ForeignKeyConstraint(["project_id"], ["projects.id"], name="fk_uploads_project_id", ondelete="CASCADE"),
        **MYSQL,
    )
    op.create_index("ix_uploads_created_at", "uploads", ["created_at"])
    op.create_table(
        "letters",
        sa.Column("project_id", sa.String(64), nullable=False),
        sa.Column("char", sa.String(8), nullable=False),
        sa.Column("strokes", sa.JSON()),
        sa.Column("is_wrong", sa.Boolean(), nullable=False),
        sa.Column("changed_at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("project_id", "char", name="pk_letters"),
        sa.ForeignKeyConstraint(["project_id"], ["projects.id"], name="fk_letters_project_id", ondelete="CASCADE"),
        **MYSQL,
    )


def _create_workers() -> None:
    op.create_table(
        "workers",
        sa.Column("id", sa.String(200), nullable=False),
        sa.Column("device", sa.String(40), nullable=False),
        sa.Column("job_id", sa.String(36)),
        sa.Column("memory_mib", sa.Double(), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("started_at", TIME, nullable=False),
        sa.Column("heartbeat_at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_workers"),
        **MYSQL,
    )
