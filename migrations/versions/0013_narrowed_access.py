"""Narrowed access that the index has not heard of, and an index of the last visible change."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TABLE, INDEX = "narrowed_access", "ix_version_exposed_updated"


def upgrade() -> None:
    """Begin with an empty table: what was narrowed before the upgrade has its jobs on their way."""
    op.create_table(
        TABLE,
        sa.Column("record_id", NUMBER, autoincrement=False, nullable=False),
        sa.Column("part", sa.String(length=10), nullable=False),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("record_id", "part", name=op.f("pk_narrowed_access")),
    )
    op.create_index("ix_narrowed_access_part_at", TABLE, ["part", "at"])
    op.create_index(
        INDEX, "version", ["updated", "id"], sqlite_where=sa.text("exposed = 1"), postgresql_where=sa.text("exposed")
    )


def downgrade() -> None:
    op.drop_index(INDEX, "version")
    op.drop_table(TABLE)
