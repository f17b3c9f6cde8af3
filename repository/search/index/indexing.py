"""Bring the changes of records and drafts over to the index."""

from collections.abc import Collection, Sequence

from sqlalchemy import select

from repository.access.queries import grants_on
from repository.communities.queries import communities_of
from repository.core.actor import SYSTEM
from repository.core.database.id_list import in_list
from repository.core.unit_of_work import Snapshot
from repository.deposits.queries import listed_drafts
from repository.engines.search.port import NAMES_IN_RECORD, DocumentKind, IndexDocument
from repository.engines.services import Services
from repository.files.model import FileSet
from repository.files.queries import extensions, first_keys
from repository.identifiers.model import Identifier
from repository.records.model import Concept, Version
from repository.records.narrowed_access import IndexedPart, index_told
from repository.records.queries import newest_public
from repository.search.documents import Context, FileNames, PublishedVersion, draft_document, record_document


def index_records(services: Services, ids: Sequence[int]) -> None:
    """Make the index say of these versions what the database says."""
    with index_told(services.database, IndexedPart.RECORD, ids):
        _index(services, DocumentKind.RECORD, ids, record_documents(services, ids))


def index_drafts(services: Services, ids: Sequence[int]) -> None:
    """Make the index say of these drafts what the database says; edits are found as what they edit."""
    with index_told(services.database, IndexedPart.DRAFT, ids):
        _index(services, DocumentKind.DRAFT, ids, draft_documents(services, ids))


# Columns, not objects: a rebuild reads millions.
_PUBLISHED = (
    select(
        Version.id,
        Version.concept_id,
        Version.cache_version,
        grants_on(Version.concept_id),
        Version.index,
        Version.created,
        Version.updated,
        Version.description,
        Version.record_access,
        Version.files_access,
        Version.embargo_until,
        Version.files_enabled,
        Version.file_set_id,
        FileSet.count - FileSet.hidden_count,
        FileSet.total_bytes - FileSet.hidden_bytes,
        Concept.latest_id,
    )
    .join(Concept, Version.concept_id == Concept.id)
    .join(FileSet, Version.file_set_id == FileSet.id)
    .where(in_list(Version.id, "ids"), Version.withdrawn_at.is_(None))
    .order_by(Version.id)
)


def record_documents(services: Services, ids: Sequence[int]) -> list[IndexDocument]:
    """Return the documents of existing versions that are not withdrawn, in as many queries as for one."""
    with services.database.snapshot(SYSTEM) as snapshot:
        versions = [
            (PublishedVersion(*row[:-1]), row[-1] == row[0])
            for row in snapshot.session.execute(_PUBLISHED, {"ids": ids})
        ]
        contexts = _contexts(snapshot, versions)
    return [
        record_document(version, context, services.vocabularies)
        for (version, _), context in zip(versions, contexts, strict=True)
    ]


def draft_documents(services: Services, ids: Sequence[int]) -> list[IndexDocument]:
    """Return the documents of existing drafts that are no edits of a version."""
    with services.database.snapshot(SYSTEM) as snapshot:
        drafts = listed_drafts(snapshot, ids, all_grants=True)
    return [draft_document(draft, services.vocabularies) for draft in drafts if not draft.view.is_edit]


def _index(services: Services, kind: DocumentKind, ids: Sequence[int], documents: Sequence[IndexDocument]) -> None:
    services.search.put(documents)
    gone = set(ids) - {document.id for document in documents}
    if gone:
        services.search.drop(kind, gone)


def _contexts(snapshot: Snapshot, versions: Sequence[tuple[PublishedVersion, bool]]) -> list[Context]:
    """Return the further context of each version; a flag beside it says whether it is the newest."""
    public = newest_public(snapshot, {version.concept_id for version, _ in versions})
    pids = _pids(snapshot, {owner for version, _ in versions for owner in (version.id, version.concept_id)})
    names = _file_names(snapshot, [version for version, _ in versions])
    communities = communities_of(snapshot, {version.concept_id for version, _ in versions})
    return [
        Context(
            newest or version.index == public.get(version.concept_id),
            pids.get(version.id, {}),
            pids.get(version.concept_id, {}),
            names.get(version.file_set_id, FileNames()),
            communities.get(version.concept_id, ()),
        )
        for version, newest in versions
    ]


_PIDS = select(Identifier.owner, Identifier.scheme, Identifier.folded).where(in_list(Identifier.owner, "owners"))


def _pids(snapshot: Snapshot, owners: Collection[int]) -> dict[int, dict[str, str]]:
    by_owner: dict[int, dict[str, str]] = {}
    for owner, scheme, folded in snapshot.session.execute(_PIDS, {"owners": list(owners)}):
        by_owner.setdefault(owner, {})[scheme] = folded
    return by_owner


def _file_names(snapshot: Snapshot, versions: Sequence[PublishedVersion]) -> dict[int, FileNames]:
    """Return the names of files to index, by file set, for sets that are open to the public."""
    sets = [version.file_set_id for version in versions if version.file_count and version.open_files]
    if not sets:
        return {}
    keys, endings = first_keys(snapshot, sets, NAMES_IN_RECORD), extensions(snapshot, sets)
    return {set_id: FileNames(keys.get(set_id, ()), endings.get(set_id, ())) for set_id in sets}
