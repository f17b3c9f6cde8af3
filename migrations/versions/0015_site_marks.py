"""Values that a site knows of itself, such as the id of its store."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Begin with an empty table: the next start of a server gives store and database their id."""
    op.create_table(
        "site_mark",
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("value", sa.String(length=255), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_site_mark")),
    )


def downgrade() -> None:
    op.drop_table("site_mark")
