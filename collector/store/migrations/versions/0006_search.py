"""Indexes for many jobs: one that a search looks through without touching rows, one for what stages cost."""

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

SEARCHED = ["created_at", "id", "state", "name", "error_code", "owner", "stage"]
COSTS = ["finished_at", "stage", "seconds"]


def upgrade() -> None:
    """Makes them."""
    op.drop_index("ix_jobs_created_at_id", "jobs")
    op.create_index(f"ix_jobs_{'_'.join(SEARCHED)}", "jobs", SEARCHED)
    op.create_index(f"ix_stages_{'_'.join(COSTS)}", "stages", COSTS)


def downgrade() -> None:
    """Takes them away again."""
    op.drop_index(f"ix_stages_{'_'.join(COSTS)}", "stages")
    op.drop_index(f"ix_jobs_{'_'.join(SEARCHED)}", "jobs")
    op.create_index("ix_jobs_created_at_id", "jobs", ["created_at", "id"])
