"""Answers to harvesters: one function a verb."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from repository.core.site import Site
from repository.core.unit_of_work import Snapshot
from repository.dataset.vocabularies import Vocabularies
from repository.faces.oai import oai_xml
from repository.faces.oai.arguments import (
    TOKEN,
    BadRequest,
    Code,
    OaiRequest,
    Verb,
    read_request,
    record_id_in,
    span_of,
)
from repository.faces.oai.resumption_tokens import ResumptionToken, read_resumption_token
from repository.harvest.metadata_prefixes import FORMATS
from repository.harvest.queries import ChosenSet, Harvest, HarvestItem, earliest, find_item, items
from repository.harvest.set_hierarchy import chosen_by, sets, sets_of
from repository.records.public_view import public_view
from repository.records.queries import audience_for, record_views

PAGE = 100
HEADERS_PAGE = 200


@dataclass(frozen=True, slots=True)
class Provider:
    """The sources of an answer; none depends on the client.

    `settled` is a moment before `snapshot` began to read: no change dated before it can still appear.
    """

    snapshot: Snapshot
    settled: datetime
    site: Site
    vocabularies: Vocabularies


def answer(provider: Provider, pairs: Sequence[tuple[str, str]]) -> str:
    """Return the XML for the request in `pairs` of name and value; faults of the request are an answer too.

    Its ``responseDate`` is `settled`: a harvester that asks again from there misses nothing.
    """
    echo: Mapping[str, str] = {}
    try:
        request = read_request(pairs)
        echo = {"verb": request.verb, **request.arguments}
        content = f"<{request.verb}>{_ANSWERS[request.verb](provider, request)}</{request.verb}>"
    except BadRequest as error:
        content = oai_xml.errors(error.faults)
    return oai_xml.document(provider.settled, provider.site, echo, content)


def _identify(provider: Provider, _request: OaiRequest) -> str:
    first = earliest(provider.snapshot)
    return oai_xml.identify(provider.site, provider.settled if first is None else first)


def _formats(provider: Provider, request: OaiRequest) -> str:
    """Return all formats: every item comes in each, and a deleted item is deleted in each."""
    identifier = request.get("identifier")
    if identifier is not None:
        _item(provider, identifier)
    return oai_xml.formats(FORMATS)


def _sets(provider: Provider, request: OaiRequest) -> str:
    if request.get(TOKEN) is not None:
        raise BadRequest.by(Code.BAD_TOKEN, "The list of sets comes as a whole.")
    entries = sets(provider.snapshot, provider.vocabularies)
    return "".join(oai_xml.set_element(entry.spec, entry.name, entry.description) for entry in entries)


def _record(provider: Provider, request: OaiRequest) -> str:
    prefix = request.arguments["metadataPrefix"]
    _require_format(prefix)
    return _records(provider, prefix, [_item(provider, request.arguments["identifier"])])


def _item(provider: Provider, identifier: str) -> HarvestItem:
    record_id = record_id_in(identifier, provider.site.host)
    item = None if record_id is None else find_item(provider.snapshot, record_id)
    if item is None:
        raise BadRequest.by(Code.NO_ITEM, "There is no such item.")
    return item


def _list(provider: Provider, request: OaiRequest, size: int, write: "_Write") -> str:
    """Return a page of the list, with a token unless it is the only page."""
    token = _list_token(provider, request)
    harvest = Harvest(token.begun, provider.settled, span_of(token.start, token.end).end, _chosen(provider, token.set))
    batch = items(provider.snapshot, harvest, (token.position, token.id), size + 1)
    if not batch:
        raise BadRequest.by(Code.NO_RECORDS, "No such item was last changed in that time.")
    page, more = batch[:size], len(batch) > size
    content = write(provider, token.prefix, page)
    if more:
        rest = token.advance(page[-1].position, page[-1].id, token.cursor + size)
        return content + oai_xml.resumption(rest.encode(), token.cursor)
    return content + (oai_xml.resumption("", token.cursor) if token.cursor else "")


def _list_token(provider: Provider, request: OaiRequest) -> ResumptionToken:
    """Return the place where the list goes on; for a new list, the place before its first item."""
    text = request.get(TOKEN)
    if text is not None:
        return read_resumption_token(text, request.verb)
    prefix, start, end, of_set = (request.get(name) for name in ("metadataPrefix", "from", "until", "set"))
    _require_format(prefix)
    first = span_of(start, end).start
    return ResumptionToken(request.verb, str(prefix), start, end, of_set, provider.settled, first, 0, 0)


def _chosen(provider: Provider, spec: str | None) -> ChosenSet:
    if spec is None:
        return ChosenSet()
    chosen = chosen_by(provider.snapshot, provider.vocabularies, spec)
    if chosen is None:
        raise BadRequest.by(Code.NO_RECORDS, "There is no such set.")
    return chosen


def _identifiers(provider: Provider, _prefix: str, page: Sequence[HarvestItem]) -> str:
    return "".join(_headers(provider, page).values())


def _records(provider: Provider, prefix: str, page: Sequence[HarvestItem]) -> str:
    """Return records, in a constant number of queries a page; their files count only by number and size."""
    snapshot, write = provider.snapshot, FORMATS[prefix].write
    metadata = {
        view.version.id: write(public_view(view, provider.site, provider.vocabularies, audience_for(snapshot, view)))
        for view in record_views(snapshot, [item.id for item in page if not item.gone])
    }
    headers = _headers(provider, page)
    return "".join(oai_xml.record(header, metadata.get(record_id, "")) for record_id, header in headers.items())


def _headers(provider: Provider, page: Sequence[HarvestItem]) -> Mapping[int, str]:
    """Return headers by item, in the order of the page."""
    specs = sets_of(provider.snapshot, page)
    return {item.id: oai_xml.header(provider.site, item, specs[item.id]) for item in page}


_Write = Callable[[Provider, str, Sequence[HarvestItem]], str]
_ANSWERS: Mapping[Verb, Callable[[Provider, OaiRequest], str]] = {
    Verb.IDENTIFY: _identify,
    Verb.LIST_METADATA_FORMATS: _formats,
    Verb.LIST_SETS: _sets,
    Verb.LIST_IDENTIFIERS: lambda provider, request: _list(provider, request, HEADERS_PAGE, _identifiers),
    Verb.LIST_RECORDS: lambda provider, request: _list(provider, request, PAGE, _records),
    Verb.GET_RECORD: _record,
}


def _require_format(prefix: str | None) -> None:
    if prefix not in FORMATS:
        raise BadRequest.by(Code.NO_FORMAT, f"Items come as: {', '.join(FORMATS)}.")
