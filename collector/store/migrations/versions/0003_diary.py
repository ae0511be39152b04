"""The diary of jobs: pictures of the hand as it is learnt, and a journal; an index for figures of stages."""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

MYSQL: dict[str, Any] = {"mysql_engine": "InnoDB", "mysql_charset": "utf8mb4", "mysql_collate": "utf8mb4_bin"}
TIME = sa.DateTime().with_variant(mysql.DATETIME(fsp=6), "mysql", "mariadb")
BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
BLOB = sa.LargeBinary().with_variant(mysql.LONGBLOB(), "mysql", "mariadb")


def upgrade() -> None:
    """Adds the diary of jobs."""
    op.create_table(
        "sketches",
        sa.Column("job_id", sa.String(36), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("png", BLOB, nullable=False),
        sa.PrimaryKeyConstraint("job_id", "number", name="pk_sketches"),
        sa.ForeignKeyConstraint(["job_id"], ["jobs.id"], name="fk_sketches_job_id", ondelete="CASCADE"),
        **MYSQL,
    )
    op.create_table(
        "journal",
        sa.Column("id", BIG, nullable=False, autoincrement=True),
        sa.Column("job_id", sa.String(36), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.Column("line", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_journal"),
        sa.ForeignKeyConstraint(["job_id"], ["jobs.id"], name="fk_journal_job_id", ondelete="CASCADE"),
        **MYSQL,
    )
    op.create_index("ix_journal_job_id_id", "journal", ["job_id", "id"])
    op.create_index("ix_stages_stage_finished_at", "stages", ["stage", "finished_at"])


def downgrade() -> None:
    """Takes it away again."""
    op.drop_index("ix_stages_stage_finished_at", "stages")
    op.drop_table("journal")
    op.drop_table("sketches")
