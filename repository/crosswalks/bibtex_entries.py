"""BibTeX and biblatex entries as metadata.

Sources: BibTeXing (Patashnik, 1988), sections 3 and 4; biblatex manual 3.20, sections 2.1 and 2.2.  `bibtexparser`
finds entries, fields and the words of names.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from bibtexparser.entrypoint import parse_string
from bibtexparser.library import Library
from bibtexparser.middlewares.names import split_multiple_persons_names
from bibtexparser.model import Entry, ParsingFailedBlock

from repository.crosswalks.bibtex_values import MONTHS, joined_value
from repository.crosswalks.description_parts import (
    ORCID,
    doi_of,
    filled,
    keywords_of,
    licence,
    organisation,
    paragraphs,
    person,
)
from repository.crosswalks.latex_texts import read_latex, require_bounded
from repository.crosswalks.people_names import is_han, split_person
from repository.crosswalks.source_fields import NotTaken, SourceDescription, SourceFields, Unreadable, told
from repository.crosswalks.written_languages import language_codes

MOST_NAMES = 10_000
_TYPES = {
    "dataset": "dataset",
    "data": "dataset",
    "software": "software",
    "softwareversion": "software",
    "article": "publication-article",
    "book": "publication-book",
    "inbook": "publication-section",
    "incollection": "publication-section",
    "inproceedings": "publication-conferencepaper",
    "conference": "publication-conferencepaper",
    "proceedings": "publication-conferenceproceeding",
    "phdthesis": "publication-dissertation",
    "mastersthesis": "publication-dissertation",
    "thesis": "publication-dissertation",
    "techreport": "publication-report",
    "report": "publication-report",
    "unpublished": "publication-preprint",
    "manual": "publication-softwaredocumentation",
    "patent": "publication-patent",
    "image": "image",
    "video": "video",
    "audio": "audio",
}
_CSTR = re.compile(r"\s*(?:cstr:|https?://(?:www\.)?cstr\.cn/)\s*(\S+?)\.?\s*", re.IGNORECASE)
_BRACED = re.compile(r"\{(.*)\}", re.DOTALL)
_OTHERS = "others"
_AND_OTHERS = ("et al.", "et al", "等")


def bibtex_description(text: str, name: str) -> SourceDescription:
    """Return what the first entry says; raise `Unreadable` for a text without any."""
    require_bounded(text)
    library = parse_string(text, parse_stack=[])
    entries = list(_entries(library))
    if not entries:
        raise Unreadable(f"{name} is no BibTeX: it has no entry.")
    strings, entry = _strings(library), entries[0]
    fields: dict[str, str] = {}
    twice: list[NotTaken] = []
    for field in entry.fields:
        key, value = field.key.strip().lower(), joined_value(str(field.value), strings)
        if key in fields:
            twice.append(NotTaken.of(key, read_latex(value)))
        else:
            fields[key] = value
    source = SourceFields(fields)
    metadata, doi, cstr = _metadata(source, entry)
    left = (*twice, *(NotTaken.of(other.field, read_latex(other.value)) for other in source.not_taken()))
    others = _others(library, entries[1:], strings)
    return SourceDescription(metadata, told(iter((*left, *others))), doi, cstr, len(entries))


def _entries(library: Library) -> Iterator[Entry]:
    """Yield the entries in their order, also those with a key or a field that stands twice."""
    for block in library.blocks:
        inner = block.ignore_error_block if isinstance(block, ParsingFailedBlock) else block
        if isinstance(inner, Entry):
            yield inner


def _strings(library: Library) -> dict[str, str]:
    """Return what abbreviations stand for, each by those before it; styles of BibTeX define the months."""
    strings = {month: month for month in MONTHS}
    for string in library.strings:
        strings[string.key.strip().lower()] = joined_value(str(string.value), strings)
    return strings


def _others(library: Library, entries: Iterable[Entry], strings: Mapping[str, str]) -> Iterator[NotTaken]:
    for entry in entries:
        title = next((field.value for field in entry.fields if field.key.strip().lower() == "title"), "…")
        yield NotTaken.of(f"@{entry.entry_type}{{{entry.key}}}", read_latex(joined_value(str(title), strings)))
    for block in library.failed_blocks:
        if not isinstance(block.ignore_error_block, Entry):
            yield NotTaken.of("@", block.raw or "")


def _metadata(source: SourceFields, entry: Entry) -> tuple[dict[str, Any], str, str]:
    kind = entry.entry_type.lower()
    doi, cstr = _own(source)
    creators, has_more = _people(source, "author")
    editors, _ = _people(source, "editor")
    metadata = filled(
        {
            "resource_type": {
                "id": _TYPES.get(kind, "dataset" if kind in ("misc", "online", "electronic") else "other")
            },
            "title": _title(source),
            "creators": creators,
            "contributors": [{**editor, "role": {"id": "editor"}} for editor in editors],
            "publication_date": _date(source),
            "publisher": _line(source, "publisher", "school", "institution", "organization", "howpublished"),
            "version": _line(source, "version", "edition"),
            "description": paragraphs(_line(source, "abstract")),
            "subjects": [{"subject": word} for word in keywords_of(_line(source, "keywords", "keyword"))],
            "languages": [{"id": code} for code in _languages(source)],
            "rights": list(_rights(source)),
            "identifiers": list(_identifiers(source)),
            "related_identifiers": list(_links(source, doi)),
        }
    )
    if has_more:
        source.document = {**source.document, "author": "and others"}
        source._read.discard("author")
    return metadata, doi, cstr


def _line(source: SourceFields, *names: str) -> str:
    return read_latex(source.first(*names))


def _title(source: SourceFields) -> str:
    parts = (_line(source, "title"), _line(source, "subtitle"))
    return ": ".join(filter(None, parts))


def _date(source: SourceFields) -> str:
    """Return the date, else year and month; a day in ``month`` (``5 # mar``) or ``day`` counts."""
    if text := source.text("date"):
        source.skip("year", "month", "day")
        return read_latex(text)
    year, month = _line(source, "year"), source.peek("month").lower()
    number = next((i for i, name in enumerate(MONTHS, 1) if re.search(rf"\b{name}", month)), 0)
    number = number or (int(month) if month.isascii() and month.isdecimal() and 1 <= int(month[:3]) <= 12 else 0)
    if not number or not re.fullmatch(r"\d{4}", year):
        return year
    source.skip("month")
    day = source.peek("day") or next(iter(re.findall(r"\b\d{1,2}\b", month if not month.isdecimal() else "")), "")
    if day.isascii() and day.isdecimal() and 1 <= int(day[:3]) <= 31:
        source.skip("day")
        return f"{year}-{number:02}-{int(day):02}"
    return f"{year}-{number:02}"


def _people(source: SourceFields, member: str) -> tuple[list[dict[str, Any]], bool]:
    """Return people and organisations, and whether the entry says that there are more."""
    text = " ".join(source.text(member).split())
    if not text:
        return [], False
    names = [name.strip() for name in split_multiple_persons_names(text)][:MOST_NAMES]
    if len(names) == 1:
        names = _other_separators(names[0])
    has_more = names[-1].lower() in (_OTHERS, *_AND_OTHERS)
    orcids = dict(zip(range(len(names)), _orcids(source, member), strict=False))
    people = [_agent(name, orcids.get(i, "")) for i, name in enumerate(names[: len(names) - has_more]) if name]
    return people, has_more


def _orcids(source: SourceFields, member: str) -> list[str]:
    if member != "author" or "orcid-numbers" not in source.document:
        return []
    return list(ORCID.findall(source.peek("orcid-numbers")))


def _other_separators(text: str) -> list[str]:
    """Return the names of a list that does not use ``and``, as Chinese databases write it."""
    parts = [part.strip() for part in re.split(r"[;；、]|(?<=[一-鿿])[,，](?=\s*[一-鿿])", text)]
    return [part for part in parts if part] if len(parts) > 1 and "{" not in text else [text]


def _agent(text: str, orcid: str) -> dict[str, Any]:
    braced = _BRACED.fullmatch(text)
    if braced and not _is_closed_early(braced[1]):
        inner = read_latex(braced[1])
        return person(*split_person(inner), orcid) if is_han(inner) and len(inner) <= 3 else organisation(inner)
    family, forename = _parts(text)
    return person(family, forename, orcid)


def _is_closed_early(inner: str) -> bool:
    """Return whether the first brace ends before the last one: ``{A} {B}`` is not in braces."""
    depth = 0
    for character in inner:
        depth += {"{": 1, "}": -1}.get(character, 0)
        if depth < 0:
            return True
    return False


def _parts(text: str) -> tuple[str, str]:
    """Return family and given name; words in braces are one word, whatever stands in them."""
    braced_words: list[str] = []

    def hold(match: re.Match[str]) -> str:
        braced_words.append(match[0])
        return f"\ue000{len(braced_words) - 1}\ue001"

    opened = re.sub(r"\{[^{}\\]*[ ,][^{}]*\}", hold, text)
    family, forename = split_person(opened if braced_words else read_latex(opened))
    restored = (re.sub("\ue000(\\d+)\ue001", lambda m: braced_words[int(m[1])], part) for part in (family, forename))
    family, forename = (read_latex(part) for part in restored)
    return (family, forename) if family else (forename, "")


def _own(source: SourceFields) -> tuple[str, str]:
    doi = doi_of(read_latex(source.peek("doi").replace("\\_", "_")))
    if doi:
        source.skip("doi")
    for name in ("cstr", "note", "annote"):
        text = read_latex(source.peek(name))
        if match := _CSTR.fullmatch(text if name != "cstr" or ":" in text[:5] else f"cstr:{text}"):
            source.skip(name)
            return doi, match[1]
    return doi, ""


def _links(source: SourceFields, doi: str) -> Iterator[dict[str, Any]]:
    address = source.peek("url").replace("\\_", "_").replace("\\%", "%").replace("\\&", "&").replace("\\#", "#")
    address = address.removeprefix("\\url{").removesuffix("}") if address.startswith("\\url{") else address
    if doi and doi_of(address).lower() == doi.lower():
        source.skip("url")
    elif address.startswith(("http://", "https://")):
        source.skip("url")
        yield {"scheme": "url", "identifier": address, "relation_type": {"id": "isdescribedby"}}
    if (number := source.peek("eprint")) and source.peek("archiveprefix").lower() == "arxiv":
        source.skip("eprint", "archiveprefix", "eprinttype")
        yield {"scheme": "arxiv", "identifier": number, "relation_type": {"id": "isvariantformof"}}


def _identifiers(source: SourceFields) -> Iterator[dict[str, str]]:
    for scheme in ("isbn",):
        if value := read_latex(source.peek(scheme)):
            source.skip(scheme)
            yield {"scheme": scheme, "identifier": value}


def _languages(source: SourceFields) -> list[str]:
    return language_codes(source.first("langid", "language"))


def _rights(source: SourceFields) -> Iterator[dict[str, Any]]:
    text = _line(source, "license", "licence", "copyright")
    for part in re.split(r";\s*", text):
        title, comma, address = part.rpartition(", ")
        if comma and "://" in address:
            yield licence(address, title)
        elif part:
            yield licence(part)
