"""Tables of people and tokens."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from repository.core.database.engine import Base, Identity


class Person(Base):
    """Someone with an account; `email` is kept in lower case."""

    __tablename__ = "person"

    id: Mapped[int] = mapped_column(Identity, primary_key=True)
    email: Mapped[str] = mapped_column(String(254), unique=True)
    name: Mapped[str] = mapped_column(String(200), default="")
    role: Mapped[str] = mapped_column(String(20))
    password_hash: Mapped[str | None] = mapped_column(String(200))
    active: Mapped[bool] = mapped_column(default=True)
    created: Mapped[datetime]


class AccessToken(Base):
    """A personal access token; the secret itself is stored nowhere."""

    __tablename__ = "token"

    id: Mapped[int] = mapped_column(Identity, primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    name: Mapped[str] = mapped_column(String(100))
    secret_hash: Mapped[str] = mapped_column(String(64), unique=True)
    scopes: Mapped[list[Any]]
    created: Mapped[datetime]
    expires: Mapped[datetime | None]
    revoked: Mapped[datetime | None]


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
