"""A record for library catalogues: MARC 21 Format for Bibliographic Data in MARCXML.

Sources: Library of Congress, MARC 21 Format for Bibliographic Data, the field numbers below; the schema MARC21slim
(http://www.loc.gov/MARC21/slim).
"""

import re
from collections.abc import Iterator, Sequence

from repository.dataset import cstr
from repository.dataset.description import Agent, Funding, Licence, Publication
from repository.dataset.formats import identifier_urls, xml_writer
from repository.dataset.formats.access_rights import COAR
from repository.dataset.formats.citation import csl, person_names
from repository.dataset.formats.iso_dates import first_date, interval
from repository.dataset.formats.plain_text import one_line, plain

NAMESPACE = "http://www.loc.gov/MARC21/slim"
SCHEMA = "http://www.loc.gov/standards/marcxml/schema/MARC21slim.xsd"
COLLECTION = f'<collection xmlns="{NAMESPACE}">'

_LEADER = "00000{}{}m a2200000uu 4500"
"""Of 24 characters: state, kind of content, monograph, Unicode, two indicators and codes, lengths of the directory."""
_KINDS = {
    "publication": "a",
    "image": "k",
    "poster": "k",
    "presentation": "k",
    "video": "g",
    "audio": "i",
    "physicalobject": "r",
}
_COMPUTER_FILE = "m"
Field = tuple[str, str, Sequence[tuple[str, str | None]]]
"""Number, two indicators (a blank is undefined), and subfields; a subfield without text is left out."""


def marcxml(publication: Publication) -> str:
    """Return the element ``record`` with its namespace, fields in the order of their numbers."""
    kind = publication.description.resource_type.id.partition("-")[0]
    leader = _LEADER.format("d" if publication.withdrawn else "n", _KINDS.get(kind, _COMPUTER_FILE))
    controls = {"001": str(publication.id), "003": one_line(publication.repository_name), "005": _moment(publication)}
    head = xml_writer.element("leader", leader) + "".join(
        xml_writer.element("controlfield", text, tag=tag) for tag, text in controls.items() if xml_writer.text(text)
    )
    fields = sorted(_fields(publication), key=lambda entry: entry[0])  # stable: equal numbers keep their order
    return f'<record xmlns="{NAMESPACE}" type="Bibliographic">{head}{"".join(map(_field_xml, fields))}</record>'


def _moment(publication: Publication) -> str:
    """Return date and time of the last change (005), empty if it is not known."""
    digits = re.sub("[^0-9]", "", publication.updated)[:14]
    return f"{digits}.0" if len(digits) == 14 else ""


def _field_xml(entry: Field) -> str:
    number, indicators, subfields = entry
    parts = "".join(
        xml_writer.element("subfield", text, code=code)
        for code, value in subfields
        if (text := one_line(xml_writer.writable(value or "")))
    )
    return (
        f'<datafield tag="{number}" ind1="{indicators[0]}" ind2="{indicators[1]}">{parts}</datafield>' if parts else ""
    )


def _fields(publication: Publication) -> Iterator[Field]:
    yield from _numbers(publication)
    yield from _people(publication)
    yield from _titles(publication)
    yield from _notes(publication)
    yield from _subjects(publication)
    yield from _links(publication)


def _numbers(publication: Publication) -> Iterator[Field]:
    """Yield identifiers (024) and languages (041)."""
    yield "024", "7 ", (("a", publication.doi), ("2", "doi" if publication.doi else None))
    yield "024", "8 ", (("a", cstr.parse(publication.cstr).curie if publication.cstr else None),)
    yield "024", "7 ", (("a", publication.handle), ("2", "hdl" if publication.handle else None))
    for other in publication.description.identifiers:
        yield "024", "8 ", (("a", other.identifier), ("q", other.scheme))
    for label in publication.description.languages:
        yield "041", " 7", (("a", label.id), ("2", "iso639-3"))


def _people(publication: Publication) -> Iterator[Field]:
    """Yield the first creator (100, 110) and all others who took part (700, 710)."""
    description = publication.description
    for number, agent in enumerate(description.creators):
        yield _agent(agent, "1" if number == 0 else "7", "author")
    for agent in description.contributors:
        yield _agent(agent, "7", agent.role.name().lower() if agent.role else "contributor")


def _agent(agent: Agent, block: str, role: str) -> Field:
    orcid = agent.identifier("orcid")
    address = identifier_urls.link_to("orcid", orcid) if orcid else identifier_urls.ror_url(agent.identifier("ror"))
    affiliations = [("u", affiliation.name) for affiliation in agent.affiliations]
    name = person_names.sort_name(agent)
    if not agent.personal:
        return f"{block}10", "2 ", (("a", name), *affiliations, ("e", role), ("1", address))
    surname = "1" if agent.family_name or "," in name else "0"
    return f"{block}00", f"{surname} ", (("a", name), *affiliations, ("e", role), ("1", address))


def _titles(publication: Publication) -> Iterator[Field]:
    """Yield titles (245, 246), version (250), publisher and date (264), extents (300)."""
    description = publication.description
    yield "245", "10" if description.creators else "00", (("a", description.title),)
    for title in description.additional_titles:
        parallel = title.type is not None and title.type.id == "translated-title"
        yield "246", "31" if parallel else "3 ", (("a", title.text),)
    yield "250", "  ", (("a", description.version),)
    yield "264", " 1", (("b", csl.publisher(publication)), ("c", first_date(description.publication_date)))
    for extent in description.sizes:
        yield "300", "  ", (("a", extent),)
    for medium in description.formats:
        yield "347", "  ", (("b", medium),)


def _notes(publication: Publication) -> Iterator[Field]:
    """Yield notes: access, dates, abstract, places, funding, terms of use (500 to 581)."""
    description = publication.description
    for text in description.additional_descriptions:
        abstract = text.type is not None and text.type.id == "abstract"
        yield "520" if abstract else "500", "3 " if abstract else "  ", (("a", plain(text.text)),)
    word, address = COAR.get(publication.access_status, ("", ""))
    until = f"until {publication.embargo_until}" if publication.embargo_until else None
    yield "506", "0 " if publication.access_status == "open" else "1 ", (("a", word), ("d", until), ("u", address))
    for day in description.dates:
        yield "518", "  ", (("o", day.type.name()), ("d", interval(day.date)), ("3", day.description))
    yield "520", "3 ", (("a", plain(description.description)),)
    for place in description.places:
        yield "522", "  ", (("a", place.place or place.description),)
    for funding in description.funding:
        yield _funding(funding)
    for licence in description.licences:
        yield _terms(licence)
    yield "540", "  ", (("a", description.copyright),)
    for reference in description.references:
        yield "581", "  ", (("a", reference.text),)
    if gone := publication.withdrawn:
        yield "583", "0 ", (("a", "withdrawn"), ("c", gone.date), ("z", f"{gone.reason.name()}. {gone.note}".strip()))


def _funding(funding: Funding) -> Field:
    note = ": ".join(part for part in (funding.funder, funding.award_title) if part)
    return "536", "  ", (("a", note or funding.award_number), ("c", funding.award_number))


def _terms(licence: Licence) -> Field:
    spdx = (("f", licence.id), ("2", "spdx")) if licence.id else ()
    return "540", "  ", (("a", licence.title), *spdx, ("u", identifier_urls.web_address(licence.url)))


def _subjects(publication: Publication) -> Iterator[Field]:
    """Yield controlled subjects (650), keywords (653) and the kind of resource (655)."""
    for subject in publication.description.subjects:
        if subject.id:
            yield "650", " 4", (("a", subject.subject), ("0", subject.id))
        else:
            yield "653", "  ", (("a", subject.subject),)
    yield "655", " 4", (("a", publication.description.resource_type.name()),)


def _links(publication: Publication) -> Iterator[Field]:
    """Yield related works (787), then the page and the files (856)."""
    for work in publication.description.related_identifiers:
        link = identifier_urls.link_to(work.scheme, work.identifier) or work.identifier
        yield "787", "08", (("i", work.relation.name()), ("o", link))
    if publication.concept_doi:
        yield "787", "08", (("i", "Is version of"), ("o", identifier_urls.doi_url(publication.concept_doi)))
    yield "856", "42", (("u", publication.url), ("y", "Record"))
    for file in publication.files:
        yield "856", "40", (("u", file.url), ("f", file.key), ("s", f"{file.size} bytes"), ("q", file.media_type))
    if remainder := publication.unlisted_files:
        yield "856", "40", (("u", publication.archive_url or publication.url), ("y", "All files"), ("z", remainder))
