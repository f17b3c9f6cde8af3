"""RIS, the tagged form that every reference software reads.

Sources: RIS Format Specifications (Thomson Reuters, 2012), "Tag descriptions" and "Reference types": a tag, two blanks,
a hyphen and a blank, one value to a line, lines ending in CR LF.
"""

import re
from collections.abc import Iterator
from datetime import date

from repository.dataset import cstr
from repository.dataset.description import Agent, Publication
from repository.dataset.formats.citation import csl, person_names
from repository.dataset.formats.citation.name_choice import cited
from repository.dataset.formats.iso_dates import date_parts
from repository.dataset.formats.plain_text import plain, printable
from repository.dataset.formats.type_mappings import kind_of

_COMMAS = re.compile(r"\s*,\s*")
MEDIA_TYPE = "application/x-research-info-systems"

_TYPES = {
    "dataset": "DATA",
    "collection": "DATA",
    "software": "COMP",
    "figure": "FIGURE",
    "graphic": "ART",
    "motion_picture": "VIDEO",
    "song": "SOUND",
    "article-journal": "JOUR",
    "article": "UNPB",
    "thesis": "THES",
    "paper-conference": "CPAPER",
    "book": "BOOK",
    "chapter": "CHAP",
    "report": "RPRT",
    "patent": "PAT",
    "standard": "STAND",
    "speech": "SLIDE",
}


def ris(publication: Publication, accessed: date | None = None) -> str:
    """Return one reference, ending in a line break, without tags that have no value.

    A title in another language stands in ``TT``, an abstract in another language in ``N2``, the CSTR in ``AN``. Beside
    ``TT`` the title stands in ``T1``, its older name: citation-js lets ``TT`` replace ``TI``, and no reader ``T1``.
    `accessed` is the day of the citation. No text can add a tag, because each stands on one line. Readers take a name
    with a comma for a person's, so that a comma in the name of an organisation becomes a dash.
    """
    lines = [f"{tag}  - {value}" for tag, text in _tags(publication, accessed) if (value := printable(text))]
    return "\r\n".join([*lines, "ER  - ", ""])


def _tags(publication: Publication, accessed: date | None) -> Iterator[tuple[str, str]]:
    description = cited(publication).description
    yield "TY", _type(description.resource_type.id)
    translated = csl.translated_title(publication)
    yield "T1" if translated else "TI", description.title
    yield "TT", translated
    for agent in description.creators:
        yield "AU", _name(agent)
    for agent in csl.editors(description.contributors):
        yield "ED", _name(agent)
    yield from _dates(publication, accessed)
    yield "PB", csl.publisher(publication)
    yield "DP", publication.repository_name
    yield "ET", csl.version(publication)
    yield "DO", publication.doi or ""
    yield "AN", cstr.parse(publication.cstr).curie if publication.cstr else ""
    yield "UR", csl.address(publication)
    yield "L1", publication.pdf_url
    yield from _contents(publication)


def _type(resource_type: str) -> str:
    """Return the type of reference; a thing that RIS has no type for passes for data.

    That is a model or a sample. Readers take the generic type for an article of a journal, which fits a text at most.
    """
    item = kind_of(resource_type).csl
    thing = item in ("document", "event") and not resource_type.startswith("publication")
    return _TYPES.get(item, "DATA" if thing else "GEN")


def _name(agent: Agent) -> str:
    """Return a person with a comma behind the family name, an organisation without any comma."""
    if not agent.personal:
        return _COMMAS.sub(" – ", person_names.display_name(agent))
    family_name, given_name = person_names.parts(agent)
    return ", ".join((family_name, given_name)).rstrip() if family_name else given_name


def _dates(publication: Publication, accessed: date | None) -> Iterator[tuple[str, str]]:
    """Yield year and date, of an interval its beginning; a date always has its slashes: ``2024/03/05/``."""
    for parts in date_parts(publication.description.publication_date)[:1]:
        year, *rest = parts
        yield "PY", f"{year:04}"
        yield "DA", "/".join([f"{year:04}", *(f"{part:02}" for part in rest)]) + "/" * (3 - len(rest))
    yield "Y2", f"{accessed:%Y/%m/%d}/" if accessed else ""


def _contents(publication: Publication) -> Iterator[tuple[str, str]]:
    description = publication.description
    for subject in description.subjects:
        yield "KW", subject.subject
    yield "AB", plain(description.description)
    for more in csl.other_abstracts(publication):
        yield "N2", more.text
    yield "LA", ", ".join(csl.languages(publication))
