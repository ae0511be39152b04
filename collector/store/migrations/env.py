"""Alembic's entry: runs the migrations on the connection that ``migrate`` hands over."""

from alembic import context

from collector.store.models import Base

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    transaction_per_migration=False,
    render_as_batch=True,
)
context.run_migrations()
