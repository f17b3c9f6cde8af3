"""The figures of the start page."""

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0025"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Begin without figures: a sweep counts."""
    op.create_table(
        "site_figures",
        sa.Column("id", NUMBER, autoincrement=False, nullable=False),
        sa.Column("datasets", NUMBER, nullable=False),
        sa.Column("files", NUMBER, nullable=False),
        sa.Column("bytes", NUMBER, nullable=False),
        sa.Column("counted", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_site_figures")),
    )


def downgrade() -> None:
    """Forget the figures."""
    op.drop_table("site_figures")
