"""Rates of requests, counted for all web processes together."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

MYSQL: dict[str, Any] = {"mysql_engine": "InnoDB", "mysql_charset": "utf8mb4", "mysql_collate": "utf8mb4_bin"}


def upgrade() -> None:
    """Adds the buckets."""
    op.create_table(
        "rates",
        sa.Column("bucket", sa.String(64), nullable=False),
        sa.Column("full_at_s", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("bucket", name="pk_rates"),
        **MYSQL,
    )
    op.create_index("ix_rates_full_at_s", "rates", ["full_at_s"])


def downgrade() -> None:
    """Takes them away again."""
    op.drop_table("rates")
