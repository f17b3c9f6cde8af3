"""Sweeps that people wish for, failed jobs in their order, and how many bytes the store has."""

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
FAILED = sa.text("state = 'failed'")


def upgrade() -> None:
    """Begin without wishes; the next whole comparison with the store counts its bytes."""
    op.add_column("sweep", sa.Column("wished", sa.DateTime(timezone=True), nullable=True))
    op.add_column("store_comparison", sa.Column("bytes", NUMBER, nullable=True))
    op.create_index("ix_job_failed", "job", ["id"], sqlite_where=FAILED, postgresql_where=FAILED)


def downgrade() -> None:
    """Forget wishes and bytes."""
    op.drop_index("ix_job_failed", "job")
    op.drop_column("store_comparison", "bytes")
    op.drop_column("sweep", "wished")
