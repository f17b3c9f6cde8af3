"""Teams, institutions and organisations; share links, requests for access, offers of ownership."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)
GRANTS, TABLE = "access_grant", "share_link"
REQUEST, OFFER, OWNERLESS = "access_request", "ownership_offer", "ownerless_dataset"


def upgrade() -> None:
    """Add tables, columns and indexes; the release before writes its rows without them."""
    _add_groups()
    _add_share_links()
    _add_requests()


def downgrade() -> None:
    """Remove them again."""
    _remove_requests()
    _remove_share_links()
    _remove_groups()


def _ordered(length: int) -> sa.types.TypeEngine[str]:
    return sa.String(length).with_variant(sa.String(length, collation="C"), "postgresql")


def _add_groups() -> None:
    """Begin with nothing: groups are made by people, and a command fills in the organisations."""
    _make_teams()
    _make_institutions()
    _make_organisations()


def _make_teams() -> None:
    op.create_table(
        "team",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("slug", _ordered(100), nullable=True),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("name_key", _ordered(400), nullable=False),
        sa.Column("description", sa.String(2_000), nullable=False),
        sa.Column("members", NUMBER, nullable=False),
        sa.Column("managers", NUMBER, nullable=False),
        sa.Column("created_by", NUMBER, nullable=True),
        sa.Column("created", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_team")),
        sa.UniqueConstraint("slug", name=op.f("uq_team_slug")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_team_name_key", "team", ["name_key"])
    op.create_table(
        "team_member",
        sa.Column("team_id", NUMBER, nullable=False),
        sa.Column("person_id", NUMBER, nullable=False),
        sa.Column("role", sa.String(20), nullable=False),
        sa.Column("status", sa.String(20), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], name=op.f("fk_team_member_team_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_team_member_person_id")),
        sa.PrimaryKeyConstraint("team_id", "person_id", name=op.f("pk_team_member")),
    )
    op.create_index("ix_team_member_person_id", "team_member", ["person_id"])


def _make_institutions() -> None:
    op.create_table(
        "institution",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("ror", _ordered(9), nullable=False),
        sa.Column("name", sa.String(400), nullable=False),
        sa.Column("created", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_institution")),
        sa.UniqueConstraint("ror", name=op.f("uq_institution_ror")),
        sqlite_autoincrement=True,
    )
    of_domain, of_right = (
        op.f("fk_institution_domain_institution_id"),
        op.f("fk_institution_entitlement_institution_id"),
    )
    op.create_table(
        "institution_domain",
        sa.Column("domain", _ordered(189), nullable=False),
        sa.Column("institution_id", NUMBER, nullable=False),
        sa.ForeignKeyConstraint(["institution_id"], ["institution.id"], name=of_domain),
        sa.PrimaryKeyConstraint("domain", name=op.f("pk_institution_domain")),
    )
    op.create_index("ix_institution_domain_institution_id", "institution_domain", ["institution_id"])
    op.create_table(
        "institution_entitlement",
        sa.Column("institution_id", NUMBER, nullable=False),
        sa.Column("pattern", _ordered(500), nullable=False),
        sa.ForeignKeyConstraint(["institution_id"], ["institution.id"], name=of_right),
        sa.PrimaryKeyConstraint("institution_id", "pattern", name=op.f("pk_institution_entitlement")),
    )
    of_institution, of_person = op.f("fk_institution_member_institution_id"), op.f("fk_institution_member_person_id")
    op.create_table(
        "institution_member",
        sa.Column("institution_id", NUMBER, nullable=False),
        sa.Column("person_id", NUMBER, nullable=False),
        sa.Column("origin", sa.String(20), nullable=False),
        sa.Column("role", sa.String(20), nullable=False),
        sa.Column("pattern", _ordered(500), nullable=True),
        sa.Column("at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["institution_id"], ["institution.id"], name=of_institution),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=of_person),
        sa.PrimaryKeyConstraint("institution_id", "person_id", name=op.f("pk_institution_member")),
    )
    op.create_index("ix_institution_member_person_id", "institution_member", ["person_id"])


def _make_organisations() -> None:
    op.create_table(
        "organisation",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("ror", _ordered(9), nullable=False),
        sa.Column("name", sa.String(500), nullable=False),
        sa.Column("is_funder", sa.Boolean(), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_organisation")),
        sa.UniqueConstraint("ror", name=op.f("uq_organisation_ror")),
    )
    of_identifier, of_word = (
        op.f("fk_organisation_identifier_organisation_id"),
        op.f("fk_organisation_word_organisation_id"),
    )
    op.create_table(
        "organisation_identifier",
        sa.Column("identifier", _ordered(40), nullable=False),
        sa.Column("organisation_id", NUMBER, nullable=False),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=of_identifier, ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("identifier", "organisation_id", name=op.f("pk_organisation_identifier")),
    )
    op.create_index("ix_organisation_identifier_organisation_id", "organisation_identifier", ["organisation_id"])
    op.create_table(
        "organisation_word",
        sa.Column("organisation_id", NUMBER, nullable=False),
        sa.Column("word", _ordered(40), nullable=False),
        sa.Column("weight", sa.Integer(), nullable=False),
        sa.Column("is_funder", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=of_word, ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("organisation_id", "word", name=op.f("pk_organisation_word")),
    )
    columns, funding = ["word", "weight", "organisation_id"], sa.text("is_funder")
    op.create_index("ix_organisation_word_word", "organisation_word", columns)
    op.create_index(
        "ix_organisation_word_funder",
        "organisation_word",
        columns,
        sqlite_where=sa.text("is_funder = 1"),
        postgresql_where=funding,
    )
    op.create_table(
        "organisation_list",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("version", sa.String(100), nullable=False),
        sa.Column("organisations", NUMBER, nullable=False),
        sa.Column("funders", NUMBER, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_organisation_list")),
    )


def _remove_groups() -> None:
    for table in ("organisation_list", "organisation_word", "organisation_identifier", "organisation"):
        op.drop_table(table)
    for table in ("institution_member", "institution_entitlement", "institution_domain", "institution"):
        op.drop_table(table)
    op.drop_table("team_member")
    op.drop_table("team")


def _add_share_links() -> None:
    """Add a column and a table; the release before writes its grants without the column.

    SQLite gives the number of the last row anew once that row is gone, unless the table says otherwise; PostgreSQL
    never does.  The number of a grant is its name in the API, so it must never be another grant's.
    """
    message = sa.Column("message", sa.String(5000), nullable=True)
    if op.get_bind().dialect.name == "sqlite":
        with op.batch_alter_table(GRANTS, recreate="always", table_kwargs={"sqlite_autoincrement": True}) as grants:
            grants.add_column(message)
    else:
        op.add_column(GRANTS, message)
    op.create_table(
        TABLE,
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("concept_id", NUMBER, nullable=False),
        sa.Column("permission", sa.String(10), nullable=False),
        sa.Column("secret_hash", sa.String(64), nullable=False),
        sa.Column("description", sa.String(1000), nullable=False),
        sa.Column("blinded", sa.Boolean(), nullable=False),
        sa.Column("released", MOMENT, nullable=True),
        sa.Column("created", MOMENT, nullable=False),
        sa.Column("expires", MOMENT, nullable=True),
        sa.Column("uses", NUMBER, server_default=sa.text("0"), nullable=False),
        sa.Column("last_used", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(
            ["concept_id"], ["concept.id"], name=op.f("fk_share_link_concept_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_share_link")),
        sa.UniqueConstraint("secret_hash", name=op.f("uq_share_link_secret_hash")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_share_link_concept_id"), TABLE, ["concept_id", "id"])


def _remove_share_links() -> None:
    """Remove them: a grant to a link that nobody can present opens nothing."""
    op.drop_table(TABLE)
    op.drop_column(GRANTS, "message")


def _add_requests() -> None:
    """Add columns that the release before leaves alone, and tables that it does not know."""
    op.add_column("concept", sa.Column("request_settings", sa.JSON(), nullable=True))
    op.add_column("concept", sa.Column("settings_change", sa.Integer(), server_default=sa.text("0"), nullable=False))
    _requests()
    _offers()
    op.create_table(
        OWNERLESS,
        sa.Column("concept_id", NUMBER, autoincrement=False, nullable=False),
        sa.Column("since", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("concept_id", name=op.f("pk_ownerless_dataset")),
    )


def _requests() -> None:
    op.create_table(
        REQUEST,
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("concept_id", NUMBER, nullable=False),
        sa.Column("record_id", NUMBER, nullable=False),
        sa.Column("person_id", NUMBER, nullable=True),
        sa.Column("full_name", sa.String(200), nullable=True),
        sa.Column("email", sa.String(254), nullable=True),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("conditions", sa.Text(), nullable=True),
        sa.Column("conditions_hash", sa.String(64), nullable=True),
        sa.Column("state", sa.String(12), nullable=False),
        sa.Column("created", MOMENT, nullable=False),
        sa.Column("submitted", MOMENT, nullable=True),
        sa.Column("due", MOMENT, nullable=True),
        sa.Column("network", sa.String(45), nullable=True),
        sa.Column("secret_hash", sa.String(64), nullable=True),
        sa.Column("issued", MOMENT, nullable=True),
        sa.Column("decided", MOMENT, nullable=True),
        sa.Column("decided_by", NUMBER, nullable=True),
        sa.Column("reply", sa.Text(), nullable=True),
        sa.Column("until", MOMENT, nullable=True),
        sa.Column("link_id", NUMBER, nullable=True),
        sa.ForeignKeyConstraint(
            ["concept_id"], ["concept.id"], name=op.f("fk_access_request_concept_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_access_request_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_access_request")),
        sa.UniqueConstraint("secret_hash", name=op.f("uq_access_request_secret_hash")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_access_request_concept_id"), REQUEST, ["concept_id", "id"])
    op.create_index(op.f("ix_access_request_person_id"), REQUEST, ["person_id", "id"])
    _partial("ix_access_request_waiting", REQUEST, ["person_id"], "state = 'submitted'")
    _partial("ix_access_request_granted", REQUEST, ["concept_id", "person_id"], "state = 'granted'")
    for name, column in (("one_of_person", "person_id"), ("one_of_guest", "email")):
        condition = f"state = 'submitted' AND {column} IS NOT NULL"
        _partial(f"ix_access_request_{name}", REQUEST, ["concept_id", column], condition, unique=True)
    _partial("ix_access_request_due", REQUEST, ["due"], "due IS NOT NULL")
    _partial("ix_access_request_network", REQUEST, ["network", "created"], "network IS NOT NULL")
    _partial("ix_access_request_issued", REQUEST, ["email", "issued"], "issued IS NOT NULL")


def _offers() -> None:
    op.create_table(
        OFFER,
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("concept_id", NUMBER, nullable=False),
        sa.Column("offered_by", NUMBER, nullable=False),
        sa.Column("owner_kind", sa.String(12), nullable=False),
        sa.Column("owner_id", NUMBER, nullable=False),
        sa.Column("receiver_kind", sa.String(12), nullable=False),
        sa.Column("receiver_id", NUMBER, nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("stays_manager", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(12), nullable=False),
        sa.Column("created", MOMENT, nullable=False),
        sa.Column("due", MOMENT, nullable=True),
        sa.Column("decided", MOMENT, nullable=True),
        sa.Column("decided_by", NUMBER, nullable=True),
        sa.ForeignKeyConstraint(
            ["concept_id"], ["concept.id"], name=op.f("fk_ownership_offer_concept_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ownership_offer")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_ownership_offer_receiver"), OFFER, ["receiver_kind", "receiver_id", "id"])
    op.create_index(op.f("ix_ownership_offer_offered_by"), OFFER, ["offered_by", "id"])
    op.create_index(op.f("ix_ownership_offer_concept_id"), OFFER, ["concept_id", "id"])
    _partial("ix_ownership_offer_one_open", OFFER, ["concept_id"], "state = 'open'", unique=True)
    _partial("ix_ownership_offer_due", OFFER, ["due"], "due IS NOT NULL")


def _partial(name: str, table: str, columns: list[str], condition: str, *, unique: bool = False) -> None:
    op.create_index(
        op.f(name),
        table,
        columns,
        unique=unique,
        sqlite_where=sa.text(condition),
        postgresql_where=sa.text(condition),
    )


def _remove_requests() -> None:
    """Remove them; grants that requests made stay, and end as they were to end."""
    for table in (OWNERLESS, OFFER, REQUEST):
        op.drop_table(table)
    op.drop_column("concept", "settings_change")
    op.drop_column("concept", "request_settings")
