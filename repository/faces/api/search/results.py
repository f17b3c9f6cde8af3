"""Hits of the search engine, as JSON texts of the current records and drafts."""

from collections.abc import Mapping, Sequence

import orjson

from repository.access.policy import Action, may
from repository.core.actor import Actor
from repository.deposits.queries import listed_drafts
from repository.engines.search.port import DocumentKind, Hit, SearchResults
from repository.engines.services import Services
from repository.faces.api.drafts.serializers import draft_json
from repository.faces.api.records.serializers import cached_hits


def serialize_hits(services: Services, actor: Actor, results: SearchResults) -> list[bytes]:
    """Return the JSON of existing hits that the actor may see, in a fixed number of queries."""
    records = _records(services, actor, [hit.id for hit in results.hits if hit.kind is DocumentKind.RECORD])
    drafts = _drafts(services, actor, [hit.id for hit in results.hits if hit.kind is DocumentKind.DRAFT])
    of_kind = {DocumentKind.RECORD: records, DocumentKind.DRAFT: drafts}
    return [_with_highlights(of_kind[hit.kind][hit.id], hit) for hit in results.hits if hit.id in of_kind[hit.kind]]


def _records(services: Services, actor: Actor, ids: Sequence[int]) -> Mapping[int, bytes]:
    if not ids:
        return {}
    return {record_id: hit.text for record_id, hit in cached_hits(services, actor, ids).items()}


def _drafts(services: Services, actor: Actor, ids: Sequence[int]) -> Mapping[int, bytes]:
    if not ids:
        return {}
    with services.database.snapshot(actor) as snapshot:
        return {
            draft.view.draft.id: orjson.dumps(draft_json(draft.view, services.site, services.vocabularies))
            for draft in listed_drafts(snapshot, ids)
            if may(actor, Action.READ_DRAFT, draft.resource)
        }


def _with_highlights(text: bytes, hit: Hit) -> bytes:
    """Return the JSON object `text` with its highlights as one more member."""
    if not hit.highlights:
        return text
    highlights = {name: list(fragments) for name, fragments in hit.highlights.items()}
    return text[:-1] + b',"highlights":' + orjson.dumps(highlights) + b"}"
