"""Files that are fetched from elsewhere, which files have a preview, and drafts that expire."""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)
FETCH = "file_fetch"
OF_DRAFT = ("touched", "told_first", "told_last")


def upgrade() -> None:
    """Begin with no file to fetch; the release before does without all of it."""
    op.add_column("file_set", sa.Column("preview_changes", NUMBER, server_default="0", nullable=False))
    op.add_column("stored_file", sa.Column("previewed", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.execute(
        "UPDATE stored_file SET previewed = TRUE"
        " WHERE id IN (SELECT stored_file_id FROM file_preview WHERE kind IS NOT NULL)"
    )
    for column in OF_DRAFT:
        op.add_column("draft", sa.Column(column, MOMENT, nullable=True))
    op.create_table(
        FETCH,
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("file_entry_id", NUMBER, nullable=False),
        sa.Column("upload_id", NUMBER, nullable=True),
        sa.Column("person_id", NUMBER, nullable=False),
        sa.Column("url", sa.String(2000), nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("received", NUMBER, nullable=False),
        sa.Column("total", NUMBER, nullable=True),
        sa.Column("validator", sa.String(300), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(500), nullable=True),
        sa.Column("created", MOMENT, nullable=False),
        sa.Column("begun", MOMENT, nullable=True),
        sa.Column("tried", MOMENT, nullable=True),
        sa.Column("touched", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(
            ["file_entry_id"], ["file_entry.id"], name=op.f("fk_file_fetch_file_entry_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["upload_id"], ["upload.id"], name=op.f("fk_file_fetch_upload_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_file_fetch_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_file_fetch")),
        sa.UniqueConstraint("file_entry_id", name=op.f("uq_file_fetch_file_entry_id")),
    )
    for column in ("upload_id", "person_id", "touched"):
        op.create_index(op.f(f"ix_file_fetch_{column}"), FETCH, [column])


def downgrade() -> None:
    """Remove what is on its way; the names stay, and wait for bytes."""
    op.execute("UPDATE file_entry SET transfer = NULL WHERE transfer = 'F'")
    op.drop_table(FETCH)
    for column in reversed(OF_DRAFT):
        op.drop_column("draft", column)
    op.drop_column("stored_file", "previewed")
    op.drop_column("file_set", "preview_changes")
