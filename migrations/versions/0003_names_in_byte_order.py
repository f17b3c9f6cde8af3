"""Names of files have the same order on every database, whatever language a PostgreSQL database was made for."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

COLUMNS = {"key": 1024, "extension": 20}


def upgrade() -> None:
    """Order names and their endings by their bytes."""
    _compare_by("C")


def downgrade() -> None:
    """Order them by the database's language again."""
    _compare_by("default")


def _compare_by(collation: str) -> None:
    if op.get_bind().dialect.name == "postgresql":  # SQLite compares texts by their bytes anyway
        for name, length in COLUMNS.items():
            op.alter_column("file_entry", name, type_=sa.String(length, collation=collation))
