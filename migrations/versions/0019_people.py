"""People: profiles and how they are found, sign-in, linked identities, leaving, exports, tokens for one dataset."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)
KEY = sa.String(length=200).with_variant(sa.String(length=200, collation="C"), "postgresql")
TELLING = "expires IS NOT NULL AND revoked IS NULL AND expiry_told IS NULL"


def upgrade() -> None:
    """Add tables, columns and indexes; the release before writes its rows without them."""
    _add_profiles()
    _add_sign_in()
    _add_identities()


def downgrade() -> None:
    """Remove them again."""
    _remove_identities()
    _remove_sign_in()
    _remove_profiles()


def _person(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f(f"fk_{table}_person_id"))


def _add_profiles() -> None:
    """Add tables, columns and indexes; the release before writes its rows without them."""
    op.create_table(
        "profile",
        sa.Column("person_id", NUMBER, nullable=False),
        sa.Column("username", sa.String(length=40), nullable=True),
        sa.Column("affiliations", sa.JSON(), nullable=False),
        sa.Column("orcid", sa.String(length=19), nullable=True),
        sa.Column("orcid_verified", sa.Boolean(), nullable=False),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column("time_zone", sa.String(length=64), nullable=False),
        sa.Column("notifications", sa.JSON(), nullable=False),
        sa.Column("visibility", sa.String(length=10), nullable=False),
        sa.Column("email_visibility", sa.String(length=10), nullable=False),
        _person("profile"),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_profile")),
        sa.UniqueConstraint("username", name=op.f("uq_profile_username")),
    )
    op.create_table(
        "person_key",
        sa.Column("seekers", sa.Integer(), nullable=False),
        sa.Column("key", KEY, nullable=False),
        sa.Column("person_id", NUMBER, nullable=False),
        _person("person_key"),
        sa.PrimaryKeyConstraint("seekers", "key", "person_id", name=op.f("pk_person_key")),
    )
    op.create_index(op.f("ix_person_key_person_id"), "person_key", ["person_id", "seekers", "key"])
    op.create_table(
        "departure",
        sa.Column("person_id", NUMBER, nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("receiver_id", NUMBER, nullable=True),
        sa.Column("discards", sa.Boolean(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("done", MOMENT, nullable=True),
        _person("departure"),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_departure")),
    )
    op.create_index(op.f("ix_departure_receiver_id"), "departure", ["receiver_id"])
    op.create_table(
        "person_export",
        sa.Column("person_id", NUMBER, nullable=False),
        sa.Column("requested", MOMENT, nullable=False),
        sa.Column("object_key", sa.String(length=100), nullable=True),
        sa.Column("size", NUMBER, nullable=False),
        sa.Column("made", MOMENT, nullable=True),
        sa.Column("expires", MOMENT, nullable=False),
        _person("person_export"),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_person_export")),
    )
    op.create_index(op.f("ix_person_export_expires"), "person_export", ["expires"])
    op.create_index("ix_fact_actor_at", "fact", ["actor", "at"])
    op.create_index(op.f("ix_person_role"), "person", ["role", "id"])
    op.create_index(op.f("ix_person_active"), "person", ["active", "id"])
    op.add_column("person", sa.Column("keys_made", MOMENT, nullable=True))
    without = sa.text("keys_made IS NULL")
    op.create_index("ix_person_keyless", "person", ["id"], sqlite_where=without, postgresql_where=without)
    op.add_column("token", sa.Column("last_used", MOMENT, nullable=True))
    op.add_column("token", sa.Column("limited_to", NUMBER, nullable=True))
    op.add_column("token", sa.Column("expiry_told", MOMENT, nullable=True))
    words = sa.text(TELLING)
    op.create_index("ix_token_expires", "token", ["expires"], sqlite_where=words, postgresql_where=words)


def _remove_profiles() -> None:
    """Remove them.  A token that is limited has no scope that the release before knows."""
    op.drop_index("ix_token_expires", "token")
    for column in ("expiry_told", "limited_to", "last_used"):
        op.drop_column("token", column)
    op.drop_index("ix_person_keyless", "person")
    op.drop_column("person", "keys_made")
    op.drop_index(op.f("ix_person_active"), "person")
    op.drop_index(op.f("ix_person_role"), "person")
    op.drop_index("ix_fact_actor_at", "fact")
    for table in ("person_export", "departure", "person_key", "profile"):
        op.drop_table(table)


def _add_sign_in() -> None:
    """Add four tables; the release before knows nothing of them."""
    _sessions()
    _links()
    _second_factors()


def _sessions() -> None:
    op.create_table(
        "session",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("person_id", NUMBER, nullable=False),
        sa.Column("secret_hash", sa.String(length=64), nullable=False),
        sa.Column("created", MOMENT, nullable=False),
        sa.Column("seen", MOMENT, nullable=False),
        sa.Column("until", MOMENT, nullable=False),
        sa.Column("ended", MOMENT, nullable=True),
        sa.Column("user_agent", sa.String(length=200), nullable=False),
        sa.Column("address", sa.String(length=45), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_session_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_session")),
        sa.UniqueConstraint("secret_hash", name=op.f("uq_session_secret_hash")),
    )
    op.create_index(op.f("ix_session_person_id"), "session", ["person_id"])
    op.create_index(op.f("ix_session_until"), "session", ["until"])


def _links() -> None:
    op.create_table(
        "one_time_link",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("purpose", sa.String(length=30), nullable=False),
        sa.Column("person_id", NUMBER, nullable=True),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("password_hash", sa.String(length=200), nullable=True),
        sa.Column("secret_hash", sa.String(length=64), nullable=True),
        sa.Column("created", MOMENT, nullable=False),
        sa.Column("until", MOMENT, nullable=False),
        sa.Column("used", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_one_time_link_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_one_time_link")),
        sa.UniqueConstraint("secret_hash", name=op.f("uq_one_time_link_secret_hash")),
    )
    op.create_index(op.f("ix_one_time_link_person_id_purpose"), "one_time_link", ["person_id", "purpose"])
    op.create_index(op.f("ix_one_time_link_purpose"), "one_time_link", ["purpose"])
    op.create_index(op.f("ix_one_time_link_until"), "one_time_link", ["until"])


def _second_factors() -> None:
    op.create_table(
        "second_factor",
        sa.Column("person_id", NUMBER, nullable=False),
        sa.Column("secret", sa.String(length=64), nullable=False),
        sa.Column("created", MOMENT, nullable=False),
        sa.Column("confirmed", MOMENT, nullable=True),
        sa.Column("last_step", NUMBER, server_default="0", nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_second_factor_person_id")),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_second_factor")),
    )
    op.create_table(
        "recovery_code",
        sa.Column("person_id", NUMBER, nullable=False),
        sa.Column("code_hash", sa.String(length=64), nullable=False),
        sa.Column("used", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_recovery_code_person_id")),
        sa.PrimaryKeyConstraint("person_id", "code_hash", name=op.f("pk_recovery_code")),
    )


def _remove_sign_in() -> None:
    """Forget who is signed in and which links are open; accounts stay as they are."""
    for table in ("recovery_code", "second_factor", "one_time_link", "session"):
        op.drop_table(table)


def _add_identities() -> None:
    """Begin with empty tables: nobody has signed in at a provider yet."""
    op.create_table(
        "sign_in_flow",
        sa.Column("state_hash", sa.String(length=64), nullable=False),
        sa.Column("browser_hash", sa.String(length=64), nullable=False),
        sa.Column("provider", sa.String(length=40), nullable=False),
        sa.Column("nonce", sa.String(length=64), nullable=False),
        sa.Column("verifier", sa.String(length=64), nullable=False),
        sa.Column("next_path", sa.String(length=2000), nullable=False),
        sa.Column("person_id", NUMBER, nullable=True),
        sa.Column("expires", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_sign_in_flow_person_id")),
        sa.PrimaryKeyConstraint("state_hash", name=op.f("pk_sign_in_flow")),
    )
    op.create_table(
        "linked_identity",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("person_id", NUMBER, nullable=False),
        sa.Column("provider", sa.String(length=40), nullable=False),
        sa.Column("subject", sa.String(length=255), nullable=False),
        sa.Column("orcid", sa.String(length=19), nullable=True),
        sa.Column("grants", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("created", MOMENT, nullable=False),
        sa.Column("last_used", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_linked_identity_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_linked_identity")),
        sa.UniqueConstraint("provider", "subject", name=op.f("uq_linked_identity_provider_subject")),
    )
    op.create_table(
        "role_by_rule",
        sa.Column("person_id", NUMBER, nullable=False),
        sa.Column("without", sa.String(length=20), nullable=False),
        sa.Column("applied", sa.String(length=20), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_role_by_rule_person_id")),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_role_by_rule")),
    )
    op.create_table(
        "identity_session",
        sa.Column("session_hash", sa.String(length=64), nullable=False),
        sa.Column("identity_id", NUMBER, nullable=False),
        sa.Column("sid", sa.String(length=255), nullable=False),
        sa.Column("id_token", sa.Text(), nullable=False),
        sa.Column("end_session", sa.String(length=2000), nullable=False),
        sa.Column("created", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["identity_id"], ["linked_identity.id"], name=op.f("fk_identity_session_identity_id")),
        sa.PrimaryKeyConstraint("session_hash", name=op.f("pk_identity_session")),
    )
    op.create_table(
        "used_logout_token",
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("until", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_used_logout_token")),
    )
    for table, column in INDEXES:
        op.create_index(op.f(f"ix_{table}_{column}"), table, [column])


INDEXES = (
    ("sign_in_flow", "person_id"),
    ("sign_in_flow", "expires"),
    ("linked_identity", "person_id"),
    ("linked_identity", "orcid"),
    ("identity_session", "identity_id"),
    ("identity_session", "sid"),
    ("identity_session", "created"),
    ("used_logout_token", "until"),
)


def _remove_identities() -> None:
    for table in ("used_logout_token", "identity_session", "role_by_rule", "linked_identity", "sign_in_flow"):
        op.drop_table(table)
