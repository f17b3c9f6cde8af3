"""What the engine found, as JSON texts of what the database has."""

from collections.abc import Mapping, Sequence

import orjson

from repository.access.policy import Action, Thing, may
from repository.deposits.queries import draft_views
from repository.deposits.wire import draft_json
from repository.engines.facilities import Facilities
from repository.engines.search.port import Answer, Hit, Kind
from repository.foundation.actor import Actor
from repository.records.shown import shown_to


def hits_for(facilities: Facilities, actor: Actor, answer: Answer) -> list[bytes]:
    """The hits of `answer` that exist and that `actor` may see, in a fixed number of queries."""
    records = _records(facilities, actor, [hit.id for hit in answer.hits if hit.kind is Kind.RECORD])
    drafts = _drafts(facilities, actor, [hit.id for hit in answer.hits if hit.kind is Kind.DRAFT])
    of_kind = {Kind.RECORD: records, Kind.DRAFT: drafts}
    return [_with_highlights(of_kind[hit.kind][hit.id], hit) for hit in answer.hits if hit.id in of_kind[hit.kind]]


def _records(facilities: Facilities, actor: Actor, ids: Sequence[int]) -> Mapping[int, bytes]:
    if not ids:
        return {}
    return {number: shown.text for number, shown in shown_to(facilities, actor, ids).items()}


def _drafts(facilities: Facilities, actor: Actor, ids: Sequence[int]) -> Mapping[int, bytes]:
    if not ids:
        return {}
    with facilities.works.reading(actor) as work:
        return {
            view.draft.id: orjson.dumps(draft_json(view, facilities.site, facilities.vocabularies))
            for view in draft_views(work, ids)
            if may(actor, Action.READ_DRAFT, Thing(owner_id=view.concept.owner_id))
        }


def _with_highlights(text: bytes, hit: Hit) -> bytes:
    """The object `text` with one more member."""
    if not hit.highlights:
        return text
    shown = {name: list(fragments) for name, fragments in hit.highlights.items()}
    return text[:-1] + b',"highlights":' + orjson.dumps(shown) + b"}"
