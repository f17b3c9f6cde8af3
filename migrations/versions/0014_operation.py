"""Objects in quarantine, the newest trusted moment, when files were last checked, and embargoes that were lifted."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
KEY = sa.String(length=200).with_variant(sa.String(length=200, collation="C"), "postgresql")
PARTIAL = (
    ("ix_orphan_last_chance", "orphan", ["last_chance", "key"], "NOT kept", "kept = 0"),
    ("ix_stored_file_faulty", "stored_file", ["id"], "fault <> ''", "fault <> ''"),
    ("ix_version_lifted_on", "version", ["lifted_on", "id"], "lifted_on IS NOT NULL", "lifted_on IS NOT NULL"),
)


def upgrade() -> None:
    """Add tables, columns and indexes; the release before writes its rows without them."""
    op.create_table(
        "orphan",
        sa.Column("key", KEY, nullable=False),
        sa.Column("size", NUMBER, nullable=False),
        sa.Column("first_seen", MOMENT, nullable=False),
        sa.Column("last_seen", MOMENT, nullable=False),
        sa.Column("last_chance", MOMENT, nullable=False),
        sa.Column("kept", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_orphan")),
    )
    op.create_table(
        "trusted_moment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("confirmed_until", MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_trusted_moment")),
    )
    op.create_table(
        "store_comparison",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("newest_object", MOMENT, nullable=True),
        sa.Column("objects", NUMBER, nullable=False),
        sa.Column("orphans", NUMBER, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_store_comparison")),
    )
    op.add_column("stored_file", sa.Column("checked", MOMENT, nullable=True))
    op.create_index("ix_stored_file_checked_id", "stored_file", ["checked", "id"])
    op.add_column("version", sa.Column("lifted_on", sa.Date(), nullable=True))
    op.add_column("version", sa.Column("lifted_terms", sa.JSON(), nullable=True))
    for name, table, columns, postgresql, sqlite in PARTIAL:
        op.create_index(name, table, columns, sqlite_where=sa.text(sqlite), postgresql_where=sa.text(postgresql))


def downgrade() -> None:
    """Remove them; what an orphan waited for begins anew after the next upgrade."""
    for name, table, *_ in reversed(PARTIAL):
        op.drop_index(name, table)
    op.drop_column("version", "lifted_terms")
    op.drop_column("version", "lifted_on")
    op.drop_index("ix_stored_file_checked_id", "stored_file")
    op.drop_column("stored_file", "checked")
    op.drop_table("store_comparison")
    op.drop_table("trusted_moment")
    op.drop_table("orphan")
