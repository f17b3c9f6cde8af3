"""Tables of concepts, versions and their revisions."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint, false, text
from sqlalchemy.orm import Mapped, declared_attr, mapped_column

from repository.access.access_terms import AccessTerms
from repository.core.database.engine import Base, Identity


class RecordId(Base):
    """The sequence that concepts, drafts and versions share."""

    __tablename__ = "number"
    __table_args__ = {"sqlite_autoincrement": True}  # noqa: RUF012 - SQLAlchemy's form

    id: Mapped[int] = mapped_column(Identity, primary_key=True)


class Described:
    """The columns that a draft and a version have in common: what is said, and who may see what."""

    description: Mapped[dict[str, Any]]
    custom_fields: Mapped[dict[str, Any]]
    record_access: Mapped[str] = mapped_column(String(10))
    files_access: Mapped[str] = mapped_column(String(10))
    embargo_until: Mapped[date | None]
    embargo_reason: Mapped[str | None] = mapped_column(String(5000))
    files_enabled: Mapped[bool]
    default_preview: Mapped[str | None] = mapped_column(String(1024))

    @declared_attr
    def file_set_id(cls) -> Mapped[int]:  # noqa: N805 - SQLAlchemy passes the class
        return mapped_column(ForeignKey("file_set.id"), index=True)

    @property
    def terms(self) -> AccessTerms:
        """Access settings and embargo as one value."""
        return AccessTerms(self.record_access, self.files_access, self.embargo_until, self.embargo_reason)

    @terms.setter
    def terms(self, terms: AccessTerms) -> None:
        self.record_access, self.files_access = terms.record, terms.files
        self.embargo_until, self.embargo_reason = terms.embargo_until, terms.embargo_reason


class Concept(Base):
    """A dataset through all its versions; `versions` counts the published ones.

    `community` is the slug of the community that it belongs to, whose series and registrars its identifiers come from.
    """

    __tablename__ = "concept"

    id: Mapped[int] = mapped_column(Identity, primary_key=True, autoincrement=False)
    owner_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    latest_id: Mapped[int | None] = mapped_column(Identity)
    versions: Mapped[int] = mapped_column(default=0)
    created: Mapped[datetime]
    community: Mapped[str | None] = mapped_column(String(100), index=True)


def _as_updated(context: Any) -> datetime:
    moment: datetime = context.get_current_parameters()["updated"]
    return moment


class Version(Described, Base):
    """A published version.

    `revision` counts corrections of the description, `change` all that a reader or the index could notice, such as no
    longer being the latest.  `withdrawn_at` is set while it has a tombstone; `exposed` says that the public could once
    read it, which catalogues that harvested it then must be told of when it no longer can.

    `datestamp` is what catalogues go by: `updated`, or later when it came into a set of theirs or left one; both are
    moved by `records.change_tracking` alone.  `resource_type` is the id in the description that the public read last.
    """

    __tablename__ = "version"

    id: Mapped[int] = mapped_column(Identity, primary_key=True, autoincrement=False)
    concept_id: Mapped[int] = mapped_column(ForeignKey("concept.id"))
    index: Mapped[int]
    revision: Mapped[int]
    change: Mapped[int]
    created: Mapped[datetime]
    updated: Mapped[datetime]
    withdrawn_at: Mapped[datetime | None]
    exposed: Mapped[bool] = mapped_column(default=False, server_default=false())
    datestamp: Mapped[datetime] = mapped_column(default=_as_updated, server_default=text("'1970-01-01 00:00:00+00:00'"))
    resource_type: Mapped[str | None] = mapped_column(String(60))

    __table_args__ = (
        UniqueConstraint("concept_id", "index"),
        Index("ix_version_embargo_until", "embargo_until"),
        Index("ix_version_updated_id", "updated", "id"),
        Index("ix_version_datestamp_id", "datestamp", "id"),
        Index("ix_version_resource_type_datestamp_id", "resource_type", "datestamp", "id"),
        Index("ix_version_created_id", "created", "id"),
    )


class PastDatestamp(Base):
    """A datestamp that a version had `until` it was given the next.

    A list that was begun while it had this one goes on as if it had it still.
    """

    __tablename__ = "past_datestamp"

    datestamp: Mapped[datetime] = mapped_column(primary_key=True)
    version_id: Mapped[int] = mapped_column(ForeignKey("version.id"), primary_key=True)
    until: Mapped[datetime]


class Tombstone(Base):
    """Why a version was withdrawn; removed when it is restored, while the facts keep both.

    `reason` is a term of the vocabulary ``removalreasons``; `visible` says whether the public may read it.
    """

    __tablename__ = "tombstone"

    version_id: Mapped[int] = mapped_column(ForeignKey("version.id"), primary_key=True)
    reason: Mapped[str] = mapped_column(String(60))
    note: Mapped[str] = mapped_column(String(5000))
    citation: Mapped[str] = mapped_column(String(20_000))
    visible: Mapped[bool]
    removed_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime]


class VersionRevision(Base):
    """What a version said at one revision, kept for ever."""

    __tablename__ = "version_revision"

    version_id: Mapped[int] = mapped_column(ForeignKey("version.id"), primary_key=True)
    revision: Mapped[int] = mapped_column(primary_key=True)
    description: Mapped[dict[str, Any]]
    access: Mapped[dict[str, Any]]
    actor: Mapped[str] = mapped_column(String(60))
    at: Mapped[datetime]
