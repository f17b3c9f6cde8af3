"""Answer a harvester: one function a verb."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from repository.dataset.formats.dublin_core import oai_dc
from repository.dataset.vocabularies import Vocabularies
from repository.foundation.site import Site
from repository.foundation.work import Work
from repository.oai import writing
from repository.oai.queries import Item, earliest, find_item, items
from repository.oai.rules import (
    TOKEN,
    Code,
    Question,
    Refused,
    Verb,
    number_in,
    read_question,
    require_format,
    span_of,
)
from repository.oai.tokens import Token, read_token
from repository.records.publications import publication_of
from repository.records.queries import record_views

PAGE = 100
HEADERS_PAGE = 200


@dataclass(frozen=True, slots=True)
class Provider:
    """What answers are made from; nothing depends on who asks."""

    work: Work
    site: Site
    vocabularies: Vocabularies


def answer(provider: Provider, pairs: Sequence[tuple[str, str]]) -> str:
    """The XML that answers the request in `pairs` of name and value; what is wrong with it is an answer too."""
    repeated: Mapping[str, str] = {}
    try:
        question = read_question(pairs)
        repeated = {"verb": question.verb, **question.arguments}
        said = f"<{question.verb}>{_ANSWERS[question.verb](provider, question)}</{question.verb}>"
    except Refused as refused:
        said = writing.errors(refused.faults)
    return writing.document(provider.work.now, provider.site, repeated, said)


def _identify(provider: Provider, _question: Question) -> str:
    first = earliest(provider.work)
    return writing.identify(provider.site, provider.work.now if first is None else first)


def _formats(provider: Provider, question: Question) -> str:
    identifier = question.get("identifier")
    if identifier is not None:
        _item(provider, identifier)
    return writing.OAI_DC


def _sets(_provider: Provider, question: Question) -> str:
    if question.get(TOKEN) is not None:
        raise Refused.by(Code.BAD_TOKEN, "No list of sets was begun here.")
    raise Refused.by(Code.NO_SETS, "This repository has no sets.")


def _record(provider: Provider, question: Question) -> str:
    require_format(question.get("metadataPrefix"))
    return _records(provider, [_item(provider, question.arguments["identifier"])])


def _item(provider: Provider, identifier: str) -> Item:
    number = number_in(identifier, provider.site.host)
    item = None if number is None else find_item(provider.work, number)
    if item is None:
        raise Refused.by(Code.NO_ITEM, "There is no such item.")
    return item


def _list(provider: Provider, question: Question, size: int, write: Callable[[Provider, Sequence[Item]], str]) -> str:
    """A page of the list, and a token when it is not the only one."""
    begun = _begun(question)
    span = span_of(begun.start, begun.end)
    found = items(provider.work, Item(begun.id, begun.updated), span.end, size + 1)
    if not found:
        raise Refused.by(Code.NO_RECORDS, "No item was last changed in that time.")
    page, more = found[:size], len(found) > size
    written = write(provider, page)
    if more:
        last, cursor = page[-1], begun.cursor + size
        token = Token(begun.verb, begun.prefix, begun.start, begun.end, last.updated, last.id, cursor)
        return written + writing.resumption(token.written(), begun.cursor)
    return written + (writing.resumption("", begun.cursor) if begun.cursor else "")


def _begun(question: Question) -> Token:
    """Where the list goes on, or begins: before the first item of its time."""
    text = question.get(TOKEN)
    if text is not None:
        return read_token(text, question.verb)
    if question.get("set") is not None:
        raise Refused.by(Code.NO_SETS, "This repository has no sets.")
    prefix, start, end = (question.get(name) for name in ("metadataPrefix", "from", "until"))
    require_format(prefix)
    return Token(question.verb, str(prefix), start, end, span_of(start, end).start, 0, 0)


def _identifiers(provider: Provider, page: Sequence[Item]) -> str:
    return "".join(writing.header(provider.site, item) for item in page)


def _records(provider: Provider, page: Sequence[Item]) -> str:
    """Descriptions in as many queries for a page as for one; Dublin Core says nothing of files."""
    views = record_views(provider.work, [item.id for item in page])
    site, vocabularies = provider.site, provider.vocabularies
    published = (publication_of(view, site, vocabularies, files_allowed=False) for view in views)
    return "".join(writing.record(site, item, oai_dc(each)) for item, each in zip(page, published, strict=True))


_ANSWERS: Mapping[Verb, Callable[[Provider, Question], str]] = {
    Verb.IDENTIFY: _identify,
    Verb.LIST_METADATA_FORMATS: _formats,
    Verb.LIST_SETS: _sets,
    Verb.LIST_IDENTIFIERS: lambda provider, question: _list(provider, question, HEADERS_PAGE, _identifiers),
    Verb.LIST_RECORDS: lambda provider, question: _list(provider, question, PAGE, _records),
    Verb.GET_RECORD: _record,
}
