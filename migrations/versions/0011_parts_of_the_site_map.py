"""An index of the last change in each part of the site map."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

NAME = "ix_version_part_updated"


def upgrade() -> None:
    """Make the index; releases without it go on as before."""
    op.create_index(NAME, "version", [sa.text("(id / 20000)"), "updated"])


def downgrade() -> None:
    op.drop_index(NAME, "version")
