"""DataCite 4.7: the attributes of DataCite's REST API, and the XML of the schema made from them.

Sources: DataCite Metadata Schema 4.7 (2026-03); DataCite REST API, ``/dois``, attributes.
"""

import re
from collections.abc import Iterator, Sequence
from typing import Any

from repository.dataset.description import Description, Licence, Publication, Text
from repository.dataset.formats import identifier_urls
from repository.dataset.formats.access_rights import COAR, INFO_EU_REPO
from repository.dataset.formats.datacite import datacite_xml as written
from repository.dataset.formats.datacite.datacite_links import identifiers, related_identifiers
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
    said,
    term,
    tongue,
    uri,
)
from repository.dataset.formats.plain_text import language_tag, plain
from repository.dataset.formats.type_mappings import kind_of
from repository.dataset.formats.xml_writer import writable

Json = dict[str, Any]

SCHEMA = "http://datacite.org/schema/kernel-4"

_YEAR = re.compile("[0-9]{4}")
_UNKNOWN_PART = re.compile("(?:-XX)+")
_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")


def datacite_json(publication: Publication) -> Json:
    """The attributes of the version as DataCite's REST API takes and gives them.

    Every list is there, empty or not, and a version or language that nobody gave is None: a member that a later
    update leaves out would keep what it said before.  ``doi`` and ``id`` are missing without a DOI; ``identifiers``
    holds every identifier, the leading one first, ``alternateIdentifiers`` all but that.
    """
    description = publication.description
    declared = [label.id for label in description.languages]
    named = identifiers(publication)
    leading = named[0]
    doi = {"id": identifier_urls.doi_url(leading.value), "doi": leading.value} if leading.type == "DOI" else {}
    return {
        **doi,
        "identifiers": [{"identifier": name.value, "identifierType": name.type} for name in named],
        "alternateIdentifiers": [
            {"alternateIdentifier": name.value, "alternateIdentifierType": name.type} for name in named[1:]
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
        "sizes": _sizes(publication),
        "formats": _formats(publication),
        "version": said(description.version) or None,
        "rightsList": _rights(publication, declared),
        "descriptions": _descriptions(description, declared),
        "geoLocations": geo_locations(description.places),
        "fundingReferences": funding_references(description.funding),
        "url": publication.url,
        "schemaVersion": SCHEMA,
    }


def datacite_xml(publication: Publication) -> str:
    """The element ``resource``, valid against the schema, without an XML declaration before it."""
    return written.resource(datacite_json(publication))


def _titles(description: Description, declared: Sequence[str]) -> list[Json]:
    main = said(description.title) or UNAVAILABLE
    others = [
        _with_language({"title": title, "titleType": term(TITLES, more.type)}, title, more, declared)
        for more in description.additional_titles
        if (title := said(more.text))
    ]
    return [_with_language({"title": main}, main, None, declared), *others]


def _descriptions(description: Description, declared: Sequence[str]) -> list[Json]:
    abstract = writable(plain(description.description)).strip()
    found = [_with_language({"description": abstract, "descriptionType": "Abstract"}, abstract, None, declared)]
    for more in description.additional_descriptions:
        text = writable(more.text).strip()
        typed = {"description": text, "descriptionType": term(DESCRIPTIONS, more.type)}
        found.append(_with_language(typed, text, more, declared))
    return [each for each in found if each["description"]]


def _with_language(said_of: Json, text: str, source: Text | None, declared: Sequence[str]) -> Json:
    tag = tongue(text, source.language if source else None, declared)
    return {**said_of, "lang": tag} if tag else said_of


def _language(code: str) -> str | None:
    return tongue("", code, ()) if language_tag(code) else None


def _publisher(publication: Publication) -> Json:
    name = said(publication.description.publisher) or said(publication.repository_name) or UNAVAILABLE
    return _with_language({"name": name}, name, None, ())


def _year(publication: Publication) -> int:
    """Of the publication date, even where an interval begins it; else of the day it came here."""
    known = (publication.description.publication_date, publication.created, publication.updated)
    return next((int(year[0]) for text in known if (year := _YEAR.search(text))), 0)


def _types(description: Description) -> Json:
    general, kind = general_type(description.resource_type.id), kind_of(description.resource_type.id)
    return {
        "resourceTypeGeneral": general,
        "resourceType": said(description.resource_type.name()) or general,
        "schemaOrg": kind.schema_org,
        "citeproc": kind.csl,
        "bibtex": kind.bibtex,
        "ris": ris_type(general),
    }


def _subjects(description: Description, declared: Sequence[str]) -> list[Json]:
    """Each once; a controlled term by its address, or by its code where it has no address."""
    found: dict[tuple[str, str | None], Json] = {}
    for subject in description.subjects:
        if text := said(subject.subject):
            about = _with_language({"subject": text}, text, None, declared)
            found[text, subject.id] = {**about, **_controlled(subject.id)}
    return list(found.values())


def _controlled(term_id: str | None) -> Json:
    if address := uri(term_id):
        return {"valueUri": address}
    return {"classificationCode": term_id} if term_id and _CODE.fullmatch(term_id) else {}


def _dates(publication: Publication) -> list[Json]:
    """Ours and the depositor's, each once; when the record was last changed only where the depositor is silent."""
    dates = publication.description.dates
    own = [_date(dated.date, DATES.get(dated.type.id, OTHER), dated.description) for dated in dates]
    ours = [_date(publication.description.publication_date, "Issued")]
    if publication.access_status == "embargoed":
        ours.append(_date(publication.embargo_until, "Available"))
    updated = publication.updated[:10]
    if updated != publication.created[:10] and not any(date["dateType"] == "Updated" for date in own):
        ours.append(_date(updated, "Updated"))
    if gone := publication.withdrawn:
        ours.append(_date(gone.date, "Withdrawn", ": ".join(filter(None, (gone.reason.name(), gone.note)))))
    found = {(date["dateType"], date["date"]): date for date in (*ours, *own)}
    return [date for date in found.values() if date["date"]]


def _date(edtf: str, kind: str, information: str = "") -> Json:
    """An interval's open end is empty in RKMS-ISO8601, and a part that is not known is left out."""
    day = _UNKNOWN_PART.sub("", said(edtf)).replace("..", "")
    about = said(information)
    return {"date": day, "dateType": kind, **({"dateInformation": about} if about else {})}


def _sizes(publication: Publication) -> list[str]:
    sizes = [*map(said, publication.description.sizes)]
    if publication.file_count:
        sizes += [f"{publication.total_bytes} bytes", f"{publication.file_count} files"]
    return list(dict.fromkeys(filter(None, sizes)))


def _formats(publication: Publication) -> list[str]:
    types = dict.fromkeys(file.media_type for file in publication.files)
    return list(dict.fromkeys(filter(None, map(said, (*publication.description.formats, *types)))))


def _rights(publication: Publication, declared: Sequence[str]) -> list[Json]:
    """Licences, the depositor's own words, and who may have the data in the two vocabularies that harvesters read."""
    description = publication.description
    found = [_licence(licence, declared) for licence in description.licences]
    if text := said(description.copyright):
        found.append(_with_language({"rights": text}, text, None, declared))
    return [each for each in (*found, *_access(publication.access_status)) if each["rights"]]


def _licence(licence: Licence, declared: Sequence[str]) -> Json:
    title = said(licence.title) or said(licence.url or "")
    about = _with_language({"rights": title}, title, None, ["eng"] if licence.id else declared)
    if address := uri(licence.url):
        about["rightsUri"] = address
    if licence.id:
        about["rightsIdentifier"] = said(licence.id)
        about["rightsIdentifierScheme"] = "SPDX"
        about["schemeUri"] = "https://spdx.org/licenses/"
    return about


def _access(status: str) -> Iterator[Json]:
    name, address = COAR.get(status, ("", ""))
    if name:
        yield {"rights": name, "rightsUri": address, "lang": "en"}
        yield {"rights": name, "rightsUri": INFO_EU_REPO[status], "lang": "en"}
