"""Preservation events have a table of their own; facts and jobs of unknown kinds can be set aside."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INDEXES = (
    ("ix_fact_due", "fact", ["id"], "relayed_at IS NULL AND unknown_since IS NULL"),
    ("ix_fact_unknown", "fact", ["kind", "id"], "relayed_at IS NULL AND unknown_since IS NOT NULL"),
    ("ix_job_unknown", "job", ["name"], "state = 'unknown'"),
)


def upgrade() -> None:
    """Add the table, the column and the indexes; releases without them go on as before."""
    op.create_table(
        "preservation_event",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("type", sa.String(length=60), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("detail", sa.String(length=500), nullable=False),
        sa.Column("outcome", sa.String(length=20), nullable=False),
        sa.Column("outcome_detail", sa.String(length=500), nullable=False),
        sa.Column("agent", sa.String(length=100), nullable=False),
        sa.Column("object_kind", sa.String(length=20), nullable=False),
        sa.Column("object_id", NUMBER, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_preservation_event")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_preservation_event_object_kind_object_id", "preservation_event", ["object_kind", "object_id"])
    op.create_index("ix_preservation_event_type_at", "preservation_event", ["type", "at"])
    op.add_column("fact", sa.Column("unknown_since", MOMENT, nullable=True))
    for name, table, columns, condition in INDEXES:
        op.create_index(name, table, columns, sqlite_where=sa.text(condition), postgresql_where=sa.text(condition))


def downgrade() -> None:
    """Forget the events; what was set aside waits like everything else."""
    for name, table, _, _ in reversed(INDEXES):
        op.drop_index(name, table)
    op.execute("UPDATE job SET state = 'waiting' WHERE state = 'unknown'")
    op.drop_column("fact", "unknown_since")  # not in a batch: SQLite would make the table anew, and count ids anew
    op.drop_table("preservation_event")
