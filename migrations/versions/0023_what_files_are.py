"""What is known of files: formats, previews, the CRC-32 of ZIP, and indexes of long lists."""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
PREVIEW, ENTRY = "file_preview", "file_entry"


def upgrade() -> None:
    """Begin with nothing known; the release before keeps the indexes without knowing them."""
    op.add_column("stored_file", sa.Column("crc32", NUMBER, nullable=True))
    op.create_table(
        PREVIEW,
        sa.Column("stored_file_id", NUMBER, autoincrement=False, nullable=False),
        sa.Column("inspector", sa.Integer(), nullable=False),
        sa.Column("format", sa.String(30), nullable=False),
        sa.Column("kind", sa.String(20), nullable=True),
        sa.Column("body", sa.JSON(), nullable=True),
        sa.Column("reason", sa.String(40), nullable=True),
        sa.Column("inspected", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["stored_file_id"], ["stored_file.id"], name=op.f("fk_file_preview_stored_file_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("stored_file_id", name=op.f("pk_file_preview")),
    )
    op.create_index("ix_file_preview_inspector", PREVIEW, ["inspector", "stored_file_id"])
    committed = sa.text("file_id IS NOT NULL")
    op.create_index(
        "ix_file_entry_committed", ENTRY, ["file_set_id", "key"], sqlite_where=committed, postgresql_where=committed
    )
    op.create_index(
        "ix_file_entry_unready",
        ENTRY,
        ["file_set_id", "file_id"],
        sqlite_where=sa.text("pending IS 1 AND file_id IS NOT NULL"),
        postgresql_where=sa.text("pending IS TRUE AND file_id IS NOT NULL"),
    )


def downgrade() -> None:
    """Remove all of it again."""
    op.drop_index("ix_file_entry_unready", ENTRY)
    op.drop_index("ix_file_entry_committed", ENTRY)
    op.drop_table(PREVIEW)
    op.drop_column("stored_file", "crc32")  # not in a batch: SQLite would make the table anew
