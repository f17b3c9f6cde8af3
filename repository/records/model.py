"""Tables of concepts, versions and their revisions."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint, false, select, text
from sqlalchemy.orm import Mapped, column_property, declared_attr, mapped_column

from repository.access.access_terms import AccessTerms
from repository.communities.model import Community, CommunityDataset
from repository.core.database.engine import Base, Identity

IDS_IN_A_PART = 20_000
"""Ids of a part of the site map; a number of the schema, since an index holds it."""
PART_OF_SITE_MAP = f"id / {IDS_IN_A_PART}"
"""The part that a version is in, in the words of the index.  With a parameter in it, no index would be used."""


class RecordId(Base):
    """The sequence that concepts, drafts and versions share."""

    __tablename__ = "number"
    __table_args__ = {"sqlite_autoincrement": True}  # noqa: RUF012 - SQLAlchemy's form

    id: Mapped[int] = mapped_column(Identity, primary_key=True)


class Described:
    """The columns of both drafts and versions: the description and the access terms."""

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

    `default_community` is the slug of the community whose series and registrars its identifiers come from; it is None
    if and only if the dataset is in no community.  It is read with every concept, in the same statement.

    `request_settings` are what the dataset says of requests for access (`access.request_settings`), None for the
    defaults; `settings_change` counts their changes.

    `most_bytes`, `most_files` and `most_file_bytes` are limits of its files, None for those of the site.
    """

    __tablename__ = "concept"

    id: Mapped[int] = mapped_column(Identity, primary_key=True, autoincrement=False)
    owner_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    latest_id: Mapped[int | None] = mapped_column(Identity)
    versions: Mapped[int] = mapped_column(default=0)
    created: Mapped[datetime]
    request_settings: Mapped[dict[str, Any] | None]
    settings_change: Mapped[int] = mapped_column(default=0, server_default=text("0"))
    most_bytes: Mapped[int | None] = mapped_column(Identity)
    most_files: Mapped[int | None]
    most_file_bytes: Mapped[int | None] = mapped_column(Identity)
    default_community: Mapped[str | None] = column_property(
        select(Community.slug)
        .join(CommunityDataset, CommunityDataset.community_id == Community.id)
        .where(CommunityDataset.concept_id == id, CommunityDataset.is_default)  # noqa: A003 - its own column
        .correlate_except(Community, CommunityDataset)
        .scalar_subquery()
    )


def _as_updated(context: Any) -> datetime:
    moment: datetime = context.get_current_parameters()["updated"]
    return moment


class Version(Described, Base):
    """A published version.

    `revision` counts corrections of the description.  `cache_version` (in the database: ``change``) counts all changes
    that a reader or the index can see, such as no longer being the latest.  `withdrawn_at` is set while the version has
    a tombstone.  `exposed` says that the public could once read it: harvesters that have it must then be told of its
    deletion.

    `datestamp` is the date for harvesters: `updated`, or a later one when the version entered or left a set.
    `records.change_tracking` alone moves both.  `resource_type` is the id of the type that the public read last.

    `lifted_on` is the day on which the clock lifted the embargo, and `lifted_terms` are the access terms until then.
    """

    __tablename__ = "version"

    id: Mapped[int] = mapped_column(Identity, primary_key=True, autoincrement=False)
    concept_id: Mapped[int] = mapped_column(ForeignKey("concept.id"))
    index: Mapped[int]
    revision: Mapped[int]
    cache_version: Mapped[int] = mapped_column("change", key="cache_version")
    created: Mapped[datetime]
    updated: Mapped[datetime]
    withdrawn_at: Mapped[datetime | None]
    exposed: Mapped[bool] = mapped_column(default=False, server_default=false())
    datestamp: Mapped[datetime] = mapped_column(default=_as_updated, server_default=text("'1970-01-01 00:00:00+00:00'"))
    resource_type: Mapped[str | None] = mapped_column(String(60))
    lifted_on: Mapped[date | None]
    lifted_terms: Mapped[dict[str, Any] | None]

    __table_args__ = (
        UniqueConstraint("concept_id", "index"),
        Index("ix_version_embargo_until", "embargo_until"),
        Index("ix_version_updated_id", "updated", "id"),
        Index("ix_version_datestamp_id", "datestamp", "id"),
        Index("ix_version_resource_type_datestamp_id", "resource_type", "datestamp", "id"),
        Index("ix_version_created_id", "created", "id"),
        Index(
            "ix_version_exposed_updated",
            "updated",
            "id",
            sqlite_where=text("exposed = 1"),
            postgresql_where=text("exposed"),
        ),
        Index(
            "ix_version_lifted_on",
            "lifted_on",
            "id",
            sqlite_where=text("lifted_on IS NOT NULL"),
            postgresql_where=text("lifted_on IS NOT NULL"),
        ),
        Index("ix_version_part_updated", text(f"({PART_OF_SITE_MAP})"), "updated"),
    )


class NarrowedAccess(Base):
    """A version or draft that fewer may read than a part of the index says.

    `times` counts how often it was narrowed.  The job that brings the part up to date removes the row.
    """

    __tablename__ = "narrowed_access"

    record_id: Mapped[int] = mapped_column(Identity, primary_key=True, autoincrement=False)
    part: Mapped[str] = mapped_column(String(10), primary_key=True)
    times: Mapped[int]
    at: Mapped[datetime]

    __table_args__ = (Index("ix_narrowed_access_part_at", "part", "at"),)


class PastDatestamp(Base):
    """A former datestamp of a version, valid `until` it got the next one.

    A list that began while this one was valid goes on as if it still were.
    """

    __tablename__ = "past_datestamp"

    datestamp: Mapped[datetime] = mapped_column(primary_key=True)
    version_id: Mapped[int] = mapped_column(ForeignKey("version.id"), primary_key=True)
    until: Mapped[datetime]


class Tombstone(Base):
    """Why a version was withdrawn; a restored version loses it, while the facts keep both events.

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
    """The description and access terms of a version at one revision, kept for ever."""

    __tablename__ = "version_revision"

    version_id: Mapped[int] = mapped_column(ForeignKey("version.id"), primary_key=True)
    revision: Mapped[int] = mapped_column(primary_key=True)
    description: Mapped[dict[str, Any]]
    access: Mapped[dict[str, Any]]
    actor: Mapped[str] = mapped_column(String(60))
    at: Mapped[datetime]
