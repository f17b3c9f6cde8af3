"""The figures of the start page, and searches that people save."""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Begin without figures, which a sweep counts, and without searches."""
    op.create_table(
        "site_figures",
        sa.Column("id", NUMBER, autoincrement=False, nullable=False),
        sa.Column("datasets", NUMBER, nullable=False),
        sa.Column("files", NUMBER, nullable=False),
        sa.Column("bytes", NUMBER, nullable=False),
        sa.Column("counted", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_site_figures")),
    )
    op.create_table(
        "saved_search",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("person_id", NUMBER, nullable=False),
        sa.Column("title", sa.String(200), nullable=False),
        sa.Column("query", sa.String(2000), nullable=False),
        sa.Column("created", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_saved_search_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_search")),
    )
    op.create_index(op.f("ix_saved_search_person_id"), "saved_search", ["person_id"])


def downgrade() -> None:
    """Forget both."""
    op.drop_table("saved_search")
    op.drop_table("site_figures")
