"""CSL-JSON as Crossref and DataCite answer it, as metadata.

Sources: CSL 1.0.2, schema ``csl-data.json``; Crossref REST API, "Content negotiation", which adds members of its own.
"""

import html
import re
from collections.abc import Iterator, Mapping
from typing import Any

from repository.crosswalks.description_parts import (
    affiliation,
    doi_of,
    filled,
    licence,
    organisation,
    paragraphs,
    person,
    related,
)
from repository.crosswalks.people_names import split_person
from repository.crosswalks.source_fields import SourceDescription, SourceFields, Unreadable, told
from repository.crosswalks.written_languages import language_codes

_TYPES = {
    "dataset": "dataset",
    "software": "software",
    "article": "publication-preprint",
    "posted-content": "publication-preprint",
    "article-journal": "publication-article",
    "journal-article": "publication-article",
    "article-magazine": "publication-article",
    "book": "publication-book",
    "monograph": "publication-book",
    "edited-book": "publication-book",
    "chapter": "publication-section",
    "book-chapter": "publication-section",
    "paper-conference": "publication-conferencepaper",
    "proceedings-article": "publication-conferencepaper",
    "thesis": "publication-dissertation",
    "dissertation": "publication-dissertation",
    "report": "publication-report",
    "peer-review": "publication-peerreview",
    "standard": "publication-standard",
    "patent": "publication-patent",
    "graphic": "image",
    "figure": "image-figure",
    "motion_picture": "video",
    "song": "audio",
    "speech": "presentation",
}
_REGISTRY_MEMBERS = """
indexed reference-count references-count is-referenced-by-count source prefix member created deposited score
content-domain resource update-policy journal-issue published published-print published-online posted accepted
URL id categories alternative-id original-title short-title short-container-title subtype license-start
"""
_OF_THE_REGISTRY = _REGISTRY_MEMBERS.split()
_MARKUP = re.compile(r"</?(?:jats:)?(?:p|sec|title|list|list-item)\b[^<>]{0,200}>|<br\s*/?>")
_INLINE = re.compile(r"</?(?:jats:)?[a-z][a-z-]*\b[^<>]{0,200}>")
_DAY_ORDER = ("issued", "published", "published-online", "published-print", "posted", "created")


def csl_description(document: Any, name: str) -> SourceDescription:
    """Return what an item says, the first of several; raise `Unreadable` for what is none."""
    items = document if isinstance(document, list) else [document]
    item = items[0] if items else None
    item = item.get("message", item) if isinstance(item, Mapping) else item
    if not isinstance(item, Mapping) or not item.keys() & {"title", "author", "DOI"}:
        raise Unreadable(f"{name} is no CSL-JSON: it has neither title nor author.")
    source = SourceFields(item)
    doi, cstr = doi_of(source.text("DOI")), _cstr(source)
    metadata = filled(
        {
            "resource_type": {"id": _TYPES.get(source.text("type"), "other")},
            "title": _title(source),
            "creators": list(_people(source, "author")),
            "contributors": [{**agent, "role": {"id": "editor"}} for agent in _people(source, "editor")],
            "publication_date": _date(source),
            "publisher": source.text("publisher"),
            "version": source.text("version"),
            "description": _abstract(source.text("abstract")),
            "subjects": [{"subject": word} for word in _keywords(source)],
            "languages": [{"id": code} for code in language_codes(source.text("language"))],
            "rights": list(_rights(source)),
            "funding": list(_funding(source)),
            "related_identifiers": list(_related(source)),
        }
    )
    source.skip(*_OF_THE_REGISTRY)
    return SourceDescription(metadata, told(source.not_taken()), doi, cstr, len(items))


def _cstr(source: SourceFields) -> str:
    """Return the CSTR that a note is: CSL has no variable for it."""
    note = source.peek("note")
    if not note.lower().startswith("cstr:"):
        return ""
    source.skip("note")
    return note[len("cstr:") :].strip()


def _title(source: SourceFields) -> str:
    titles, subtitles = source.texts("title"), source.texts("subtitle")
    whole = ": ".join(text for text in (*titles[:1], *subtitles[:1]) if text)
    return html.unescape(" ".join(whole.split()))


def _people(source: SourceFields, member: str) -> Iterator[dict[str, Any]]:
    for agent in source.objects(member):
        agent.skip("sequence", "suffix", "authenticated-orcid")
        places = [affiliation(place.text("name"), _ror(place)) for place in agent.objects("affiliation")]
        places = [place for place in places if place]
        orcid = agent.text("ORCID")
        if name := agent.first("name", "literal"):
            is_person = bool(orcid)
            yield person(*split_person(name), orcid, places) if is_person else organisation(name, "", places)
            continue
        particle = agent.text("non-dropping-particle") or agent.text("dropping-particle")
        family = " ".join(filter(None, (particle, agent.text("family"))))
        forename = ", ".join(filter(None, (agent.text("given"), agent.peek("suffix"))))
        if family or forename:
            yield person(family or forename, forename if family else "", orcid, places)


def _ror(place: SourceFields) -> str:
    identifiers = [entry.text("id") for entry in place.objects("id") if entry.text("id-type").upper() == "ROR"]
    for entry in place.objects("id"):
        entry.skip("asserted-by", "id-type")
    return next(iter(identifiers), "")


def _date(source: SourceFields) -> str:
    """Return the date of issue as EDTF; of an interval both ends."""
    for name in _DAY_ORDER:
        value = source.document.get(name)
        parts = value.get("date-parts") if isinstance(value, Mapping) else None
        days = [_day(part) for part in parts] if isinstance(parts, list) else []
        if days and all(days):
            source.skip(name)
            return "/".join(days[:2])
        if isinstance(value, Mapping) and isinstance(value.get("raw") or value.get("literal"), str):
            source.skip(name)
            return str(value.get("raw") or value.get("literal"))
    return ""


def _day(parts: Any) -> str:
    numbers = (
        [int(part) for part in parts if str(part).isascii() and str(part).isdecimal()]
        if isinstance(parts, list)
        else []
    )
    if not numbers or len(numbers) != len(parts):
        return ""
    return "-".join([f"{numbers[0]:04}", *(f"{number:02}" for number in numbers[1:3])])


def _abstract(text: str) -> str:
    """Return an abstract in JATS or HTML as paragraphs."""
    broken = _MARKUP.sub("\n\n", text)
    lines = html.unescape(_INLINE.sub("", broken)).split("\n\n")
    return paragraphs("\n\n".join(line for line in lines if line.strip().lower() not in ("", "abstract", "摘要")))


def _keywords(source: SourceFields) -> list[str]:
    words = source.texts("subject") or source.texts("categories")
    if text := source.text("keyword"):
        words = [*words, *(word.strip() for word in re.split(r"[,;，；、]", text))]
    return list(dict.fromkeys(filter(None, words)))


def _rights(source: SourceFields) -> Iterator[dict[str, Any]]:
    seen = set()
    for text in re.split(r";\s+", source.text("license")):
        if text:
            yield licence(text)
    for entry in source.objects("license"):
        address = entry.text("URL")
        entry.skip("start", "delay-in-days", "content-version")
        if address and address not in seen:
            seen.add(address)
            yield licence(address)


def _funding(source: SourceFields) -> Iterator[dict[str, Any]]:
    for entry in source.objects("funder"):
        name, identifier = entry.text("name"), doi_of(entry.text("DOI"))
        entry.skip("doi-asserted-by", "id")
        funder = filled({"name": name, "id": f"https://doi.org/{identifier}" if identifier else ""})
        numbers = entry.texts("award")
        if funder:
            awards: list[dict[str, Any]] = [{"number": number} for number in numbers] or [{}]
            yield from (filled({"funder": funder, "award": award}) for award in awards)


_RELATIONS = {
    "is-supplemented-by": "issupplementedby",
    "is-supplement-to": "issupplementto",
    "is-preprint-of": "isvariantformof",
    "has-preprint": "isvariantformof",
    "is-version-of": "isversionof",
    "has-version": "hasversion",
    "is-part-of": "ispartof",
    "has-part": "haspart",
    "is-based-on": "isderivedfrom",
    "is-basis-for": "issourceof",
    "references": "references",
    "cites": "cites",
    "is-derived-from": "isderivedfrom",
    "is-identical-to": "isidenticalto",
}


def _related(source: SourceFields) -> Iterator[dict[str, Any]]:
    """Yield Crossref's relations by DOI; the works that an article cites are not those of its data."""
    for relations in source.objects("relation"):
        for name in relations.document:
            relation = _RELATIONS.get(str(name))
            for entry in relations.objects(str(name)):
                if relation and doi_of(entry.peek("id")):
                    entry.skip("asserted-by", "id-type")
                    yield related(entry.text("id"), relation)
