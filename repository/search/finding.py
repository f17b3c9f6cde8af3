"""What the engine found, as the database has it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from repository.access.policy import Action, Thing, may
from repository.deposits.queries import DraftView, draft_views
from repository.engines.search.port import Answer, Kind
from repository.foundation.work import Work
from repository.records.queries import RecordView, record_views


@dataclass(frozen=True, slots=True)
class Found:
    """A hit with what the database says of it."""

    view: RecordView | DraftView
    highlights: Mapping[str, Sequence[str]]


def hits_for(work: Work, answer: Answer) -> list[Found]:
    """The hits of `answer` that exist and that `work.actor` may see, in a fixed number of queries."""
    records = [hit.id for hit in answer.hits if hit.kind is Kind.RECORD]
    drafts = [hit.id for hit in answer.hits if hit.kind is Kind.DRAFT]
    views: dict[tuple[Kind, int], RecordView | DraftView] = {}
    for record in record_views(work, records) if records else ():
        if may(work.actor, Action.READ_RECORD, record.thing):
            views[Kind.RECORD, record.version.id] = record
    for draft in draft_views(work, drafts) if drafts else ():
        if may(work.actor, Action.READ_DRAFT, Thing(owner_id=draft.concept.owner_id)):
            views[Kind.DRAFT, draft.draft.id] = draft
    return [Found(views[hit.kind, hit.id], hit.highlights) for hit in answer.hits if (hit.kind, hit.id) in views]
