"""Parts of the way: which worker a job waits for, what a worker takes up; indexes for many jobs."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

INDEXES = {
    "jobs": (("created_at", "id"), ("state", "created_at", "id"), ("state", "error_code")),
    "outbox": (("key",),),
}


def upgrade() -> None:
    """Adds what divides the way between workers."""
    op.add_column("jobs", sa.Column("part", sa.String(16), nullable=False, server_default="collect"))
    op.add_column("workers", sa.Column("parts", sa.String(64), nullable=False, server_default=""))
    op.drop_index("ix_jobs_created_at", "jobs")
    for table, indexes in INDEXES.items():
        for columns in indexes:
            op.create_index(f"ix_{table}_{'_'.join(columns)}", table, list(columns))


def downgrade() -> None:
    """Takes it away again."""
    for table, indexes in INDEXES.items():
        for columns in indexes:
            op.drop_index(f"ix_{table}_{'_'.join(columns)}", table)
    op.create_index("ix_jobs_created_at", "jobs", ["created_at"])
    op.drop_column("workers", "parts")
    op.drop_column("jobs", "part")
