"""Bring the files of published versions over to the index, at constant memory however many they are."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Select, bindparam, select

from repository.access.access_terms import PUBLIC
from repository.core.actor import SYSTEM
from repository.core.database.id_list import in_list
from repository.core.unit_of_work import Database
from repository.engines.search.port import FileDocument
from repository.engines.services import Services
from repository.files.model import FileSet
from repository.files.queries import ListedFile, listed_files, listed_files_after
from repository.records.model import Version
from repository.records.narrowed_access import IndexedPart, index_told

AT_ONCE = 5_000
"""files in memory"""

_PUBLIC = (
    select(Version.id, Version.cache_version, Version.file_set_id, FileSet.count - FileSet.hidden_count)
    .join(FileSet, Version.file_set_id == FileSet.id)
    .where(
        Version.files_access == PUBLIC,
        Version.withdrawn_at.is_(None),
        FileSet.count > FileSet.hidden_count,
    )
    .order_by(Version.id)
)
_OF = _PUBLIC.where(in_list(Version.id, "ids"))


@dataclass(frozen=True, slots=True)
class PublicSet:
    """The files of a version that everybody may have, as the index should know them."""

    record_id: int
    revision: int
    set_id: int
    count: int


def index_files(services: Services, ids: Sequence[int]) -> None:
    """Make the index say of the files of these versions what the database says.

    The files of a published version never change: only who may have them does.  Reading and sending may take minutes.
    Another run may have dropped meanwhile what this one sends, so it looks again when it is done: whoever is done last
    leaves the index right.
    """
    with index_told(services.database, IndexedPart.FILES, ids):
        while ids:
            ids = _put_or_drop(services, ids)


def _put_or_drop(services: Services, ids: Sequence[int]) -> Sequence[int]:
    """Tell the index of the files of these versions once; return those that have changed meanwhile."""
    sets = public_sets(services.database, ids)
    services.search.put_files(file_documents(services.database, sets.values()))
    for record_id in set(ids) - sets.keys():
        services.search.drop_files(record_id)
    now = public_sets(services.database, ids)
    return [record_id for record_id in ids if _held(now.get(record_id)) != _held(sets.get(record_id))]


def _held(of: PublicSet | None) -> tuple[int, int] | None:
    """Return what the index says of a set but for its revision, which descriptions change and files do not."""
    return None if of is None else (of.set_id, of.count)


def public_sets(database: Database, ids: Sequence[int]) -> Mapping[int, PublicSet]:
    """Return by version id the sets of those versions that have files open to everybody."""
    return {file_set.record_id: file_set for file_set in _public_sets(database, _OF, ids=ids)}


_AFTER = _PUBLIC.where(Version.id > bindparam("after")).limit(bindparam("limit"))


def public_sets_after(database: Database, after: int, limit: int) -> list[PublicSet]:
    """Return the next sets in the order of their versions' ids."""
    return _public_sets(database, _AFTER, after=after, limit=limit)


def portions(sets: Iterable[PublicSet]) -> Iterator[list[PublicSet]]:
    """Yield groups of sets that have at most `AT_ONCE` files together, and larger sets alone."""
    portion: list[PublicSet] = []
    files = 0
    for file_set in sets:
        if portion and files + file_set.count > AT_ONCE:
            yield portion
            portion, files = [], 0
        portion.append(file_set)
        files += file_set.count
    if portion:
        yield portion


def file_documents(database: Database, sets: Iterable[PublicSet]) -> Iterator[FileDocument]:
    """Yield every file of `sets`, read lazily: small sets together, a large one page by page."""
    for portion in portions(sets):
        for file_set, position, file in _small(database, portion) if len(portion) > 1 else _large(database, portion[0]):
            yield FileDocument(
                file_set.record_id, position, file.key, file.extension, file.media_type, file.size, file_set.revision
            )


def _small(database: Database, sets: Sequence[PublicSet]) -> Iterator[tuple[PublicSet, int, ListedFile]]:
    with database.snapshot(SYSTEM) as snapshot:
        listed = listed_files(snapshot, [file_set.set_id for file_set in sets])
    for file_set in sets:
        for position, file in enumerate(listed.get(file_set.set_id, ())):
            yield file_set, position, file


def _large(database: Database, of: PublicSet) -> Iterator[tuple[PublicSet, int, ListedFile]]:
    """Yield the files of a large set by pages; it never changes, so pages need no common transaction."""
    first, after = 0, ""
    while True:
        with database.snapshot(SYSTEM) as snapshot:
            page = listed_files_after(snapshot, of.set_id, after, AT_ONCE)
        for position, file in enumerate(page, first):
            yield of, position, file
        if len(page) < AT_ONCE:
            return
        first, after = first + len(page), page[-1].key


def _public_sets(database: Database, query: Select[int, int, int, int], **values: object) -> list[PublicSet]:
    with database.snapshot(SYSTEM) as snapshot:
        return [PublicSet(*row) for row in snapshot.session.execute(query, values)]
