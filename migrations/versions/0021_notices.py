"""Seals of facts and by which credential they came about; notices, what people want by mail, webhooks."""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)
TABLE = "audit_seal"
READ = (
    ("ix_fact_at", ["at"], None),
    ("ix_fact_kind_at", ["kind", "at"], None),
    ("ix_fact_credential_at", ["credential", "at"], sa.text("credential IS NOT NULL")),
)
PARTIAL = (
    ("ix_notice_unread", "notice", ["person_id", "id"], "read_at IS NULL"),
    ("ix_notice_waiting", "notice", ["created"], "state IN ('waiting', 'gathered')"),
    ("ix_notice_daily", "notice", ["mail_after", "person_id"], "state = 'daily'"),
)


def upgrade() -> None:
    """Add tables, columns and indexes; the release before writes its rows without them."""
    _add_seals()
    _add_notices()


def downgrade() -> None:
    """Remove them again."""
    _remove_notices()
    _remove_seals()


def _add_seals() -> None:
    """Begin with no seal: the facts that are there are sealed by and by, in the order of their ids."""
    op.create_table(
        TABLE,
        sa.Column("number", NUMBER, autoincrement=False, nullable=False),
        sa.Column("fact_id", NUMBER, nullable=False),
        sa.Column("forgettable", sa.Boolean(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_audit_seal")),
        sa.UniqueConstraint("fact_id", name=op.f("uq_audit_seal_fact_id")),
    )
    op.add_column("fact", sa.Column("credential", sa.String(length=60), nullable=True))
    for name, columns, where in READ:
        op.create_index(name, "fact", columns, sqlite_where=where, postgresql_where=where)


def _remove_seals() -> None:
    """Remove them; after the next upgrade a new chain begins."""
    for name, *_ in reversed(READ):
        op.drop_index(name, "fact")
    op.drop_column("fact", "credential")  # not in a batch: SQLite would make the table anew, and count ids anew
    op.drop_table(TABLE)


def _add_notices() -> None:
    """Add tables; the release before does without them."""
    _create_notices()
    _create_webhooks()
    for name, table, columns, condition in PARTIAL:
        op.create_index(name, table, columns, sqlite_where=sa.text(condition), postgresql_where=sa.text(condition))


def _create_notices() -> None:
    op.create_table(
        "notice",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("person_id", NUMBER, nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("subject", NUMBER, nullable=False),
        sa.Column("concept_id", NUMBER, nullable=True),
        sa.Column("fact_id", NUMBER, nullable=False),
        sa.Column("details", sa.JSON(), nullable=False),
        sa.Column("created", MOMENT, nullable=False),
        sa.Column("read_at", MOMENT, nullable=True),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("mailed", MOMENT, nullable=True),
        sa.Column("mail_after", MOMENT, nullable=True),
        sa.Column("reference", sa.String(80), nullable=False),
        sa.Column("answer", sa.String(300), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notice")),
        sa.UniqueConstraint(
            "fact_id", "kind", "person_id", "subject", name=op.f("uq_notice_fact_id_kind_person_id_subject")
        ),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_notice_person_id_id", "notice", ["person_id", "id"])
    op.create_table(
        "notice_preference",
        sa.Column("person_id", NUMBER, nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("mode", sa.String(10), nullable=False),
        sa.PrimaryKeyConstraint("person_id", "kind", name=op.f("pk_notice_preference")),
    )
    op.create_table(
        "bounced_address",
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("answer", sa.String(300), nullable=False),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_bounced_address")),
    )


def _create_webhooks() -> None:
    op.create_table(
        "webhook",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("url", sa.String(2000), nullable=False),
        sa.Column("kinds", sa.JSON(), nullable=False),
        sa.Column("created", MOMENT, nullable=False),
        sa.Column("created_by", NUMBER, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webhook")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "webhook_secret",
        sa.Column("webhook_id", NUMBER, nullable=False),
        sa.Column("secret", sa.String(80), nullable=False),
        sa.ForeignKeyConstraint(
            ["webhook_id"], ["webhook.id"], name=op.f("fk_webhook_secret_webhook_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("webhook_id", name=op.f("pk_webhook_secret")),
    )
    op.create_table(
        "webhook_delivery",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("webhook_id", NUMBER, nullable=False),
        sa.Column("fact_id", NUMBER, nullable=False),
        sa.Column("kind", sa.String(60), nullable=False),
        sa.Column("subject", NUMBER, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("created", MOMENT, nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("tried", MOMENT, nullable=True),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("answer", sa.String(300), nullable=False),
        sa.ForeignKeyConstraint(
            ["webhook_id"], ["webhook.id"], name=op.f("fk_webhook_delivery_webhook_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webhook_delivery")),
        sa.UniqueConstraint("webhook_id", "fact_id", name=op.f("uq_webhook_delivery_webhook_id_fact_id")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_webhook_delivery_webhook_id_id", "webhook_delivery", ["webhook_id", "id"])


def _remove_notices() -> None:
    for table in ("webhook_delivery", "webhook_secret", "webhook", "bounced_address", "notice_preference", "notice"):
        op.drop_table(table)
