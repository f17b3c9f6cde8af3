"""What each person has in drafts, and limits of their own."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TABLE = "draft_use"


def upgrade() -> None:
    """Begin with nothing counted: the sweep of drafts counts what is there."""
    op.create_table(
        TABLE,
        sa.Column("person_id", NUMBER, nullable=False),
        sa.Column("drafts", NUMBER, nullable=False),
        sa.Column("bytes", NUMBER, nullable=False),
        sa.Column("most_drafts", NUMBER, nullable=True),
        sa.Column("most_bytes", NUMBER, nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_draft_use_person_id")),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_draft_use")),
    )
    op.add_column("file_set", sa.Column("own_bytes", NUMBER, server_default=sa.text("0"), nullable=False))


def downgrade() -> None:
    op.drop_column("file_set", "own_bytes")
    op.drop_table(TABLE)
