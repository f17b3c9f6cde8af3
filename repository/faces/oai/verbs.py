"""Answer a harvester: one function a verb."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from repository.core.site import Site
from repository.core.unit_of_work import Snapshot
from repository.dataset.vocabularies import Vocabularies
from repository.faces.oai import oai_xml
from repository.faces.oai.arguments import TOKEN, BadRequest, Code, OaiRequest, Verb, number_in, read_request, span_of
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
    """What answers are made from; nothing depends on who asks.

    `settled` is a moment before `work` began to read: nothing dated before it can show up any more.
    """

    snapshot: Snapshot
    settled: datetime
    site: Site
    vocabularies: Vocabularies


def answer(provider: Provider, pairs: Sequence[tuple[str, str]]) -> str:
    """The XML that answers the request in `pairs` of name and value; what is wrong with it is an answer too.

    It says that it was given when what it was made from was `settled`: who asks again from there misses nothing.
    """
    repeated: Mapping[str, str] = {}
    try:
        question = read_request(pairs)
        repeated = {"verb": question.verb, **question.arguments}
        said = f"<{question.verb}>{_ANSWERS[question.verb](provider, question)}</{question.verb}>"
    except BadRequest as refused:
        said = oai_xml.errors(refused.faults)
    return oai_xml.document(provider.settled, provider.site, repeated, said)


def _identify(provider: Provider, _question: OaiRequest) -> str:
    first = earliest(provider.snapshot)
    return oai_xml.identify(provider.site, provider.settled if first is None else first)


def _formats(provider: Provider, question: OaiRequest) -> str:
    """Every item comes in every format; one that is gone is said to be gone in each."""
    identifier = question.get("identifier")
    if identifier is not None:
        _item(provider, identifier)
    return oai_xml.formats(FORMATS)


def _sets(provider: Provider, question: OaiRequest) -> str:
    if question.get(TOKEN) is not None:
        raise BadRequest.by(Code.BAD_TOKEN, "The list of sets comes as a whole.")
    found = sets(provider.snapshot, provider.vocabularies)
    return "".join(oai_xml.described_set(each.spec, each.name, each.description) for each in found)


def _record(provider: Provider, question: OaiRequest) -> str:
    prefix = question.arguments["metadataPrefix"]
    _require_format(prefix)
    return _records(provider, prefix, [_item(provider, question.arguments["identifier"])])


def _item(provider: Provider, identifier: str) -> HarvestItem:
    number = number_in(identifier, provider.site.host)
    item = None if number is None else find_item(provider.snapshot, number)
    if item is None:
        raise BadRequest.by(Code.NO_ITEM, "There is no such item.")
    return item


def _list(provider: Provider, question: OaiRequest, size: int, write: "_Write") -> str:
    """A page of the list, and a token when it is not the only one."""
    begun = _begun(provider, question)
    harvest = Harvest(begun.begun, provider.settled, span_of(begun.start, begun.end).end, _chosen(provider, begun.set))
    found = items(provider.snapshot, harvest, (begun.position, begun.id), size + 1)
    if not found:
        raise BadRequest.by(Code.NO_RECORDS, "No such item was last changed in that time.")
    page, more = found[:size], len(found) > size
    written = write(provider, begun.prefix, page)
    if more:
        further = begun.moved(page[-1].position, page[-1].id, begun.cursor + size)
        return written + oai_xml.resumption(further.written(), begun.cursor)
    return written + (oai_xml.resumption("", begun.cursor) if begun.cursor else "")


def _begun(provider: Provider, question: OaiRequest) -> ResumptionToken:
    """Where the list goes on, or begins: before the first item of its time."""
    text = question.get(TOKEN)
    if text is not None:
        return read_resumption_token(text, question.verb)
    prefix, start, end, of_set = (question.get(name) for name in ("metadataPrefix", "from", "until", "set"))
    _require_format(prefix)
    first = span_of(start, end).start
    return ResumptionToken(question.verb, str(prefix), start, end, of_set, provider.settled, first, 0, 0)


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
    """Descriptions in as many queries for a page as for one; of files they know how many there are, and their size."""
    snapshot, write = provider.snapshot, FORMATS[prefix].write
    metadata = {
        view.version.id: write(public_view(view, provider.site, provider.vocabularies, audience_for(snapshot, view)))
        for view in record_views(snapshot, [item.id for item in page if not item.gone])
    }
    headers = _headers(provider, page)
    return "".join(oai_xml.record(header, metadata.get(number, "")) for number, header in headers.items())


def _headers(provider: Provider, page: Sequence[HarvestItem]) -> Mapping[int, str]:
    """By item, in their order."""
    specs = sets_of(provider.snapshot, page)
    return {item.id: oai_xml.header(provider.site, item, specs[item.id]) for item in page}


_Write = Callable[[Provider, str, Sequence[HarvestItem]], str]
_ANSWERS: Mapping[Verb, Callable[[Provider, OaiRequest], str]] = {
    Verb.IDENTIFY: _identify,
    Verb.LIST_METADATA_FORMATS: _formats,
    Verb.LIST_SETS: _sets,
    Verb.LIST_IDENTIFIERS: lambda provider, question: _list(provider, question, HEADERS_PAGE, _identifiers),
    Verb.LIST_RECORDS: lambda provider, question: _list(provider, question, PAGE, _records),
    Verb.GET_RECORD: _record,
}


def _require_format(prefix: str | None) -> None:
    if prefix not in FORMATS:
        raise BadRequest.by(Code.NO_FORMAT, f"Items come as: {', '.join(FORMATS)}.")
