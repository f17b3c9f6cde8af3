"""The table of requests for access."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from repository.core.database.engine import Base, Identity


class AccessRequest(Base):
    """One request for the files of a dataset, of a person with an account or of a guest.

    A guest has no `person_id`, but a name and an address.  `conditions` is the text that was accepted, as it was, and
    `conditions_hash` its SHA-256.  `due` is when the state lapses by itself, `until` when given access ends.  `network`
    and `secret_hash` are there until the guest has proved the address; `issued` is when the link for it was made.
    `link_id` is the share link of a guest whose request was granted, `status_hash` the digest of the secret by which a
    guest follows the request.  `closed` is when its last state began, until it is forgotten who asked.
    """

    __tablename__ = "access_request"

    id: Mapped[int] = mapped_column(Identity, primary_key=True)
    concept_id: Mapped[int] = mapped_column(ForeignKey("concept.id", ondelete="CASCADE"))
    record_id: Mapped[int] = mapped_column(Identity)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    full_name: Mapped[str | None] = mapped_column(String(200))
    email: Mapped[str | None] = mapped_column(String(254))
    message: Mapped[str] = mapped_column(Text)
    conditions: Mapped[str | None] = mapped_column(Text)
    conditions_hash: Mapped[str | None] = mapped_column(String(64))
    state: Mapped[str] = mapped_column(String(12))
    created: Mapped[datetime]
    submitted: Mapped[datetime | None]
    due: Mapped[datetime | None]
    network: Mapped[str | None] = mapped_column(String(45))
    secret_hash: Mapped[str | None] = mapped_column(String(64), unique=True)
    issued: Mapped[datetime | None]
    decided: Mapped[datetime | None]
    decided_by: Mapped[int | None] = mapped_column(Identity)
    reply: Mapped[str | None] = mapped_column(Text)
    until: Mapped[datetime | None]
    link_id: Mapped[int | None] = mapped_column(Identity)
    status_hash: Mapped[str | None] = mapped_column(String(64))
    closed: Mapped[datetime | None]

    __table_args__ = (
        Index("ix_access_request_concept_id", "concept_id", "id"),
        Index("ix_access_request_person_id", "person_id", "id"),
        Index(
            "ix_access_request_waiting",
            "person_id",
            sqlite_where=text("state = 'submitted'"),
            postgresql_where=text("state = 'submitted'"),
        ),
        Index(
            "ix_access_request_granted",
            "concept_id",
            "person_id",
            sqlite_where=text("state = 'granted'"),
            postgresql_where=text("state = 'granted'"),
        ),
        Index(
            "ix_access_request_one_of_person",
            "concept_id",
            "person_id",
            unique=True,
            sqlite_where=text("state = 'submitted' AND person_id IS NOT NULL"),
            postgresql_where=text("state = 'submitted' AND person_id IS NOT NULL"),
        ),
        Index(
            "ix_access_request_one_of_guest",
            "concept_id",
            "email",
            unique=True,
            sqlite_where=text("state = 'submitted' AND email IS NOT NULL"),
            postgresql_where=text("state = 'submitted' AND email IS NOT NULL"),
        ),
        Index(
            "ix_access_request_due",
            "due",
            sqlite_where=text("due IS NOT NULL"),
            postgresql_where=text("due IS NOT NULL"),
        ),
        Index(
            "ix_access_request_network",
            "network",
            "created",
            sqlite_where=text("network IS NOT NULL"),
            postgresql_where=text("network IS NOT NULL"),
        ),
        Index(
            "ix_access_request_issued",
            "email",
            "issued",
            sqlite_where=text("issued IS NOT NULL"),
            postgresql_where=text("issued IS NOT NULL"),
        ),
        Index(
            "ix_access_request_status_hash",
            "status_hash",
            unique=True,
            sqlite_where=text("status_hash IS NOT NULL"),
            postgresql_where=text("status_hash IS NOT NULL"),
        ),
        Index(
            "ix_access_request_closed",
            "closed",
            sqlite_where=text("closed IS NOT NULL"),
            postgresql_where=text("closed IS NOT NULL"),
        ),
        # its number stands in messages and facts: it is never another request's
        {"sqlite_autoincrement": True},
    )
