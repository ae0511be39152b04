"""Jobs, photos, glyphs, stages, outbox and the offsets of the in-process bus."""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

MYSQL: dict[str, Any] = {"mysql_engine": "InnoDB", "mysql_charset": "utf8mb4", "mysql_collate": "utf8mb4_bin"}
TIME = sa.DateTime().with_variant(mysql.DATETIME(fsp=6), "mysql", "mariadb")
BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
BLOB = sa.LargeBinary().with_variant(mysql.LONGBLOB(), "mysql", "mariadb")
LONG_TEXT = sa.Text().with_variant(mysql.LONGTEXT(), "mysql", "mariadb")


def upgrade() -> None:
    """Creates everything."""
    _create_jobs()
    _create_photos_and_glyphs()
    _create_stages()
    _create_events()


def downgrade() -> None:
    """Drops everything."""
    for table in ("bus_offsets", "outbox", "stages", "glyphs", "photos", "jobs"):
        op.drop_table(table)


def _create_jobs() -> None:
    op.create_table(
        "jobs",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("key", sa.String(64), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("licence", sa.String(40), nullable=False),
        sa.Column("options", sa.JSON(), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("stage", sa.String(32)),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("owner", sa.String(200)),
        sa.Column("lease_until", TIME),
        sa.Column("heartbeat_at", TIME),
        sa.Column("set_name", sa.String(16)),
        sa.Column("seed", sa.String(200)),
        sa.Column("error_code", sa.String(64)),
        sa.Column("error", LONG_TEXT),
        sa.Column("report", sa.JSON()),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("updated_at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_jobs"),
        sa.UniqueConstraint("key", name="uq_jobs_key"),
        **MYSQL,
    )
    op.create_index("ix_jobs_state_lease_until", "jobs", ["state", "lease_until"])


def _create_photos_and_glyphs() -> None:
    op.create_table(
        "photos",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("job_id", sa.String(36), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(255), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("size_bytes", BIG, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_photos"),
        sa.UniqueConstraint("job_id", "position", name="uq_photos_job_id_position"),
        sa.ForeignKeyConstraint(["job_id"], ["jobs.id"], name="fk_photos_job_id", ondelete="CASCADE"),
        **MYSQL,
    )
    op.create_table(
        "glyphs",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("job_id", sa.String(36), nullable=False),
        sa.Column("char", sa.String(8), nullable=False),
        sa.Column("verdict", sa.String(32), nullable=False),
        sa.Column("ink", BLOB),
        sa.Column("em_px", sa.Double()),
        sa.Column("origin_x_px", sa.Double()),
        sa.Column("origin_y_px", sa.Double()),
        sa.Column("baseline_em", sa.Double()),
        sa.Column("source", sa.String(16)),
        sa.PrimaryKeyConstraint("id", name="pk_glyphs"),
        sa.UniqueConstraint("job_id", "char", name="uq_glyphs_job_id_char"),
        sa.ForeignKeyConstraint(["job_id"], ["jobs.id"], name="fk_glyphs_job_id", ondelete="CASCADE"),
        **MYSQL,
    )


def _create_stages() -> None:
    op.create_table(
        "stages",
        sa.Column("job_id", sa.String(36), nullable=False),
        sa.Column("stage", sa.String(32), nullable=False),
        sa.Column("key", sa.String(64), nullable=False),
        sa.Column("seconds", sa.Double(), nullable=False),
        sa.Column("peak_memory_mib", sa.Double(), nullable=False),
        sa.Column("finished_at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("job_id", "stage", name="pk_stages"),
        sa.ForeignKeyConstraint(["job_id"], ["jobs.id"], name="fk_stages_job_id", ondelete="CASCADE"),
        **MYSQL,
    )
    op.create_index("ix_stages_key", "stages", ["key"])


def _create_events() -> None:
    op.create_table(
        "outbox",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("topic", sa.String(120), nullable=False),
        sa.Column("key", sa.String(120), nullable=False),
        sa.Column("payload", sa.JSON(), nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("published_at", TIME),
        sa.PrimaryKeyConstraint("id", name="pk_outbox"),
        # Numbers are never used twice, even after the newest rows were deleted: readers remember how far they came.
        sqlite_autoincrement=True,
        **MYSQL,
    )
    op.create_index("ix_outbox_published_at_id", "outbox", ["published_at", "id"])
    op.create_index("ix_outbox_topic_id", "outbox", ["topic", "id"])
    op.create_table(
        "bus_offsets",
        sa.Column("group_name", sa.String(120), nullable=False),
        sa.Column("topic", sa.String(120), nullable=False),
        sa.Column("next_id", BIG, nullable=False),
        sa.PrimaryKeyConstraint("group_name", "topic", name="pk_bus_offsets"),
        **MYSQL,
    )
