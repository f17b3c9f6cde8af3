"""Tables of sign-in at identity providers."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from repository.core.database.engine import Base, Identity


class SignInFlow(Base):
    """A sign-in that began and waits for the provider's answer, in the browser that has the secret of `browser_hash`.

    The row goes when the answer comes: an answer works once.  `person_id` is who links an identity, None for a sign-in.
    """

    __tablename__ = "sign_in_flow"

    state_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    browser_hash: Mapped[str] = mapped_column(String(64))
    provider: Mapped[str] = mapped_column(String(40))
    nonce: Mapped[str] = mapped_column(String(64))
    verifier: Mapped[str] = mapped_column(String(64))
    next_path: Mapped[str] = mapped_column(String(2000))
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    expires: Mapped[datetime] = mapped_column(index=True)


class LinkedIdentity(Base):
    """An identity at a provider, by which a person signs in.

    `grants` is what the rules of the provider gave at the last sign-in, as JSON (`people.attribute_grants`).  `orcid`
    is an ORCID iD that the provider has proved.
    """

    __tablename__ = "linked_identity"
    __table_args__ = (UniqueConstraint("provider", "subject"),)

    id: Mapped[int] = mapped_column(Identity, primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    provider: Mapped[str] = mapped_column(String(40))
    subject: Mapped[str] = mapped_column(String(255))
    orcid: Mapped[str | None] = mapped_column(String(19), index=True)
    grants: Mapped[dict[str, Any]]
    created: Mapped[datetime]
    last_used: Mapped[datetime]


class RoleByRule(Base):
    """The role that a person has `without` the rules of providers, and the one that was set `applied` last.

    If the person has another role than `applied`, an administrator has set it since.
    """

    __tablename__ = "role_by_rule"

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    without: Mapped[str] = mapped_column(String(20))
    applied: Mapped[str] = mapped_column(String(20))


class IdentitySession(Base):
    """A session that began with an identity, and what the provider needs to end its own.

    `session_hash` is that of the session's secret, and `sid` the provider's name of its own.
    """

    __tablename__ = "identity_session"

    session_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    identity_id: Mapped[int] = mapped_column(ForeignKey("linked_identity.id"), index=True)
    sid: Mapped[str] = mapped_column(String(255), index=True)
    id_token: Mapped[str] = mapped_column(Text)
    end_session: Mapped[str] = mapped_column(String(2000))
    created: Mapped[datetime] = mapped_column(index=True)


class UsedLogoutToken(Base):
    """The digest of a logout token, so that it works once."""

    __tablename__ = "used_logout_token"

    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    until: Mapped[datetime] = mapped_column(index=True)
