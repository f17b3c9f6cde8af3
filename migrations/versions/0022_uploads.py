"""Uploads in parts and resumable ones, files that wait to be verified, limits of single datasets."""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

RECEIVED = sa.text("state = 'received'")
NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)
LIMITS = (("most_bytes", NUMBER), ("most_files", sa.Integer()), ("most_file_bytes", NUMBER))
INDEX = "ix_stored_file_received"
RESUMABLE = "resumable_upload"


def upgrade() -> None:
    """Add a table, a small index and columns; the release before does without, and its sweep removes ended uploads."""
    op.add_column("file_entry", sa.Column("transfer", sa.String(length=1), nullable=True))
    op.add_column("upload", sa.Column("part_md5s", sa.Text(), nullable=True))
    op.add_column("upload", sa.Column("arrived_md5", sa.String(length=32), nullable=True))
    for name, kind in LIMITS:
        op.add_column("concept", sa.Column(name, kind, nullable=True))
    op.create_index(INDEX, "stored_file", ["id"], sqlite_where=RECEIVED, postgresql_where=RECEIVED)
    op.create_table(
        RESUMABLE,
        sa.Column("upload_id", NUMBER, autoincrement=False, nullable=False),
        sa.Column("name", sa.String(32), nullable=False),
        sa.Column("person_id", NUMBER, nullable=False),
        sa.Column("about", sa.String(8200), nullable=False),
        sa.Column("names_file", sa.Boolean(), nullable=False),
        sa.Column("holder", sa.String(160), nullable=False),
        sa.Column("held_until", MOMENT, nullable=True),
        sa.Column("is_awaited", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["upload_id"], ["upload.id"], name=op.f("fk_resumable_upload_upload_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_resumable_upload_person_id")),
        sa.PrimaryKeyConstraint("upload_id", name=op.f("pk_resumable_upload")),
        sa.UniqueConstraint("name", name=op.f("uq_resumable_upload_name")),
    )
    op.create_index("ix_resumable_upload_person_id", RESUMABLE, ["person_id"])


def downgrade() -> None:
    """Remove them; uploads under way expire."""
    op.drop_table(RESUMABLE)
    op.drop_index(INDEX, "stored_file")
    for name, _ in reversed(LIMITS):
        op.drop_column("concept", name)
    op.drop_column("upload", "arrived_md5")
    op.drop_column("upload", "part_md5s")
    op.drop_column("file_entry", "transfer")
