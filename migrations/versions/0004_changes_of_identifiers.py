"""Identifiers count their changes, so that texts made of them are known to be old."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Begin to count."""
    with op.batch_alter_table("identifier") as batch_op:
        batch_op.add_column(sa.Column("change", sa.Integer(), server_default="1", nullable=False))


def downgrade() -> None:
    """Count no longer."""
    with op.batch_alter_table("identifier") as batch_op:
        batch_op.drop_column("change")
