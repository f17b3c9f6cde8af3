"""DataCite 4.7: the attributes of DataCite's REST API, and the XML of the schema made from them.

Sources: DataCite Metadata Schema 4.7 (2026-03); DataCite REST API, ``/dois``, attributes.
"""

import re
from collections.abc import Iterator, Sequence
from typing import Any

from repository.dataset.description import Description, Licence, Publication, Text
from repository.dataset.edtf import iso_date, year_of
from repository.dataset.formats import identifier_urls
from repository.dataset.formats.access_rights import COAR, INFO_EU_REPO
from repository.dataset.formats.datacite import datacite_xml as datacite_xml_writer
from repository.dataset.formats.datacite.datacite_links import identifiers, related_identifiers, related_items
from repository.dataset.formats.datacite.datacite_people import contributors, creators, funding_references
from repository.dataset.formats.datacite.datacite_places import geo_locations
from repository.dataset.formats.datacite.datacite_terms import (
    DATES,
    DESCRIPTIONS,
    OTHER,
    TITLES,
    UNAVAILABLE,
    general_type,
    ris_type,
    term,
    text_language,
    uri,
    writable_line,
)
from repository.dataset.formats.iso_dates import first_date, interval
from repository.dataset.formats.plain_text import language_tag, plain
from repository.dataset.formats.type_mappings import kind_of
from repository.dataset.formats.xml_writer import writable

Json = dict[str, Any]

SCHEMA = "http://datacite.org/schema/kernel-4"

_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")


def datacite_json(publication: Publication) -> Json:
    """Return the attributes of the version as DataCite's REST API accepts and returns them.

    Every list is there, also when it is empty, and an unknown version or language is None: a member that a later update
    leaves out would keep its earlier value. ``doi`` and ``id`` are missing without a DOI. ``identifiers`` holds every
    identifier, the leading one first; ``alternateIdentifiers`` holds all but that one.
    """
    description = publication.description
    declared = [label.id for label in description.languages]
    leading, *others = identifiers(publication)
    doi = {"id": identifier_urls.doi_url(leading.value), "doi": leading.value} if leading.type == "DOI" else {}
    return {
        **doi,
        "identifiers": [{"identifier": own.value, "identifierType": own.type} for own in (leading, *others)],
        "alternateIdentifiers": [
            {"alternateIdentifier": own.value, "alternateIdentifierType": own.type} for own in others
        ],
        "creators": creators(description.creators),
        "titles": _titles(description, declared),
        "publisher": _publisher(publication),
        "publicationYear": _year(publication),
        "types": _types(description),
        "subjects": _subjects(description, declared),
        "contributors": contributors(description.contributors),
        "dates": _dates(publication),
        "language": next(filter(None, map(_language, declared)), None),
        "relatedIdentifiers": related_identifiers(publication),
        "relatedItems": related_items(publication),
        "sizes": _sizes(publication),
        "formats": _formats(publication),
        "version": writable_line(description.version) or None,
        "rightsList": _rights(publication, declared),
        "descriptions": _descriptions(description, declared),
        "geoLocations": geo_locations(description.places),
        "fundingReferences": funding_references(description.funding),
        "url": publication.url,
        "schemaVersion": SCHEMA,
    }


def datacite_xml(publication: Publication) -> str:
    """Return the element ``resource``, valid against the schema, without an XML declaration before it."""
    return datacite_xml_writer.resource(datacite_json(publication))


def _titles(description: Description, declared: Sequence[str]) -> list[Json]:
    main = writable_line(description.title) or UNAVAILABLE
    others = [
        _with_language({"title": title, "titleType": term(TITLES, more.type)}, title, more, declared)
        for more in description.additional_titles
        if (title := writable_line(more.text))
    ]
    return [_with_language({"title": main}, main, None, declared), *others]


def _descriptions(description: Description, declared: Sequence[str]) -> list[Json]:
    abstract = writable(plain(description.description)).strip()
    entries = [_with_language({"description": abstract, "descriptionType": "Abstract"}, abstract, None, declared)]
    for more in description.additional_descriptions:
        text = writable(more.text).strip()
        member = {"description": text, "descriptionType": term(DESCRIPTIONS, more.type)}
        entries.append(_with_language(member, text, more, declared))
    return [entry for entry in entries if entry["description"]]


def _with_language(member: Json, text: str, source: Text | None, declared: Sequence[str]) -> Json:
    tag = text_language(text, source.language if source else None, declared, added=source is not None)
    return {**member, "lang": tag} if tag else member


def _language(code: str) -> str | None:
    return text_language("", code, ()) if language_tag(code) else None


def _publisher(publication: Publication) -> Json:
    name = writable_line(publication.description.publisher) or writable_line(publication.repository_name) or UNAVAILABLE
    return _with_language({"name": name}, name, None, ())


def _year(publication: Publication) -> int:
    """Return the year of the publication date (of an interval its beginning), else of the deposit."""
    known = (publication.description.publication_date, publication.created[:10], publication.updated[:10])
    return next((year for text in known if (year := year_of(text)) is not None), 0)


def _types(description: Description) -> Json:
    general, kind = general_type(description.resource_type.id), kind_of(description.resource_type.id)
    return {
        "resourceTypeGeneral": general,
        "resourceType": writable_line(description.resource_type.name()) or general,
        "schemaOrg": kind.schema_org,
        "citeproc": kind.csl,
        "bibtex": kind.bibtex,
        "ris": ris_type(general),
    }


def _subjects(description: Description, declared: Sequence[str]) -> list[Json]:
    """Return each subject once; a controlled term by its address, or by its code without an address."""
    subjects: dict[tuple[str, str | None], Json] = {}
    for subject in description.subjects:
        if text := writable_line(subject.subject):
            member = _with_language({"subject": text}, text, None, declared)
            subjects[text, subject.id] = {**member, **_term_reference(subject.id)}
    return list(subjects.values())


def _term_reference(term_id: str | None) -> Json:
    if address := uri(term_id):
        return {"valueUri": address}
    return {"classificationCode": term_id} if term_id and _CODE.fullmatch(term_id) else {}


def _dates(publication: Publication) -> list[Json]:
    """Return our dates and the depositor's, each once; our last change only if the depositor gives none."""
    dates = publication.description.dates
    deposited = [_date(entry.date, DATES.get(entry.type.id, OTHER), entry.description) for entry in dates]
    ours = [_date(first_date(publication.description.publication_date), "Issued")]
    if publication.access_status == "embargoed":
        ours.append(_date(publication.embargo_until, "Available", publication.embargo_reason))
    if not any(date["dateType"] == "Updated" for date in deposited):
        ours.append(_date(publication.updated[:10], "Updated"))
    if gone := publication.withdrawn:
        ours.append(_date(gone.date, "Withdrawn", ": ".join(filter(None, (gone.reason.name(), gone.note)))))
    dates_by_key = {(date["dateType"], date["date"]): date for date in (*ours, *deposited)}
    return [date for date in dates_by_key.values() if date["date"]]


def _date(edtf: str, kind: str, information: str = "") -> Json:
    """Return a date in RKMS-ISO8601, which may have a time; an open end is empty."""
    day = edtf if "T" in edtf and iso_date(edtf) else interval(edtf, open_end="")
    note = writable_line(information)
    return {"date": day, "dateType": kind, **({"dateInformation": note} if note else {})}


def _sizes(publication: Publication) -> list[str]:
    sizes = [*map(writable_line, publication.description.sizes)]
    if publication.file_count:
        sizes += [f"{publication.total_bytes} bytes", f"{publication.file_count} files"]
    return list(dict.fromkeys(filter(None, sizes)))


def _formats(publication: Publication) -> list[str]:
    types = dict.fromkeys(file.media_type for file in publication.files)
    return list(dict.fromkeys(filter(None, map(writable_line, (*publication.description.formats, *types)))))


def _rights(publication: Publication, declared: Sequence[str]) -> list[Json]:
    """Return licences, the depositor's own words, and access in the two vocabularies that harvesters read."""
    description = publication.description
    entries = [_licence(licence, declared) for licence in description.licences]
    if text := writable_line(description.copyright):
        entries.append(_with_language({"rights": text}, text, None, declared))
    return [entry for entry in (*entries, *_access(publication.access_status)) if entry["rights"]]


def _licence(licence: Licence, declared: Sequence[str]) -> Json:
    title = writable_line(licence.title) or writable_line(licence.url or "")
    member = _with_language({"rights": title}, title, None, ["eng"] if licence.id else declared)
    if address := uri(licence.url):
        member["rightsUri"] = address
    if licence.id:
        member["rightsIdentifier"] = writable_line(licence.id)
        member["rightsIdentifierScheme"] = "SPDX"
        member["schemeUri"] = "https://spdx.org/licenses/"
    return member


def _access(status: str) -> Iterator[Json]:
    name, address = COAR.get(status, ("", ""))
    if name:
        yield {"rights": name, "rightsUri": address, "lang": "en"}
        yield {"rights": name, "rightsUri": INFO_EU_REPO[status], "lang": "en"}
