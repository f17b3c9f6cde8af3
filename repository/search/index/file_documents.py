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

AT_ONCE = 5_000
"""files in memory"""

# Built once: composing a statement costs more than running it.
_PUBLIC = (
    select(Version.id, Version.cache_version, Version.file_set_id, FileSet.count)
    .join(FileSet, Version.file_set_id == FileSet.id)
    .where(Version.files_access == PUBLIC, Version.withdrawn_at.is_(None), FileSet.count > 0)
    .order_by(Version.id)
)
_OF = _PUBLIC.where(in_list(Version.id, "ids"))
_AFTER = _PUBLIC.where(Version.id > bindparam("after")).limit(bindparam("limit"))


@dataclass(frozen=True, slots=True)
class PublicSet:
    """The files of a version that everybody may have, as the index should know them."""

    record_id: int
    revision: int
    set_id: int
    count: int


def index_files(services: Services, ids: Sequence[int]) -> None:
    """Make the index say of the files of these versions what the database says.

    The files of a published version never change, so that the documents of a new revision take the places of all old
    ones.  Reading and sending may take minutes.  Another run may have dropped meanwhile what this one sends, so it
    looks again when it is done: whoever is done last leaves the index right.
    """
    while ids:
        sets = public_sets(services.database, ids)
        services.search.put_files(file_documents(services.database, sets.values()))
        for each in set(ids) - sets.keys():
            services.search.drop_files(each)
        now = public_sets(services.database, ids)
        ids = [each for each in ids if now.get(each) != sets.get(each)]


def public_sets(database: Database, ids: Sequence[int]) -> Mapping[int, PublicSet]:
    """By version id, of those versions whose files there are and everybody may have."""
    return {each.record_id: each for each in _public_sets(database, _OF, ids=ids)}


def public_sets_after(database: Database, after: int, limit: int) -> list[PublicSet]:
    """The next ones in the order of their versions' ids."""
    return _public_sets(database, _AFTER, after=after, limit=limit)


def portions(sets: Iterable[PublicSet]) -> Iterator[list[PublicSet]]:
    """Sets that have `AT_ONCE` files together, and single ones that have more."""
    portion: list[PublicSet] = []
    files = 0
    for each in sets:
        if portion and files + each.count > AT_ONCE:
            yield portion
            portion, files = [], 0
        portion.append(each)
        files += each.count
    if portion:
        yield portion


def file_documents(database: Database, sets: Iterable[PublicSet]) -> Iterator[FileDocument]:
    """Every file of `sets`, read while it is asked for: small sets together, a large one page by page."""
    for portion in portions(sets):
        for each, position, file in _small(database, portion) if len(portion) > 1 else _large(database, portion[0]):
            yield FileDocument(
                each.record_id, position, file.key, file.extension, file.media_type, file.size, each.revision
            )


def _small(database: Database, sets: Sequence[PublicSet]) -> Iterator[tuple[PublicSet, int, ListedFile]]:
    with database.snapshot(SYSTEM) as snapshot:
        listed = listed_files(snapshot, [each.set_id for each in sets])
    for each in sets:
        for position, file in enumerate(listed.get(each.set_id, ())):
            yield each, position, file


def _large(database: Database, of: PublicSet) -> Iterator[tuple[PublicSet, int, ListedFile]]:
    """A published set never changes, so that its pages need not be of one transaction."""
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
