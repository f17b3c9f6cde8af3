"""Sweeps keep their turns and results; stored files are read in the order in which stores list them."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table of sweeps, and order the keys of objects by their bytes."""
    op.create_table(
        "sweep",
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("due", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("started", sa.DateTime(timezone=True), nullable=True),
        sa.Column("finished", sa.DateTime(timezone=True), nullable=True),
        sa.Column("seconds", sa.Double(), nullable=True),
        sa.Column("found", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("repaired", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("result", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("cause", sa.String(length=2000), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_sweep")),
    )
    if op.get_bind().dialect.name == "postgresql":  # SQLite compares texts by their bytes anyway
        op.alter_column("stored_file", "object_key", type_=sa.String(200, collation="C"))


def downgrade() -> None:
    """Change it back."""
    if op.get_bind().dialect.name == "postgresql":
        op.alter_column("stored_file", "object_key", type_=sa.String(200, collation="default"))
    op.drop_table("sweep")
