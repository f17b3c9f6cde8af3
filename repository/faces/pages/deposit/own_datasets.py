"""One's datasets as a list: drafts and published ones, those of others that are shared with one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from repository.access.policy import Action, Resource, may, must
from repository.access.principals import owned_by, shared_with
from repository.core.actor import Actor
from repository.core.clock import iso
from repository.core.paging import Page
from repository.deposits.model import DraftKind
from repository.deposits.queries import DraftView, listed_drafts
from repository.engines.search.port import DocumentKind, Search, Sort
from repository.engines.search.query_tree import Everything
from repository.engines.services import Services
from repository.records.queries import RecordView, record_views
from repository.search.query_syntax import parse
from repository.search.results import find

AT_ONCE = 25


class OwnTab(StrEnum):
    """The tabs of the list."""

    DRAFTS = "drafts"
    PUBLISHED = "published"
    SHARED = "shared"


@dataclass(frozen=True, slots=True)
class OwnDataset:
    """A line: `state` is a name in the words of the page; `edit` and `page` are addresses, or empty."""

    id: int
    title: str
    state: str
    changed: str
    files: int
    bytes: int
    edit: str
    page: str
    gaps: int = 0
    """what a draft still lacks before it can be published"""


@dataclass(frozen=True, slots=True)
class OwnDatasets:
    """A page of the list."""

    lines: Sequence[OwnDataset]
    total: int
    page: Page


def own_datasets(services: Services, actor: Actor, tab: OwnTab, words: str, page: Page) -> OwnDatasets:
    """Return a page of the list; raises `Forbidden` for the public, `Invalid` for words that are no query."""
    must(actor, Action.LIST_OWN, Resource())
    shared = tab is OwnTab.SHARED
    kinds = {OwnTab.DRAFTS: {DocumentKind.DRAFT}, OwnTab.PUBLISHED: {DocumentKind.RECORD}}
    results = find(
        services,
        Search(
            query=parse(words) if words else Everything(),
            scope=shared_with(actor) if shared else owned_by(actor),
            kinds=frozenset(kinds.get(tab, {DocumentKind.DRAFT, DocumentKind.RECORD})),
            sort=Sort.UPDATED_DESC,
            offset=page.offset,
            size=page.size,
        ),
    )
    drafts = [hit.id for hit in results.hits if hit.kind is DocumentKind.DRAFT]
    records = [hit.id for hit in results.hits if hit.kind is DocumentKind.RECORD]
    lines = {**_drafts(services, actor, drafts), **_records(services, actor, records)}
    keys = [(hit.kind, hit.id) for hit in results.hits]
    return OwnDatasets([lines[key] for key in keys if key in lines], results.total, page)


def _drafts(services: Services, actor: Actor, ids: Sequence[int]) -> Mapping[tuple[DocumentKind, int], OwnDataset]:
    if not ids:
        return {}
    with services.database.snapshot(actor) as snapshot:
        listed = [draft.view for draft in listed_drafts(snapshot, ids) if may(actor, Action.READ_DRAFT, draft.resource)]
    return {(DocumentKind.DRAFT, view.draft.id): _of_draft(view) for view in listed}


def _of_draft(view: DraftView) -> OwnDataset:
    draft = view.draft
    title = draft.description.get("title")
    return OwnDataset(
        id=draft.id,
        title=title if isinstance(title, str) else "",
        state={DraftKind.EDIT: "state_edit", DraftKind.NEW_VERSION: "state_new_version"}.get(
            DraftKind(draft.kind), "state_draft"
        ),
        changed=iso(draft.updated),
        files=view.files.count,
        bytes=view.files.total_bytes,
        edit=f"/uploads/{draft.id}/edit",
        page=f"/uploads/{draft.id}",
        gaps=len(draft.errors),
    )


def _records(services: Services, actor: Actor, ids: Sequence[int]) -> Mapping[tuple[DocumentKind, int], OwnDataset]:
    if not ids:
        return {}
    with services.database.snapshot(actor) as snapshot:
        views = [view for view in record_views(snapshot, ids) if may(actor, Action.READ_RECORD, view.resource)]
    return {(DocumentKind.RECORD, view.version.id): _of_record(view) for view in views}


def _of_record(view: RecordView) -> OwnDataset:
    version = view.version
    status = version.terms.status(version.files_enabled).value
    return OwnDataset(
        id=version.id,
        title=str(version.description.get("title", "")),
        state=f"state_{status.replace('-', '_')}",
        changed=iso(version.updated),
        files=view.files.count,
        bytes=view.files.total_bytes,
        edit="",
        page=f"/records/{version.id}",
    )


def own_titles(services: Services, actor: Actor, ids: Sequence[int]) -> dict[int, str]:
    """Return the titles of those drafts and versions among `ids` that the actor may read, in their order."""
    lines = {**_records(services, actor, ids), **_drafts(services, actor, ids)}
    by_id = {line.id: line.title for line in lines.values()}
    return {record_id: by_id[record_id] for record_id in ids if record_id in by_id}
