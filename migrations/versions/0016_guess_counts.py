"""Counts of failed tries to sign in, by name and by address."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TABLE = "guess_count"


def upgrade() -> None:
    """Begin with an empty table: nobody has guessed yet."""
    op.create_table(
        TABLE,
        sa.Column("key", sa.String(length=100), nullable=False),
        sa.Column("address", sa.String(length=45), nullable=False),
        sa.Column("person_id", NUMBER, server_default="0", nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last", sa.String(length=8), nullable=True),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_guess_count")),
    )
    op.create_index(op.f("ix_guess_count_until"), TABLE, ["until"])


def downgrade() -> None:
    op.drop_table(TABLE)
