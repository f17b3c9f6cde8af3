"""Open a published version for corrections, or begin its successor."""

from sqlalchemy import bindparam, select

from repository.access.policy import Action, Resource, must
from repository.access.queries import grants_of
from repository.core.site import Site
from repository.core.unit_of_work import Snapshot, UnitOfWork
from repository.deposits.drafts import blank_draft
from repository.deposits.model import Draft, DraftKind
from repository.deposits.queries import DraftView, view_of
from repository.files.uploads import new_set
from repository.people.quotas import count_draft
from repository.publication.facts import EditBegun, NewVersionBegun
from repository.records.model import Concept, Version
from repository.records.queries import RecordView, record_for

NOT_INHERITED = ("version", "publication_date")


def edit_version(unit: UnitOfWork, site: Site, record_id: int) -> DraftView:
    """Return a draft to correct a version's description; the open one, if there is one."""
    open_draft = unit.session.get(Draft, record_id)
    if open_draft is None:
        view = record_for(unit, record_id, Action.EDIT_RECORD)
        _lock(unit, view)
        open_draft = unit.session.get(Draft, record_id)
    if open_draft is not None:
        return _reopen(unit, open_draft)
    draft = blank_draft(unit, view.concept, record_id, DraftKind.EDIT, view.files)
    _inherit(draft, view.version)
    draft.index, draft.created = view.version.index, view.version.created
    draft.revision = view.version.revision + 1
    draft.default_preview = view.version.default_preview
    unit.session.add(draft)
    unit.emit(EditBegun(record_id))
    unit.session.flush()
    count_draft(unit, site, view.concept.owner_id)
    return view_of(unit, draft, view.concept)


def new_version(unit: UnitOfWork, site: Site, record_id: int) -> DraftView:
    """Return a draft of the next version; the open one, if there is one.

    A new draft has the description of the latest version and no files.
    """
    view = record_for(unit, record_id, Action.NEW_VERSION)
    _lock(unit, view)
    concept = view.concept
    open_draft = _open_new_version(unit, concept.id)
    if open_draft is not None:
        return view_of(unit, open_draft, concept)
    assert concept.latest_id is not None
    latest = unit.session.get_one(Version, concept.latest_id)
    draft = blank_draft(unit, concept, unit.new_numbers(1)[0], DraftKind.NEW_VERSION, new_set(unit))
    _inherit(draft, latest)
    draft.description = {
        **{k: v for k, v in latest.description.items() if k not in NOT_INHERITED},
        "publication_date": site.day_of(unit.now).isoformat(),
    }
    unit.session.add(draft)
    unit.emit(NewVersionBegun(draft.id))
    unit.session.flush()
    count_draft(unit, site, concept.owner_id)
    return view_of(unit, draft, concept)


def _lock(unit: UnitOfWork, view: RecordView) -> None:
    """Lock the concept, so that two requests at once end with one draft; then read the rows again."""
    unit.session.refresh(view.concept, with_for_update=True)
    unit.session.refresh(view.version)


def _reopen(unit: UnitOfWork, draft: Draft) -> DraftView:
    concept = unit.session.get_one(Concept, draft.concept_id)
    must(unit.actor, Action.EDIT_RECORD, Resource(grants_of(unit, concept.id)))
    return view_of(unit, draft, concept)


_OPEN_NEW_VERSION = select(Draft).where(
    Draft.concept_id == bindparam("concept_id"), Draft.kind == DraftKind.NEW_VERSION.value
)


def _open_new_version(snapshot: Snapshot, concept_id: int) -> Draft | None:
    return snapshot.session.scalar(_OPEN_NEW_VERSION, {"concept_id": concept_id})


def _inherit(draft: Draft, version: Version) -> None:
    draft.description = version.description
    draft.custom_fields = version.custom_fields
    draft.terms = version.terms
    draft.files_enabled = version.files_enabled
