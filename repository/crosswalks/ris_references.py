"""RIS references as metadata.

Source: RIS Format Specifications (Thomson Reuters, 2012), "Tag descriptions" and "Reference types".  Files of Chinese
databases and of EndNote differ in blanks, and write several names or keywords on one line.
"""

import re
from collections.abc import Iterator
from typing import Any

from repository.crosswalks.description_parts import (
    doi_of,
    filled,
    keywords_of,
    licence,
    organisation,
    paragraphs,
    person,
)
from repository.crosswalks.people_names import is_han, split_person
from repository.crosswalks.source_fields import NotTaken, SourceDescription, SourceFields, Unreadable, told
from repository.crosswalks.written_languages import language_codes

_LINE = re.compile(r"\s*([A-Z][A-Z0-9])\s{1,3}-(?:\s(.*)|\s*)")
_TYPES = {
    "DATA": "dataset",
    "AGGR": "dataset",
    "MAP": "dataset",
    "COMP": "software",
    "JOUR": "publication-article",
    "JFULL": "publication-journal",
    "MGZN": "publication-article",
    "BOOK": "publication-book",
    "EBOOK": "publication-book",
    "CHAP": "publication-section",
    "ECHAP": "publication-section",
    "CONF": "publication-conferenceproceeding",
    "CPAPER": "publication-conferencepaper",
    "THES": "publication-dissertation",
    "RPRT": "publication-report",
    "UNPB": "publication-preprint",
    "STAND": "publication-standard",
    "PAT": "publication-patent",
    "FIGURE": "image-figure",
    "ART": "image",
    "VIDEO": "video",
    "MPCT": "video",
    "SOUND": "audio",
    "SLIDE": "presentation",
}
_BETWEEN = re.compile(r"[;；、]\s*")
_CSTR = re.compile(r"(?:cstr:|https?://(?:www\.)?cstr\.cn/)\s*(\S+)", re.IGNORECASE)
_ORGANISATION = re.compile(
    r"\b(?:universit|institut|academ|cent(?:er|re)\b|council|ministry|agency|department|laborator|consortium|society|"
    r"survey|bureau|commission|association|foundation|team\b|group\b|collaboration|network\b)|"
    r"(?:大学|学院|研究院|研究所|中心|委员会|实验室|局|公司|部|所|站|组)$",
    re.IGNORECASE,
)
_MOST_LINES = 50_000


def ris_description(text: str, name: str) -> SourceDescription:
    """Return what the first reference says; raise `Unreadable` for a text without any."""
    references = list(_references(text))
    if not references:
        raise Unreadable(f"{name} is no RIS: it has no reference.")
    source = SourceFields({tag: values if len(values) > 1 else values[0] for tag, values in references[0].items()})
    metadata, doi, cstr = _metadata(source)
    others = (NotTaken.of("TY", " ".join(_first(more, "T1", "TI") or ["…"])) for more in references[1:])
    left = (*source.not_taken(), *others)
    return SourceDescription(metadata, told(iter(left)), doi, cstr, len(references))


def _references(text: str) -> Iterator[dict[str, list[str]]]:
    """Yield the values of each reference by tag; a line without a tag goes on with the value before it."""
    tags: dict[str, list[str]] = {}
    last: list[str] | None = None
    lines = text.splitlines()
    if len(lines) > _MOST_LINES:
        raise Unreadable(f"The RIS has more than {_MOST_LINES} lines.")
    for line in lines:
        match = _LINE.fullmatch(line)
        if match is None:
            if last and line.strip():
                last[-1] = f"{last[-1]}\n{line.strip()}".strip()
            continue
        tag, value = match[1], (match[2] or "").strip()
        if tag == "TY":
            if "TY" in tags:
                yield tags
            tags, last = {"TY": [value]}, None
        elif tag == "ER":
            if "TY" in tags:
                yield tags
            tags, last = {}, None
        elif tags:
            last = tags.setdefault(tag, [])
            last.append(value)
    if "TY" in tags:
        yield tags


def _first(tags: dict[str, list[str]], *names: str) -> list[str]:
    return next((tags[name] for name in names if name in tags), [])


def _metadata(source: SourceFields) -> tuple[dict[str, Any], str, str]:
    kind = source.text("TY").upper()
    doi, cstr = _own(source)
    metadata = filled(
        {
            "resource_type": {"id": _TYPES.get(kind, "other")},
            "title": source.first("T1", "TI", "CT", "BT"),
            "additional_titles": list(_translated(source)),
            "creators": list(_people(source, "AU", "A1")),
            "contributors": [{**agent, "role": {"id": "editor"}} for agent in _people(source, "ED", "A2")],
            "publication_date": _date(source),
            "publisher": source.text("PB"),
            "version": source.text("ET"),
            "description": paragraphs(" ".join(_abstract(source))),
            "additional_descriptions": list(_other_abstracts(source)),
            "subjects": [{"subject": word} for word in _keywords(source)],
            "languages": [{"id": code} for code in language_codes(source.text("LA"))],
            "rights": [licence(text) for text in source.texts("C1") if "creativecommons.org" in text],
            "identifiers": list(_identifiers(source)),
            "related_identifiers": list(_links(source, doi)),
        }
    )
    source.skip("ID", "Y2", "DP", "DB", "KW")
    return metadata, doi, cstr


def _translated(source: SourceFields) -> Iterator[dict[str, Any]]:
    for title in source.texts("TT"):
        code = "zho" if any(is_han(character) for character in title) else ""
        lang = {"lang": {"id": code}} if code else {}
        yield {"title": title, "type": {"id": "translated-title"}, **lang}


def _people(source: SourceFields, *tags: str) -> Iterator[dict[str, Any]]:
    for tag in tags:
        for text in source.texts(tag):
            for name in filter(None, _BETWEEN.split(text)):
                if "," not in name and _ORGANISATION.search(name):
                    yield organisation(name)
                else:
                    yield person(*split_person(name))


def _date(source: SourceFields) -> str:
    """Return the date of ``2024/03/05/``, ``2024-03-05`` or ``2024``."""
    text = source.first("DA", "PY", "Y1")
    parts = [part for part in re.split(r"[/.\-]", text) if part.strip()]
    year = next((part.strip() for part in parts[:1]), "")
    source.skip(*(tag for tag in ("PY", "Y1") if source.peek(tag)[:4] == year[:4]))
    if re.fullmatch(r"\d{4}", year) and all(re.fullmatch(r"\d{1,2}", part) for part in parts[1:3]):
        return "-".join([year, *(f"{int(part):02}" for part in parts[1:3])])
    return text


def _abstract(source: SourceFields) -> list[str]:
    return source.texts("AB") or source.texts("N2")


def _other_abstracts(source: SourceFields) -> Iterator[dict[str, Any]]:
    main = set(_abstract(source))
    if source.texts("AB"):
        for text in source.texts("N2"):
            if text not in main:
                code = "zho" if any(is_han(character) for character in text) else ""
                lang = {"lang": {"id": code}} if code else {}
                yield {"description": paragraphs(text), "type": {"id": "abstract"}, **lang}


def _keywords(source: SourceFields) -> list[str]:
    values = source.texts("KW")
    words = keywords_of(values[0]) if len(values) == 1 else [line for text in values for line in text.splitlines()]
    return list(dict.fromkeys(word.strip() for word in words if word.strip()))


def _own(source: SourceFields) -> tuple[str, str]:
    doi = doi_of(source.peek("DO"))
    if doi:
        source.skip("DO")
    for tag in ("AN", "M1", "N1"):
        if match := _CSTR.fullmatch(source.peek(tag)):
            source.skip(tag)
            return doi, match[1]
    return doi, ""


def _identifiers(source: SourceFields) -> Iterator[dict[str, str]]:
    digits = re.sub(r"[^0-9X]", "", source.peek("SN").upper())
    if len(digits) in (10, 13):
        yield {"scheme": "isbn", "identifier": source.text("SN")}


def _links(source: SourceFields, doi: str) -> Iterator[dict[str, Any]]:
    for address in dict.fromkeys(source.texts("UR")):
        is_own = bool(doi) and doi_of(address).lower() == doi.lower()
        if not is_own and address.startswith(("http://", "https://")):
            yield {"scheme": "url", "identifier": address, "relation_type": {"id": "isdescribedby"}}
