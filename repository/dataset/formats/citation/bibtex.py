"""BibTeX entries, with the entry types of biblatex and text in UTF-8.

Source: biblatex manual 3.20, section 2.2 (fields); BibTeX counts braces even behind a backslash.
"""

import re
import unicodedata
from collections.abc import Iterator

from repository.dataset import cstr
from repository.dataset.description import Agent, Licence, Publication
from repository.dataset.formats import identifier_urls
from repository.dataset.formats.citation import csl, person_names
from repository.dataset.formats.iso_dates import date_parts
from repository.dataset.formats.plain_text import plain, printable
from repository.dataset.formats.type_mappings import kind_of

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_ESCAPES = str.maketrans(
    {
        "\\": r"\textbackslash{}",
        "~": r"\textasciitilde{}",
        "^": r"\textasciicircum{}",
        "{": r"\textbraceleft{}",
        "}": r"\textbraceright{}",
        **{character: f"\\{character}" for character in "$&#%_"},
    }
)
_VERBATIM = str.maketrans({"{": "%7B", "}": "%7D", "\\": "%5C", " ": "%20"})


def bibtex(publication: Publication) -> str:
    """Return one entry, ending in a line break.

    Braces around titles keep styles from changing their case. Braces around East Asian names and names of organisations
    keep styles from splitting them. The CSTR stands in ``note``, which every style prints.
    """
    kind = kind_of(publication.description.resource_type.id).bibtex
    lines = [f"  {name:<9} = {value}," for name, value in _fields(publication) if value]
    return "\n".join([f"@{kind}{{{_key(publication)},", *lines, "}\n"])


def _fields(publication: Publication) -> Iterator[tuple[str, str]]:
    description = publication.description
    yield "author", _in_braces(" and ".join(_name(agent) for agent in description.creators))
    yield "editor", _in_braces(" and ".join(_name(agent) for agent in csl.editors(description.contributors)))
    yield "title", _in_braces(_in_braces(_text(description.title)))
    yield "publisher", _in_braces(_text(csl.publisher(publication)))
    yield from _date(description.publication_date)
    yield "version", _in_braces(_text(csl.version(publication)))
    yield "doi", _in_braces((publication.doi or "").translate(_VERBATIM))
    yield "url", _in_braces(csl.address(publication).translate(_VERBATIM))
    if publication.cstr:
        yield "note", _in_braces(_text(cstr.parse(publication.cstr).curie))
    yield "language", _in_braces(_text(", ".join(label.name().lower() for label in description.languages)))
    yield "copyright", _in_braces("; ".join(_text(_licence(licence)) for licence in description.licences))
    yield "keywords", _in_braces(", ".join(_protect(subject.subject) for subject in description.subjects))
    yield "abstract", _in_braces(_text(plain(description.description)))


def _date(edtf: str) -> Iterator[tuple[str, str]]:
    """Yield year and month; of an interval, those of its beginning."""
    for year, *rest in date_parts(edtf)[:1]:
        yield "year", _in_braces(f"{year:04}")
        if rest:
            yield "month", _MONTHS[rest[0] - 1]


def _licence(licence: Licence) -> str:
    address = identifier_urls.web_address(licence.url)
    return f"{licence.title}, {address}" if address else licence.title


def _name(agent: Agent) -> str:
    """Return "Family, Given"; add braces where BibTeX would read a comma or the word "and" as its own."""
    if person_names.is_indivisible(agent):
        return _in_braces(_text(person_names.display_name(agent)))
    return ", ".join(_protect(part) for part in person_names.parts(agent) if part)


def _protect(part: str) -> str:
    text = _text(part)
    return _in_braces(text) if re.search(r",|\band\b", text, re.IGNORECASE) else text


def _key(publication: Publication) -> str:
    """Return a key as in ``mueller_2024_17``: ASCII, and stable for ever, because documents cite by it."""
    description = publication.description
    creators = description.creators
    family = person_names.parts(creators[0])[0] if creators and creators[0].personal else ""
    letters = unicodedata.normalize("NFKD", family).encode("ascii", "ignore").decode()
    word = re.sub(r"[^a-z0-9]", "", letters.lower()) or (description.resource_type.id or "dataset")
    return "_".join(part for part in (word, description.year, str(publication.id)) if part)


def _text(text: str) -> str:
    return printable(text).translate(_ESCAPES)


def _in_braces(text: str) -> str:
    return f"{{{text}}}" if text else ""
