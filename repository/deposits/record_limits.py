"""Limits of single datasets: how many bytes and files a draft may hold, and how large one file may be.

Administrators set them in place of those of the site.  They are columns of the dataset, which every change of files
reads and locks; what a draft holds is added up only where its bytes are limited.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import bindparam, select, union_all

from repository.access.policy import Action, Resource, must
from repository.core.errors import FieldError, Invalid, NotFound, OverQuota
from repository.core.site import Site
from repository.core.unit_of_work import Snapshot, UnitOfWork
from repository.deposits.facts import RecordQuotaChanged
from repository.deposits.model import Draft
from repository.files.model import FileSet
from repository.files.own_bytes import held_bytes
from repository.files.rules import Declared
from repository.records.model import Concept, Version
from repository.records.queries import UNKNOWN

MOST_BYTES = 1 << 53
"""what every client's JSON can hold"""
MOST_FILES = 1_000_000


@dataclass(frozen=True, slots=True)
class RecordLimits:
    """What a dataset has for itself; None is what the site says."""

    most_bytes: int | None = None
    most_files: int | None = None
    most_file_bytes: int | None = None

    def files(self, site: Site) -> int:
        """Return how many files a draft may hold."""
        return site.max_files if self.most_files is None else self.most_files

    def file_bytes(self, site: Site) -> int:
        """Return how large a file may be."""
        return site.max_file_bytes if self.most_file_bytes is None else self.most_file_bytes

    def too_many_bytes(self, used: int) -> OverQuota:
        """Return the error that the dataset cannot hold more."""
        most = self.most_bytes or 0
        words = f"The files of this dataset hold {used:,} bytes; its limit is {most:,}, and this does not fit."
        return OverQuota(words, "record_bytes", used, most)


def limits_of(concept: Concept) -> RecordLimits:
    """Return the limits of a dataset's own."""
    return RecordLimits(concept.most_bytes, concept.most_files, concept.most_file_bytes)


def require_sizes(limits: RecordLimits, site: Site, declared: Sequence[Declared]) -> None:
    """Raise `Invalid` for declared files that are too large, by their places."""
    most = limits.file_bytes(site)
    errors = [
        FieldError.of(f"{index}.size", f"A file has at most {most} bytes.")
        for index, file in enumerate(declared)
        if file.size is not None and file.size > most
    ]
    if errors:
        raise Invalid(errors=errors)


def require_bytes(snapshot: Snapshot, limits: RecordLimits, files: FileSet, more: int = 0) -> None:
    """Raise `OverQuota` if a draft's files, also those staged or on their way, and `more` bytes are too many."""
    if limits.most_bytes is None:
        return
    linked = files.total_bytes - files.own_bytes
    used = linked + held_bytes(snapshot, [files.id]).get(files.id, 0)
    if used + more > limits.most_bytes:
        raise limits.too_many_bytes(used)


_CONCEPT = union_all(
    select(Draft.concept_id).where(Draft.id == bindparam("id")),
    select(Version.concept_id).where(Version.id == bindparam("id")),
    select(Concept.id).where(Concept.id == bindparam("id")),
)


def set_record_limits(unit: UnitOfWork, record_id: int, limits: RecordLimits, notes: str) -> Concept:
    """Give a dataset limits of its own; `record_id` is that of a draft, a version or all versions.

    Files that are there stay, whatever the limits.  Raises `NotFound`, and `Forbidden` for all but administrators.
    """
    must(unit.actor, Action.SET_RECORD_QUOTA, Resource())
    concept_id = unit.session.scalars(_CONCEPT, {"id": record_id}).first()
    concept = unit.session.get(Concept, concept_id, with_for_update=True) if concept_id else None
    if concept is None:
        raise NotFound(UNKNOWN)
    if limits_of(concept) != limits:
        concept.most_bytes, concept.most_files = limits.most_bytes, limits.most_files
        concept.most_file_bytes = limits.most_file_bytes
        unit.emit(RecordQuotaChanged(concept.id, limits.most_bytes, limits.most_files, limits.most_file_bytes, notes))
    return concept
