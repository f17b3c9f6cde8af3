"""A proved ORCID iD of one person alone, webhooks that follow the seals, ends of requests for access."""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

REQUEST = "access_request"
FINAL = "('declined', 'cancelled', 'expired', 'ended')"
NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Index the few iDs that were proved, and let each of the few webhooks begin at the newest seal."""
    op.create_index(
        "ix_profile_orcid",
        "profile",
        ["orcid"],
        unique=True,
        sqlite_where=sa.text("orcid_verified = 1"),
        postgresql_where=sa.text("orcid_verified = true"),
    )
    _add_ends_of_requests()
    op.add_column("webhook", sa.Column("reached", NUMBER, server_default="0", nullable=False))
    op.execute("UPDATE webhook SET reached = (SELECT COALESCE(MAX(number), 0) FROM audit_seal)")


def downgrade() -> None:
    """Remove all of it again."""
    for name in ("status_hash", "closed"):
        op.drop_index(f"ix_access_request_{name}", REQUEST)
        op.drop_column(REQUEST, name)
    op.drop_column("webhook", "reached")
    op.drop_index("ix_profile_orcid", "profile")


def _add_ends_of_requests() -> None:
    """Let requests that are over already count from what is known of them, of which there are few."""
    op.add_column(REQUEST, sa.Column("status_hash", sa.String(64), nullable=True))
    op.add_column(REQUEST, sa.Column("closed", sa.DateTime(timezone=True), nullable=True))
    for name, unique in (("status_hash", True), ("closed", False)):
        condition = sa.text(f"{name} IS NOT NULL")
        op.create_index(
            f"ix_access_request_{name}",
            REQUEST,
            [name],
            unique=unique,
            sqlite_where=condition,
            postgresql_where=condition,
        )
    op.execute(f"UPDATE {REQUEST} SET closed = COALESCE(decided, submitted, created) WHERE state IN {FINAL}")
