"""How many files of a set, and how many bytes, readers do not learn of."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INDEX = "ix_file_entry_hidden"
COUNTED = """
UPDATE file_set SET
    hidden_count = (
        SELECT count(*) FROM file_entry
        WHERE file_entry.file_set_id = file_set.id AND file_entry.hidden IS TRUE AND file_entry.file_id IS NOT NULL
    ),
    hidden_bytes = (
        SELECT coalesce(sum(stored_file.size), 0)
        FROM file_entry JOIN stored_file ON file_entry.file_id = stored_file.id
        WHERE file_entry.file_set_id = file_set.id AND file_entry.hidden IS TRUE
    )
WHERE state = 'frozen' AND id IN (SELECT file_set_id FROM file_entry WHERE hidden IS TRUE)
"""


def upgrade() -> None:
    """Add the columns and count the hidden files of published versions; former releases leave both at 0."""
    for name, kind in (("hidden_count", sa.Integer()), ("hidden_bytes", NUMBER)):
        op.add_column("file_set", sa.Column(name, kind, server_default=sa.text("0"), nullable=False))
    op.create_index(
        INDEX,
        "file_entry",
        ["file_set_id"],
        sqlite_where=sa.text("hidden IS 1"),
        postgresql_where=sa.text("hidden IS TRUE"),
    )
    op.execute(COUNTED)


def downgrade() -> None:
    op.drop_index(INDEX, "file_entry")
    for name in ("hidden_bytes", "hidden_count"):
        op.drop_column("file_set", name)
