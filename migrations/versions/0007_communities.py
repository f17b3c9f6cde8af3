"""Communities are rows, with a table of their datasets and a default for each."""

from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
SLUG = sa.String(length=100).with_variant(sa.String(length=100, collation="C"), "postgresql")
IS_DEFAULT = sa.text("is_default")
COMMUNITY = sa.table(
    "community",
    sa.column("slug", SLUG),
    sa.column("titles", sa.JSON()),
    sa.column("change", sa.Integer()),
    sa.column("created", MOMENT),
)


def upgrade() -> None:
    """Make a community of every string in use, called by it, the default of the datasets that have it."""
    _make_tables()
    now = datetime.now(UTC)
    connection = op.get_bind()
    slugs = connection.scalars(sa.text("SELECT DISTINCT community FROM concept WHERE community IS NOT NULL")).all()
    rows = [{"slug": slug, "titles": {"en": slug}, "change": 1, "created": now} for slug in sorted(slugs)]
    if rows:
        op.bulk_insert(COMMUNITY, rows)
    op.execute(
        "INSERT INTO community_dataset (concept_id, community_id, is_default, at)"
        " SELECT concept.id, community.id, true, community.created"
        " FROM concept JOIN community ON community.slug = concept.community"
    )
    op.drop_index("ix_concept_community", "concept")
    # In place on both databases (SQLite 3.35): a rebuild would drop a table that others refer to.
    op.execute("ALTER TABLE concept DROP COLUMN community")


def _make_tables() -> None:
    op.create_table(
        "community",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("slug", SLUG, nullable=False),
        sa.Column("titles", sa.JSON(), nullable=False),
        sa.Column("change", sa.Integer(), nullable=False),
        sa.Column("created", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_community")),
        sa.UniqueConstraint("slug", name=op.f("uq_community_slug")),
        sqlite_autoincrement=True,
    )
    concept, community = op.f("fk_community_dataset_concept_id"), op.f("fk_community_dataset_community_id")
    op.create_table(
        "community_dataset",
        sa.Column("concept_id", NUMBER, nullable=False),
        sa.Column("community_id", NUMBER, nullable=False),
        sa.Column("is_default", sa.Boolean(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["concept_id"], ["concept.id"], name=concept, ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["community_id"], ["community.id"], name=community),
        sa.PrimaryKeyConstraint("concept_id", "community_id", name=op.f("pk_community_dataset")),
    )
    op.create_index("ix_community_dataset_community_id", "community_dataset", ["community_id"])
    op.create_index(
        "ix_community_dataset_one_default",
        "community_dataset",
        ["concept_id"],
        unique=True,
        sqlite_where=IS_DEFAULT,
        postgresql_where=IS_DEFAULT,
    )


def downgrade() -> None:
    """Keep the slug of each dataset's default; titles, and communities beside the default, are lost."""
    op.add_column("concept", sa.Column("community", sa.String(length=100), nullable=True))
    op.execute(
        "UPDATE concept SET community = ("
        "SELECT community.slug FROM community JOIN community_dataset ON community_dataset.community_id = community.id"
        " WHERE community_dataset.concept_id = concept.id AND community_dataset.is_default)"
    )
    op.create_index("ix_concept_community", "concept", ["community"])
    op.drop_table("community_dataset")
    op.drop_table("community")
