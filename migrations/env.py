"""Alembic's entry: run migrations on the connection that the caller opened."""

from alembic import context

from migrations.models import METADATA


def run() -> None:
    """Apply the wanted revisions inside the caller's transaction."""
    connection = context.config.attributes["connection"]
    context.configure(
        connection=connection,
        target_metadata=METADATA,
        render_as_batch=connection.dialect.name == "sqlite",
        compare_type=True,
    )
    with context.begin_transaction():
        context.run_migrations()


run()
