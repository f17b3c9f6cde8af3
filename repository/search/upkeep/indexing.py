"""Bring the changes of records and drafts over to the index."""

from collections.abc import Collection, Sequence

from sqlalchemy import select

from repository.deposits.queries import draft_views
from repository.engines.facilities import Facilities
from repository.engines.search.port import NAMES_IN_RECORD, Document, Kind
from repository.files.model import FileSet
from repository.files.queries import extensions, first_keys
from repository.foundation.actor import SYSTEM
from repository.foundation.among import Among
from repository.foundation.work import Work
from repository.identifiers.model import Identifier
from repository.records.model import Concept, Version
from repository.records.queries import newest_public
from repository.search.documents import Context, FileNames, Published, draft_document, record_document

# Built once: composing a statement costs more than running it.  Columns, not objects: a rebuild reads millions.
_PUBLISHED = (
    select(
        Version.id,
        Version.concept_id,
        Version.change,
        Concept.owner_id,
        Version.index,
        Version.created,
        Version.updated,
        Version.description,
        Version.record_access,
        Version.files_access,
        Version.embargo_until,
        Version.files_enabled,
        Version.file_set_id,
        FileSet.count,
        FileSet.total_bytes,
        Concept.latest_id,
    )
    .join(Concept, Version.concept_id == Concept.id)
    .join(FileSet, Version.file_set_id == FileSet.id)
    .where(Among(Version.id, "ids"), Version.withdrawn_at.is_(None))
    .order_by(Version.id)
)
_PIDS = select(Identifier.owner, Identifier.scheme, Identifier.folded).where(Among(Identifier.owner, "owners"))


def index_records(facilities: Facilities, ids: Sequence[int]) -> None:
    """Make the index say of these versions what the database says."""
    _index(facilities, Kind.RECORD, ids, record_documents(facilities, ids))


def index_drafts(facilities: Facilities, ids: Sequence[int]) -> None:
    """Make the index say of these drafts what the database says; edits are found as what they edit."""
    _index(facilities, Kind.DRAFT, ids, draft_documents(facilities, ids))


def record_documents(facilities: Facilities, ids: Sequence[int]) -> list[Document]:
    """Of those versions that there are and that were not withdrawn, in as many queries as of one."""
    with facilities.works.reading(SYSTEM) as work:
        versions = [(Published(*row[:-1]), row[-1] == row[0]) for row in work.session.execute(_PUBLISHED, {"ids": ids})]
        contexts = _contexts(work, versions)
    return [
        record_document(version, context, facilities.vocabularies)
        for (version, _), context in zip(versions, contexts, strict=True)
    ]


def draft_documents(facilities: Facilities, ids: Sequence[int]) -> list[Document]:
    """Of those drafts that there are and that edit no version."""
    with facilities.works.reading(SYSTEM) as work:
        views = draft_views(work, ids)
    return [draft_document(view, facilities.vocabularies) for view in views if not view.is_edit]


def _index(facilities: Facilities, kind: Kind, ids: Sequence[int], documents: Sequence[Document]) -> None:
    facilities.search.put(documents)
    gone = set(ids) - {document.id for document in documents}
    if gone:
        facilities.search.drop(kind, gone)


def _contexts(work: Work, versions: Sequence[tuple[Published, bool]]) -> list[Context]:
    """What else is indexed of each version, of which it is known whether it is the newest."""
    public = newest_public(work, {version.concept_id for version, _ in versions})
    pids = _pids(work, {owner for version, _ in versions for owner in (version.id, version.concept_id)})
    names = _file_names(work, [version for version, _ in versions])
    return [
        Context(
            newest or version.index == public.get(version.concept_id),
            pids.get(version.id, {}),
            pids.get(version.concept_id, {}),
            names.get(version.file_set_id, FileNames()),
        )
        for version, newest in versions
    ]


def _pids(work: Work, owners: Collection[int]) -> dict[int, dict[str, str]]:
    found: dict[int, dict[str, str]] = {}
    for owner, scheme, folded in work.session.execute(_PIDS, {"owners": list(owners)}):
        found.setdefault(owner, {})[scheme] = folded
    return found


def _file_names(work: Work, versions: Sequence[Published]) -> dict[int, FileNames]:
    """What is indexed of each file set that the public may have."""
    sets = [version.file_set_id for version in versions if version.file_count and version.open_files]
    if not sets:
        return {}
    keys, endings = first_keys(work, sets, NAMES_IN_RECORD), extensions(work, sets)
    return {each: FileNames(keys.get(each, ()), endings.get(each, ())) for each in sets}
