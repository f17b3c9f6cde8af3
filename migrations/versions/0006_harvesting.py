"""Catalogues have a datestamp of their own, the datestamps before it, and sets."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
NEVER = sa.text("'1970-01-01 00:00:00+00:00'")
INDEXES = {
    "ix_version_datestamp_id": ["datestamp", "id"],
    "ix_version_resource_type_datestamp_id": ["resource_type", "datestamp", "id"],
    "ix_version_created_id": ["created", "id"],
}


def upgrade() -> None:
    """Begin with the date of the last change and the type that is described."""
    with op.batch_alter_table("version") as batch_op:
        batch_op.add_column(sa.Column("datestamp", MOMENT, server_default=NEVER, nullable=False))
        batch_op.add_column(sa.Column("resource_type", sa.String(length=60), nullable=True))
    op.execute("UPDATE version SET datestamp = updated, resource_type = description -> 'resource_type' ->> 'id'")
    for name, columns in INDEXES.items():
        op.create_index(name, "version", columns)
    op.create_table(
        "past_datestamp",
        sa.Column("datestamp", MOMENT, nullable=False),
        sa.Column("version_id", NUMBER, nullable=False),
        sa.Column("until", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["version_id"], ["version.id"], name=op.f("fk_past_datestamp_version_id")),
        sa.PrimaryKeyConstraint("datestamp", "version_id", name=op.f("pk_past_datestamp")),
    )
    _make_sets()


def _make_sets() -> None:
    op.create_table(
        "oai_set",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("spec", sa.String(length=100), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("description", sa.String(length=2000), nullable=False),
        sa.Column("query", sa.String(length=2000), nullable=False),
        sa.Column("created", MOMENT, nullable=False),
        sa.Column("updated", MOMENT, nullable=False),
        sa.Column("filled", MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_oai_set")),
        sa.UniqueConstraint("spec", name=op.f("uq_oai_set_spec")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "oai_set_member",
        sa.Column("set_id", NUMBER, nullable=False),
        sa.Column("version_id", NUMBER, nullable=False),
        sa.ForeignKeyConstraint(["set_id"], ["oai_set.id"], name=op.f("fk_oai_set_member_set_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["version_id"], ["version.id"], name=op.f("fk_oai_set_member_version_id")),
        sa.PrimaryKeyConstraint("set_id", "version_id", name=op.f("pk_oai_set_member")),
    )
    op.create_index("ix_oai_set_member_version_id", "oai_set_member", ["version_id"])


def downgrade() -> None:
    """Forget all of it; the sets and what was in them are lost."""
    for table in ("oai_set_member", "oai_set", "past_datestamp"):
        op.drop_table(table)
    for name in INDEXES:
        op.drop_index(name, "version")
    with op.batch_alter_table("version") as batch_op:
        batch_op.drop_column("resource_type")
        batch_op.drop_column("datestamp")
