"""Preservation events: what was done to keep an object, and how it ended (PREMIS Data Dictionary 3.0, entity Event).

They have a table of their own beside the facts: there is one for each check of each file, nothing follows from them,
and they are kept when the object is gone.  A row is never changed or deleted.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from enum import StrEnum
from importlib.metadata import version
from typing import cast

from sqlalchemy import Index, String, Table, insert
from sqlalchemy.orm import Mapped, mapped_column

from repository.core.database.engine import Base, Identity
from repository.core.unit_of_work import UnitOfWork

AGENT = f"repository {version('repository')}"
"""The software that acts, in its version (PREMIS 2.6)."""


class EventType(StrEnum):
    """Terms of the Library of Congress, ``id.loc.gov/vocabulary/preservation/eventType`` (PREMIS 2.2)."""

    FIXITY_CHECK = "fixity check"
    DELETION = "deletion"


class EventOutcome(StrEnum):
    """Terms of the Library of Congress, ``id.loc.gov/vocabulary/preservation/eventOutcome`` (PREMIS 2.5.1)."""

    SUCCESS = "success"
    FAIL = "fail"


class ObjectKind(StrEnum):
    """The sort of object that an event is linked to, in whose table the object's id is (PREMIS 2.7)."""

    FILE = "file"


@dataclass(frozen=True, slots=True)
class PreservationEvent:
    """An event that is about to be recorded; `detail` says what was done, `outcome_detail` what is wrong."""

    type: EventType
    object_kind: ObjectKind
    object_id: int
    outcome: EventOutcome
    detail: str
    outcome_detail: str = ""


class PreservationEventRow(Base):
    """The events; `id` is the identifier of PREMIS 2.1, `at` its date and time (2.3)."""

    __tablename__ = "preservation_event"
    __table_args__ = (
        Index("ix_preservation_event_object_kind_object_id", "object_kind", "object_id"),
        Index("ix_preservation_event_type_at", "type", "at"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(Identity, primary_key=True)
    type: Mapped[str] = mapped_column(String(60))
    at: Mapped[datetime]
    detail: Mapped[str] = mapped_column(String(500))
    outcome: Mapped[str] = mapped_column(String(20))
    outcome_detail: Mapped[str] = mapped_column(String(500))
    agent: Mapped[str] = mapped_column(String(100))
    object_kind: Mapped[str] = mapped_column(String(20))
    object_id: Mapped[int] = mapped_column(Identity)


_INSERT = insert(cast(Table, PreservationEventRow.__table__)).inline()


def record_events(unit: UnitOfWork, events: Sequence[PreservationEvent]) -> None:
    """Write events in the transaction of what they tell."""
    if events:
        rows = [{**asdict(event), "at": unit.now, "agent": AGENT} for event in events]
        unit.session.connection().execute(_INSERT, rows)
