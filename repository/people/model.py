"""Tables of people, their tokens, sessions, links of one use and second factors."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from repository.core.database.engine import Base, Identity, ordered_text

WITH_UNTOLD_END = "expires IS NOT NULL AND revoked IS NULL AND expiry_told IS NULL"
"""The tokens whose owners have to be told of an end, in the words of the index."""
KEYLESS = "keys_made IS NULL"


class Person(Base):
    """Someone with an account; `email` is kept in lower case.

    `keys_made` is when the keys were written by which they are found; an earlier release leaves it empty.
    """

    __tablename__ = "person"

    id: Mapped[int] = mapped_column(Identity, primary_key=True)
    email: Mapped[str] = mapped_column(String(254), unique=True)
    name: Mapped[str] = mapped_column(String(200), default="")
    role: Mapped[str] = mapped_column(String(20))
    password_hash: Mapped[str | None] = mapped_column(String(200))
    active: Mapped[bool] = mapped_column(default=True)
    created: Mapped[datetime]

    keys_made: Mapped[datetime | None]

    __table_args__ = (
        Index("ix_person_role", "role", "id"),
        Index("ix_person_active", "active", "id"),
        Index("ix_person_keyless", "id", sqlite_where=text(KEYLESS), postgresql_where=text(KEYLESS)),
    )


class AccessToken(Base):
    """A personal access token; the secret itself is stored nowhere.

    `last_used` is right to a few minutes.  `limited_to` is the one dataset that a limited token works for: its
    `scopes` have an ending then, so that a release which knows no limit gives it nothing.  `expiry_told` is when its
    owner was told of its end.
    """

    __tablename__ = "token"

    id: Mapped[int] = mapped_column(Identity, primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    name: Mapped[str] = mapped_column(String(100))
    secret_hash: Mapped[str] = mapped_column(String(64), unique=True)
    scopes: Mapped[list[Any]]
    created: Mapped[datetime]
    expires: Mapped[datetime | None]
    revoked: Mapped[datetime | None]
    last_used: Mapped[datetime | None]
    limited_to: Mapped[int | None] = mapped_column(Identity)
    expiry_told: Mapped[datetime | None]

    __table_args__ = (
        Index(
            "ix_token_expires",
            "expires",
            sqlite_where=text(WITH_UNTOLD_END),
            postgresql_where=text(WITH_UNTOLD_END),
        ),
    )


class DraftUse(Base):
    """What a person has in drafts: their number, and the bytes that were sent into them and are not published.

    Every transaction that changes either changes this row last.  `most_drafts` and `most_bytes` are limits of the
    person's own: None for those of the site, 0 for none.
    """

    __tablename__ = "draft_use"

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    drafts: Mapped[int] = mapped_column(Identity, default=0)
    bytes: Mapped[int] = mapped_column(Identity, default=0)
    most_drafts: Mapped[int | None] = mapped_column(Identity)
    most_bytes: Mapped[int | None] = mapped_column(Identity)


class GuessCount(Base):
    """The failed tries of one kind: of a name, of an address, or of both.  They are kept `until` then.

    `key` holds a digest of a name, never what somebody typed as one.  `person_id` is that of a known name, else 0.
    `last` tells a wrong token that is sent again from another one.
    """

    __tablename__ = "guess_count"

    key: Mapped[str] = mapped_column(String(100), primary_key=True)
    address: Mapped[str] = mapped_column(String(45))
    person_id: Mapped[int] = mapped_column(Identity, server_default="0")
    tries: Mapped[int]
    until: Mapped[datetime] = mapped_column(index=True)
    last: Mapped[str | None] = mapped_column(String(8))


class Profile(Base):
    """What a person says of themselves, what others see of it, and what the person prefers.

    Who has no row has said nothing: `people.profiles` knows what holds then.  `affiliations` are
    ``[{"id": <ROR>} or {"name": …}, …]``, `notifications` are by kind.  Nobody has proved an `orcid` that is not
    verified.
    """

    __tablename__ = "profile"
    __table_args__ = (
        Index(
            "ix_profile_orcid",
            "orcid",
            unique=True,
            sqlite_where=text("orcid_verified = 1"),
            postgresql_where=text("orcid_verified = true"),
        ),
    )

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    username: Mapped[str | None] = mapped_column(String(40), unique=True)
    affiliations: Mapped[list[Any]]
    orcid: Mapped[str | None] = mapped_column(String(19))
    orcid_verified: Mapped[bool] = mapped_column(default=False)
    language: Mapped[str] = mapped_column(String(2))
    time_zone: Mapped[str] = mapped_column(String(64))
    notifications: Mapped[dict[str, Any]]
    visibility: Mapped[str] = mapped_column(String(10))
    email_visibility: Mapped[str] = mapped_column(String(10))


class PersonKey(Base):
    """A text by whose beginning `seekers` find a person.

    It is a name in some order of its words, a user name, an ORCID iD or an address of e-mail.  The seekers are
    administrators, who find everybody, or all who are signed in, who find who is public.
    """

    __tablename__ = "person_key"

    seekers: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    key: Mapped[str] = mapped_column(ordered_text(200), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)

    __table_args__ = (Index("ix_person_key_person_id", "person_id", "seekers", "key"),)


class Departure(Base):
    """An account that nobody has any more: merged into that of `receiver_id`, or erased.

    Datasets and grants go to the receiver, if there is one; `discards` says that drafts which were never published are
    thrown away instead.  `done` is when all had gone.
    """

    __tablename__ = "departure"

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    kind: Mapped[str] = mapped_column(String(10))
    receiver_id: Mapped[int | None] = mapped_column(Identity, index=True)
    discards: Mapped[bool]
    at: Mapped[datetime]
    done: Mapped[datetime | None]


class PersonExport(Base):
    """Everything that is kept of a person, as an object of the store; no key while it is made."""

    __tablename__ = "person_export"

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    requested: Mapped[datetime]
    object_key: Mapped[str | None] = mapped_column(String(100))
    size: Mapped[int] = mapped_column(Identity, default=0)
    made: Mapped[datetime | None]
    expires: Mapped[datetime] = mapped_column(index=True)


class SignInSession(Base):
    """A sign-in of a browser; its secret is in the cookie alone.

    It holds `until` then, which moves on with `seen` but never beyond its longest time.  `until` is the past when it
    was ended.
    """

    __tablename__ = "session"

    id: Mapped[int] = mapped_column(Identity, primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    secret_hash: Mapped[str] = mapped_column(String(64), unique=True)
    created: Mapped[datetime]
    seen: Mapped[datetime]
    until: Mapped[datetime] = mapped_column(index=True)
    ended: Mapped[datetime | None]
    user_agent: Mapped[str] = mapped_column(String(200))
    address: Mapped[str] = mapped_column(String(45))


class OneTimeLink(Base):
    """A link that somebody asked for, made when it is sent, and good for one use.

    The row is there before the link: `secret_hash` is None until a job makes the secret.  `email` is where it goes;
    `name` and `password_hash` are those of an account that does not exist yet.  It is kept `until` then.
    """

    __tablename__ = "one_time_link"

    id: Mapped[int] = mapped_column(Identity, primary_key=True)
    purpose: Mapped[str] = mapped_column(String(30))
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    email: Mapped[str] = mapped_column(String(254))
    name: Mapped[str] = mapped_column(String(200))
    password_hash: Mapped[str | None] = mapped_column(String(200))
    secret_hash: Mapped[str | None] = mapped_column(String(64), unique=True)
    created: Mapped[datetime]
    until: Mapped[datetime] = mapped_column(index=True)
    used: Mapped[datetime | None]

    __table_args__ = (
        Index("ix_one_time_link_person_id_purpose", "person_id", "purpose"),
        Index("ix_one_time_link_purpose", "purpose"),
    )


class SecondFactor(Base):
    """A person's authenticator (RFC 6238); it counts once it is `confirmed`.

    The secret is readable, unlike every other: the server computes the same codes from it.  Codes up to `last_step`
    were used.
    """

    __tablename__ = "second_factor"

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    secret: Mapped[str] = mapped_column(String(64))
    created: Mapped[datetime]
    confirmed: Mapped[datetime | None]
    last_step: Mapped[int] = mapped_column(Identity, server_default="0")


class RecoveryCode(Base):
    """A code that stands for an authenticator once; the code itself is stored nowhere."""

    __tablename__ = "recovery_code"

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    code_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    used: Mapped[datetime | None]
