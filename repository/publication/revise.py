"""Open a published version for corrections, or begin its successor."""

from sqlalchemy import select

from repository.access.policy import Action, Thing, must
from repository.deposits.drafts import blank_draft
from repository.deposits.model import Draft, DraftKind
from repository.deposits.queries import DraftView, view_of
from repository.files.uploads import new_set
from repository.foundation.work import Work
from repository.publication.facts import EditBegun, NewVersionBegun
from repository.records.model import Concept, Version
from repository.records.numbers import next_numbers
from repository.records.queries import RecordView, record_view

NOT_INHERITED = ("version", "publication_date")


def edit_version(work: Work, record_id: int) -> DraftView:
    """A draft to correct a version's description; the one that is open already, if there is one."""
    open_one = work.session.get(Draft, record_id)
    if open_one is None:
        view = record_view(work, record_id)
        must(work.actor, Action.EDIT_RECORD, view.thing)
        _in_turn(work, view)
        open_one = work.session.get(Draft, record_id)
    if open_one is not None:
        return _reopened(work, open_one)
    draft = blank_draft(work, view.concept, record_id, DraftKind.EDIT, view.files)
    _inherit(draft, view.version)
    draft.index, draft.created = view.version.index, view.version.created
    draft.revision = view.version.revision + 1
    draft.default_preview = view.version.default_preview
    work.session.add(draft)
    work.emit(EditBegun(record_id))
    work.session.flush()
    return view_of(work, draft, view.concept)


def new_version(work: Work, record_id: int) -> DraftView:
    """A draft of the version after the latest, with its description but no files; the open one, if there is one."""
    view = record_view(work, record_id)
    must(work.actor, Action.NEW_VERSION, view.thing)
    _in_turn(work, view)
    concept = view.concept
    open_one = _open_new_version(work, concept.id)
    if open_one is not None:
        return view_of(work, open_one, concept)
    assert concept.latest_id is not None
    latest = work.session.get_one(Version, concept.latest_id)
    draft = blank_draft(work, concept, next_numbers(work, 1)[0], DraftKind.NEW_VERSION, new_set(work))
    _inherit(draft, latest)
    draft.description = {
        **{k: v for k, v in latest.description.items() if k not in NOT_INHERITED},
        "publication_date": work.now.date().isoformat(),
    }
    work.session.add(draft)
    work.emit(NewVersionBegun(draft.id))
    work.session.flush()
    return view_of(work, draft, concept)


def _in_turn(work: Work, view: RecordView) -> None:
    """Two requests at once must end with one draft: the concept's row is their turnstile; who waited reads anew."""
    work.session.refresh(view.concept, with_for_update=True)
    work.session.refresh(view.version)


def _reopened(work: Work, draft: Draft) -> DraftView:
    concept = work.session.get_one(Concept, draft.concept_id)
    must(work.actor, Action.EDIT_RECORD, Thing(owner_id=concept.owner_id))
    return view_of(work, draft, concept)


def _open_new_version(work: Work, concept_id: int) -> Draft | None:
    return work.session.scalar(
        select(Draft).where(Draft.concept_id == concept_id, Draft.kind == DraftKind.NEW_VERSION.value)
    )


def _inherit(draft: Draft, version: Version) -> None:
    draft.description = version.description
    draft.custom_fields = version.custom_fields
    draft.terms = version.terms
    draft.files_enabled = version.files_enabled
