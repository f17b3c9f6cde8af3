"""Identifiers know what their registrars owe and have; versions can be withdrawn; datasets belong to communities."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Add the columns and tables; what the public can read now was exposed."""
    with op.batch_alter_table("identifier") as batch_op:
        batch_op.add_column(sa.Column("attempts", sa.Integer(), server_default="0", nullable=False))
        batch_op.add_column(sa.Column("next_try", MOMENT, nullable=True))
        batch_op.add_column(sa.Column("asked", MOMENT, nullable=True))
        batch_op.add_column(sa.Column("ticket", sa.String(length=200), server_default=sa.text("''"), nullable=False))
        batch_op.add_column(sa.Column("sent", sa.String(length=64), server_default=sa.text("''"), nullable=False))
    with op.batch_alter_table("concept") as batch_op:
        batch_op.add_column(sa.Column("community", sa.String(length=100), nullable=True))
        batch_op.create_index("ix_concept_community", ["community"])
    with op.batch_alter_table("version") as batch_op:
        batch_op.add_column(sa.Column("withdrawn_at", MOMENT, nullable=True))
        batch_op.add_column(sa.Column("exposed", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.execute("UPDATE version SET exposed = true WHERE record_access = 'public'")
    op.create_table(
        "tombstone",
        sa.Column("version_id", NUMBER, sa.ForeignKey("version.id", name="fk_tombstone_version_id_version")),
        sa.Column("reason", sa.String(length=60), nullable=False),
        sa.Column("note", sa.String(length=5000), nullable=False),
        sa.Column("citation", sa.String(length=20_000), nullable=False),
        sa.Column("visible", sa.Boolean(), nullable=False),
        sa.Column("removed_by", NUMBER, sa.ForeignKey("person.id", name="fk_tombstone_removed_by_person")),
        sa.Column("at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("version_id", name="pk_tombstone"),
    )


def downgrade() -> None:
    """Take them away again; versions that were withdrawn become restricted: nobody decided to open them."""
    op.execute(
        "UPDATE version SET record_access = 'restricted', files_access = 'restricted', embargo_until = NULL"
        " WHERE withdrawn_at IS NOT NULL"
    )
    op.drop_table("tombstone")
    with op.batch_alter_table("version") as batch_op:
        batch_op.drop_column("exposed")
        batch_op.drop_column("withdrawn_at")
    with op.batch_alter_table("concept") as batch_op:
        batch_op.drop_index("ix_concept_community")
        batch_op.drop_column("community")
    with op.batch_alter_table("identifier") as batch_op:
        for name in ("sent", "ticket", "asked", "next_try", "attempts"):
            batch_op.drop_column(name)
