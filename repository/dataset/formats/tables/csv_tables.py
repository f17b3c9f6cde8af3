"""Datasets as comma-separated values (RFC 4180): a row of names, then one dataset a row.

Several values of a column are separated by "; ".
"""

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Mapping

from repository.dataset.description import Agent, Publication
from repository.dataset.formats import identifier_urls
from repository.dataset.formats.citation import csl, person_names
from repository.dataset.formats.iso_dates import first_date, interval
from repository.dataset.formats.plain_text import one_line, plain
from repository.dataset.formats.xml_writer import writable

Cell = Callable[[Publication], str]


def _all(values: Iterable[str | None]) -> str:
    return "; ".join(one_line(value) for value in values if value)


def _names(agents: Iterable[Agent]) -> str:
    return _all(person_names.sort_name(agent) for agent in agents)


_COLUMNS: Mapping[str, Cell] = {
    "id": lambda p: str(p.id),
    "doi": lambda p: p.doi or "",
    "cstr": lambda p: p.cstr or "",
    "url": lambda p: p.url,
    "title": lambda p: one_line(p.description.title),
    "additional_titles": lambda p: _all(title.text for title in p.description.additional_titles),
    "resource_type": lambda p: p.description.resource_type.id,
    "creators": lambda p: _names(p.description.creators),
    "creator_orcids": lambda p: _all(agent.identifier("orcid") for agent in p.description.creators),
    "affiliations": lambda p: _all(
        dict.fromkeys(a.name for agent in p.description.creators for a in agent.affiliations)
    ),
    "contributors": lambda p: _names(p.description.contributors),
    "publisher": csl.publisher,
    "publication_date": lambda p: first_date(p.description.publication_date),
    "version": lambda p: p.description.version,
    "description": lambda p: plain(p.description.description),
    "additional_descriptions": lambda p: _all(text.text for text in p.description.additional_descriptions),
    "subjects": lambda p: _all(subject.subject for subject in p.description.subjects),
    "languages": lambda p: _all(label.id for label in p.description.languages),
    "dates": lambda p: _all(f"{entry.type.id} {interval(entry.date)}" for entry in p.description.dates),
    "rights": lambda p: _all(licence.id or licence.title for licence in p.description.licences),
    "copyright": lambda p: p.description.copyright,
    "access": lambda p: p.access_status,
    "embargo_until": lambda p: p.embargo_until,
    "places": lambda p: _all(place.place or place.description for place in p.description.places),
    "funding": lambda p: _all(" ".join(filter(None, (f.funder, f.award_number))) for f in p.description.funding),
    "identifiers": lambda p: _all(i.identifier for i in p.description.identifiers),
    "related_identifiers": lambda p: _all(
        f"{work.relation.id} {identifier_urls.link_to(work.scheme, work.identifier) or work.identifier}"
        for work in p.description.related_identifiers
    ),
    "references": lambda p: _all(item.text for item in p.description.references),
    "sizes": lambda p: _all(p.description.sizes),
    "formats": lambda p: _all(p.description.formats),
    "files": lambda p: str(p.file_count),
    "total_bytes": lambda p: str(p.total_bytes),
    "created": lambda p: p.created,
    "updated": lambda p: p.updated,
}


def csv_row(publication: Publication) -> str:
    """Return a table of one dataset."""
    return "".join(csv_table([publication]))


def csv_table(publications: Iterable[Publication]) -> Iterator[str]:
    """Yield one row for each dataset as it is read, the names of the columns before the first."""
    head = _row(list(_COLUMNS))
    for publication in publications:
        yield head + _row([cell(publication) for cell in _COLUMNS.values()])
        head = ""
    yield head


def _row(values: Iterable[str]) -> str:
    line = io.StringIO()
    csv.writer(line).writerow([writable(value) for value in values])
    return line.getvalue()
