"""Files whose digests are not known yet, where their bytes are, and uploads in parts."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
BYTEWISE = sa.String(200).with_variant(sa.String(200, collation="C"), "postgresql")
DIGESTS = {"md5": 32, "sha256": 64}


def upgrade() -> None:
    """Add the columns and tables; every file that is there was verified on receipt and lies in the store."""
    op.add_column(
        "stored_file", sa.Column("state", sa.String(10), server_default=sa.text("'verified'"), nullable=False)
    )
    op.add_column("stored_file", sa.Column("failure", sa.String(500), nullable=True))
    op.add_column(
        "stored_file", sa.Column("location", sa.String(10), server_default=sa.text("'staging'"), nullable=False)
    )
    for name, length in DIGESTS.items():
        _change_digest(name, f"VARCHAR({length})", "DROP NOT NULL")
    _make_uploads()


def _change_digest(name: str, new_type: str, postgresql_change: str) -> None:
    """Let a digest be NULL, or never be NULL again.

    SQLite can change no column, and to make the table anew it would have to drop it, which the foreign keys of
    ``file_entry`` forbid.  A column of the new kind takes the values and then the name of the old one.
    """
    if op.get_bind().dialect.name == "postgresql":
        op.execute(f"ALTER TABLE stored_file ALTER COLUMN {name} {postgresql_change}")
        return
    op.execute(f"ALTER TABLE stored_file ADD COLUMN new_{name} {new_type}")
    op.execute(f"UPDATE stored_file SET new_{name} = {name}")
    op.execute(f"ALTER TABLE stored_file DROP COLUMN {name}")
    op.execute(f"ALTER TABLE stored_file RENAME COLUMN new_{name} TO {name}")


def _make_uploads() -> None:
    op.create_table(
        "upload",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("file_entry_id", NUMBER, nullable=True),
        sa.Column("object_key", BYTEWISE, nullable=False),
        sa.Column("store_upload_id", sa.String(1100), nullable=False),
        sa.Column("size", NUMBER, nullable=False),
        sa.Column("part_size", NUMBER, nullable=True),
        sa.Column("part_count", sa.Integer(), nullable=True),
        sa.Column("declared_md5", sa.String(32), nullable=True),
        sa.Column("declared_sha256", sa.String(64), nullable=True),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("created", MOMENT, nullable=False),
        sa.Column("expires", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(
            ["file_entry_id"], ["file_entry.id"], name=op.f("fk_upload_file_entry_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_upload")),
        sa.UniqueConstraint("object_key", name=op.f("uq_upload_object_key")),
    )
    op.create_index("ix_upload_file_entry_id", "upload", ["file_entry_id"])
    op.create_index("ix_upload_expires", "upload", ["expires"])
    op.create_table(
        "upload_part",
        sa.Column("upload_id", NUMBER, nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("size", NUMBER, nullable=False),
        sa.Column("tag", sa.String(100), nullable=False),
        sa.Column("checksum", sa.String(80), nullable=True),
        sa.Column("received", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(
            ["upload_id"], ["upload.id"], name=op.f("fk_upload_part_upload_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("upload_id", "number", name=op.f("pk_upload_part")),
    )


def downgrade() -> None:
    """Take them away again; names keep no file that is not verified, and uploads begin anew.

    The bytes that lose their row are removed by the sweep that compares the database with the store.
    """
    op.drop_table("upload_part")
    op.drop_table("upload")
    _forget_unverified_files()
    for name, length in DIGESTS.items():
        _change_digest(name, f"VARCHAR({length}) DEFAULT '' NOT NULL", "SET NOT NULL")
    for name in ("location", "failure", "state"):
        op.drop_column("stored_file", name)


def _forget_unverified_files() -> None:
    unverified = "SELECT id FROM stored_file WHERE state <> 'verified'"
    op.execute(
        "UPDATE file_set SET total_bytes = total_bytes - (SELECT SUM(stored_file.size) FROM file_entry"
        " JOIN stored_file ON stored_file.id = file_entry.file_id"
        " WHERE file_entry.file_set_id = file_set.id AND stored_file.state <> 'verified')"
        f" WHERE id IN (SELECT file_set_id FROM file_entry WHERE file_id IN ({unverified}))"
    )
    op.execute(f"UPDATE file_entry SET file_id = NULL, pending = true WHERE file_id IN ({unverified})")
    op.execute(f"UPDATE file_entry SET staged_id = NULL, pending = file_id IS NULL WHERE staged_id IN ({unverified})")
    op.execute(f"DELETE FROM stored_file WHERE id IN ({unverified})")
