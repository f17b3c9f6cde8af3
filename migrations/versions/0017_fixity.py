"""Which files a fixity check is reading, and the damaged files in the order of their checks."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
TABLE = "stored_file"
PARTIAL = (
    ("ix_stored_file_reading", ["reading", "id"], "reading IS NOT NULL"),
    ("ix_stored_file_fault_checked", ["checked", "id"], "fault <> ''"),
)


def upgrade() -> None:
    """Add a column and two small indexes; the release before writes its rows without them."""
    op.add_column(TABLE, sa.Column("reading", MOMENT, nullable=True))
    for name, columns, condition in PARTIAL:
        op.create_index(name, TABLE, columns, sqlite_where=sa.text(condition), postgresql_where=sa.text(condition))


def downgrade() -> None:
    """Remove them; a check that runs meanwhile begins anew."""
    for name, *_ in reversed(PARTIAL):
        op.drop_index(name, TABLE)
    op.drop_column(TABLE, "reading")
