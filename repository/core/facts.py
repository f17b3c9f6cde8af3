"""Facts: what happened, written in the transaction in which it happened (the outbox pattern).

A fact is a frozen dataclass.  Its first field is the id of its subject, the others are its details.  The row of a fact
keeps the details as JSON that older and newer releases read, for they run side by side during an upgrade:

* a member has the name of its field, without an ending ``_id``;
* a member that this release does not know is ignored;
* a field has a default, the first one excepted, which stands for a member that is missing or null;
* the meaning and the type of a member never change: what means something else is a new member.

A row is never changed but for two columns of the relay, and never deleted: only of the saves of a draft the newest are
enough (`deposits.saves`).  Seals (`repository.audit`) show whether that is so.  Each feature declares its facts in
``facts.py``, and what follows from them in ``feature.py``.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any, ClassVar, cast

from sqlalchemy import Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from repository.core.database.engine import Base, Identity


@dataclass(frozen=True, slots=True)
class FactPhrase:
    """A fact in words for people, to follow the name of who did it: "published version {index}".

    A field's name in braces stands for its value, and for nothing if that is None.  A further language is a further
    field here; until every fact has a text in it, the field's default "" stands for the English one.
    """

    en: str
    zh: str

    def text(self, language: str) -> str:
        """Return the text in `language`, in English if there is none."""
        return getattr(self, language, "") or self.en


@dataclass(frozen=True, slots=True)
class Fact:
    """Something that happened to one subject.  A class without `words` is no fact, but what some facts share."""

    words: ClassVar[FactPhrase]
    forgettable: ClassVar[bool] = False
    """Whether rows of this kind may be deleted later; what is ever so is so for ever."""

    @property
    def kind(self) -> str:
        return type(self).__name__

    @property
    def subject(self) -> int:
        return int(getattr(self, fields(self)[0].name))

    @property
    def details(self) -> dict[str, Any]:
        """Return the fields but the subject, as small JSON for the audit trail."""
        return {_member(field.name): getattr(self, field.name) for field in fields(self)[1:]}

    def phrase(self, language: str = "en") -> str:
        """Return the fact in words for people."""
        values = {field.name: getattr(self, field.name) for field in fields(self)}
        shown = {name: "" if value is None else value for name, value in values.items()}
        return self.words.text(language).format(**shown).strip()


class FactRow(Base):
    """The outbox and audit trail.

    `relayed_at` is when the jobs that follow became rows of their own; at once, where nothing follows.
    `unknown_since` is when a relay set the fact aside, because its release does not know the kind.
    `credential` is that of the actor, None where there was none or an earlier release wrote the row.
    """

    __tablename__ = "fact"

    id: Mapped[int] = mapped_column(Identity, primary_key=True)
    kind: Mapped[str] = mapped_column(String(60))
    subject: Mapped[int] = mapped_column(Identity)
    details: Mapped[dict[str, Any]]
    actor: Mapped[str] = mapped_column(String(60))
    request_id: Mapped[str] = mapped_column(String(80), default="")
    credential: Mapped[str | None] = mapped_column(String(60))
    at: Mapped[datetime]
    relayed_at: Mapped[datetime | None]
    unknown_since: Mapped[datetime | None]

    __table_args__ = (
        # for the gauges, and for the relay of the release before `unknown_since`
        Index(
            "ix_fact_waiting",
            "id",
            sqlite_where=text("relayed_at IS NULL"),
            postgresql_where=text("relayed_at IS NULL"),
        ),
        # what a relay reads: its cost does not grow with the facts that were set aside
        Index(
            "ix_fact_due",
            "id",
            sqlite_where=text("relayed_at IS NULL AND unknown_since IS NULL"),
            postgresql_where=text("relayed_at IS NULL AND unknown_since IS NULL"),
        ),
        Index(
            "ix_fact_unknown",
            "kind",
            "id",
            sqlite_where=text("relayed_at IS NULL AND unknown_since IS NOT NULL"),
            postgresql_where=text("relayed_at IS NULL AND unknown_since IS NOT NULL"),
        ),
        Index("ix_fact_subject_id", "subject", "id"),
        # for those who read the audit trail, newest first
        Index("ix_fact_at", "at"),
        Index("ix_fact_actor_at", "actor", "at"),
        Index("ix_fact_kind_at", "kind", "at"),
        Index(
            "ix_fact_credential_at",
            "credential",
            "at",
            sqlite_where=text("credential IS NOT NULL"),
            postgresql_where=text("credential IS NOT NULL"),
        ),
        # a deleted fact's number must not be given again: the audit trail counts upwards
        {"sqlite_autoincrement": True},
    )


@dataclass(frozen=True, slots=True)
class EmittedFact:
    """A fact with what its row adds: who emitted it, when, and in which request.

    `fact` is None if this release does not know the `kind`.
    """

    id: int
    kind: str
    fact: Fact | None
    actor: str
    at: datetime
    request_id: str

    @property
    def phrase(self) -> str:
        """Return the fact as words for people, or its kind."""
        return self.fact.phrase() if self.fact else self.kind


def fact_of(row: FactRow, kinds: Mapping[str, type[Fact]]) -> Fact | None:
    """Return the fact that a row tells; None if its kind is not among `kinds`."""
    return read_fact(kinds, row.kind, row.subject, row.details)


def read_fact(kinds: Mapping[str, type[Fact]], kind: str, subject: int, details: Mapping[str, Any]) -> Fact | None:
    """Return the fact that columns of a row tell; None if its kind is not among `kinds`."""
    known = kinds.get(kind)
    if known is None:
        return None
    members = {field.name: details.get(_member(field.name)) for field in fields(known)[1:]}
    values = {name: _frozen(member) for name, member in members.items() if member is not None}
    return cast(Callable[..., Fact], known)(subject, **values)


def _frozen(member: Any) -> Any:
    return tuple(member) if isinstance(member, list) else member


def _member(name: str) -> str:
    return name.removesuffix("_id")
