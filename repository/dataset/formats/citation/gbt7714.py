"""References in the numeric system of GB/T 7714-2015, for electronic resources (clause 4.6).

Written by hand because the CSL style of that name knows neither version nor CSTR.
"""

import re
from collections.abc import Iterator, Sequence
from datetime import date

from repository.dataset import cstr
from repository.dataset.description import Agent, Publication
from repository.dataset.formats import identifier_urls
from repository.dataset.formats.citation import csl, initials, person_names
from repository.dataset.formats.iso_dates import date_parts
from repository.dataset.formats.plain_text import printable
from repository.dataset.formats.scripts import script_of
from repository.dataset.formats.type_mappings import kind_of

MOST_AUTHORS = 3
"""Names that are printed; "et al." stands for the others (clause 8.1.2)."""

_NUMBERED = re.compile(r"[vV]?(\d+(?:\.\d+)*)")
_END = " .。"


def reference(publication: Publication, accessed: date | None = None) -> str:
    """Return ``Authors. Title[DS/OL]. V2. Publisher, 2024[2025-03-23]. https://… . CSTR:… . DOI:… .``

    `accessed` is the day of the citation, which the standard requires; without it the brackets are left out.
    """
    return " ".join(f"{part}." for part in _parts(publication, accessed) if part)


def _parts(publication: Publication, accessed: date | None) -> Iterator[str]:
    description = publication.description
    carrier = kind_of(description.resource_type.id).carrier
    yield _authors(description.creators, csl.language(publication))
    yield f"{printable(description.title).rstrip(_END)}[{carrier}/OL]"
    yield _version(csl.version(publication))
    yield _imprint(publication, accessed)
    yield _address(publication)
    yield cstr.parse(publication.cstr).curie if publication.cstr else ""
    yield f"DOI:{publication.doi}" if publication.doi else ""


def _authors(creators: Sequence[Agent], language: str | None) -> str:
    names = [_author(agent) for agent in creators[:MOST_AUTHORS]]
    if len(creators) > MOST_AUTHORS:
        names.append("等" if language == "zh" else "et al")
    return ", ".join(names).rstrip(_END)


def _author(agent: Agent) -> str:
    """Return the family name in capitals and initials without points (clause 8.1.1); other names unchanged.

    Each syllable of a given name in pinyin has its initial: Li Jiangning is ``LI J N``, as in the clause's example.
    """
    if person_names.is_indivisible(agent):
        return person_names.display_name(agent)
    family_name, given_name = person_names.parts(agent)
    syllables = person_names.syllables(family_name, given_name)
    letters = [part[0].upper() for part in syllables]
    short_name = " ".join(letters) or initials.shortened(given_name, " ", hyphen=False)
    return " ".join(filter(None, (_capitals(family_name), short_name)))


def _capitals(name: str) -> str:
    """Return a name in capitals; Georgian ones are for whole lines, never for a name among others."""
    return name if script_of(name) == "GEORGIAN" else name.upper()


def _version(version: str) -> str:
    """Return a plain number with the V of the standard's examples; other words unchanged."""
    match = _NUMBERED.fullmatch(version)
    return f"V{match[1]}" if match else version.rstrip(_END)


def _imprint(publication: Publication, accessed: date | None) -> str:
    day = f"[{accessed.isoformat()}]" if accessed else ""
    return ", ".join(filter(None, (csl.publisher(publication), _years(publication)))) + day


def _years(publication: Publication) -> str:
    years = [f"{parts[0]:04}" for parts in date_parts(publication.description.publication_date)]
    return "-".join(dict.fromkeys(years))


def _address(publication: Publication) -> str:
    if publication.cstr:
        return identifier_urls.cstr_url(publication.cstr)
    return csl.address(publication)
