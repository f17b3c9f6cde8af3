"""Drafts that begin with a description or an identifier from elsewhere."""

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)
IMPORT = "draft_import"


def upgrade() -> None:
    """Begin with no import; the release before does without the table."""
    op.create_table(
        IMPORT,
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("draft_id", NUMBER, nullable=False),
        sa.Column("person_id", NUMBER, nullable=False),
        sa.Column("form", sa.String(20), nullable=False),
        sa.Column("scheme", sa.String(10), nullable=False),
        sa.Column("identifier", sa.String(2000), nullable=False),
        sa.Column("use", sa.String(12), nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("reason", sa.String(500), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("entries", sa.Integer(), nullable=False),
        sa.Column("not_taken", sa.JSON(), nullable=False),
        sa.Column("created", MOMENT, nullable=False),
        sa.Column("touched", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["draft_id"], ["draft.id"], name=op.f("fk_draft_import_draft_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_draft_import_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_draft_import")),
        sa.UniqueConstraint("draft_id", name=op.f("uq_draft_import_draft_id")),
    )
    for column in ("person_id", "touched"):
        op.create_index(op.f(f"ix_draft_import_{column}"), IMPORT, [column])


def downgrade() -> None:
    """Forget how drafts began; what was taken over stays in them."""
    op.drop_table(IMPORT)
