"""Permissions are rows: one for each subject of a dataset, its owner the first.

`concept.owner_id` stays, since releases before this one write it and the API shows it; decisions go by the grants.
"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
EXPIRING = sa.text("expires IS NOT NULL")


def upgrade() -> None:
    """Make the owner of each dataset the holder of its first grant."""
    op.create_table(
        "access_grant",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("concept_id", NUMBER, nullable=False),
        sa.Column("subject_kind", sa.String(length=12), nullable=False),
        sa.Column("subject_id", NUMBER, nullable=False),
        sa.Column("permission", sa.String(length=10), nullable=False),
        sa.Column("created", MOMENT, nullable=False),
        sa.Column("expires", MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_access_grant")),
        sa.UniqueConstraint(
            "concept_id", "subject_kind", "subject_id", name=op.f("uq_access_grant_concept_id_subject_kind_subject_id")
        ),
    )
    op.execute(
        "INSERT INTO access_grant (concept_id, subject_kind, subject_id, permission, created)"
        " SELECT id, 'person', owner_id, 'owner', created FROM concept ORDER BY id"
    )
    op.create_index(
        op.f("ix_access_grant_subject_kind_subject_id_concept_id"),
        "access_grant",
        ["subject_kind", "subject_id", "concept_id"],
    )
    op.create_index(
        "ix_access_grant_expires",
        "access_grant",
        ["expires"],
        sqlite_where=EXPIRING,
        postgresql_where=EXPIRING,
    )


def downgrade() -> None:
    """Forget all grants; owners stay where they were."""
    op.drop_table("access_grant")
