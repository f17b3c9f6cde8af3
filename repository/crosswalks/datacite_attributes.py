"""DataCite's attributes (REST API, ``/dois``; DataCite JSON) as metadata.

Source: DataCite Metadata Schema 4.7; older versions of kernel 4 say the same in part.
"""

import re
from collections.abc import Iterator, Mapping
from itertools import chain
from typing import Any

from repository.crosswalks.datacite_agents import contributors, creators, fundings
from repository.crosswalks.description_parts import doi_of, filled, licence, paragraphs
from repository.crosswalks.source_fields import SourceDescription, SourceFields, Unreadable, told
from repository.crosswalks.written_languages import language_code
from repository.dataset.formats.datacite.datacite_terms import (
    DATES,
    DESCRIPTIONS,
    IDENTIFIER_TYPES,
    RELATIONS,
    TITLES,
    UNAVAILABLE,
    resource_type_of,
)

_TITLES, _DATES, _DESCRIPTIONS, _RELATIONS = (
    {name.lower(): term for term, name in terms.items()} for terms in (TITLES, DATES, DESCRIPTIONS, RELATIONS)
)
_SCHEMES = {name.lower(): scheme for scheme, name in IDENTIFIER_TYPES.items()}
_REGISTRY_MEMBERS = """
id suffix prefix state isActive reason source xml metadataVersion contentUrl created registered updated published
viewCount viewsOverTime downloadCount downloadsOverTime referenceCount citationCount citationsOverTime partCount
partOfCount versionCount versionOfCount container agency clientId providerId schemaVersion url landingPage
"""
_OF_THE_REGISTRY = _REGISTRY_MEMBERS.split()
"""attributes about the registration, not about the thing"""
_ACCESS = ("http://purl.org/coar/access_right/", "info:eu-repo/semantics/")
_CSTR = re.compile(r"(?:cstr:|https?://(?:www\.)?cstr\.cn/)?(\S+)", re.IGNORECASE)
_KERNEL = re.compile(r"https?://datacite\.org/schema/kernel-(\d)")


def datacite_description(document: Any, name: str) -> SourceDescription:
    """Return what the attributes say, alone or in the envelope of the REST API; raise `Unreadable` for others."""
    inner = document
    for member in ("data", "attributes"):
        inner = inner.get(member, inner) if isinstance(inner, Mapping) else inner
    if not isinstance(inner, Mapping) or not inner.keys() & {"titles", "creators"}:
        raise Unreadable(f"{name} is no DataCite JSON: it has neither titles nor creators.")
    source = SourceFields(inner)
    source.skip(*_OF_THE_REGISTRY)
    doi, cstr = _own(source)
    titles, descriptions = list(_titles(source)), list(_descriptions(source))
    main = next((text for text in titles if text["type"] is None), {})
    abstract = next((text for text in descriptions if text["type"] == {"id": "abstract"}), {})
    metadata = filled(
        {
            "resource_type": {"id": _type(source)},
            "title": main.get("text", ""),
            "additional_titles": [_text("title", title) for title in titles if title is not main],
            "creators": list(creators(source)),
            "contributors": list(contributors(source)),
            "publisher": _publisher(source),
            **_dates(source),
            "languages": [{"id": language_code(text) or text} for text in source.texts("language")],
            "subjects": list(_subjects(source)),
            "description": paragraphs(abstract.get("text", "")),
            "additional_descriptions": [
                _text("description", {**text, "text": paragraphs(text["text"])})
                for text in descriptions
                if text is not abstract
            ],
            "version": source.text("version"),
            "sizes": source.texts("sizes"),
            "formats": source.texts("formats"),
            **_rights(source),
            "identifiers": list(_alternatives(source, doi, cstr)),
            "related_identifiers": list(_related(source)),
            "locations": filled({"features": list(_places(source))}),
            "funding": list(fundings(source)),
            "references": list(_references(source)),
        }
    )
    return SourceDescription(metadata, told(source.not_taken()), doi, cstr)


def _own(source: SourceFields) -> tuple[str, str]:
    """Return DOI and CSTR of the thing; its other identifiers are alternatives."""
    doi = doi_of(source.text("doi"))
    cstr = ""
    for entry in (*source.objects("identifiers"), *source.objects("alternateIdentifiers")):
        kind, value = _kind_and_value(entry)
        if kind == "doi" and doi_of(value) and (not doi or doi_of(value).lower() == doi.lower()):
            doi = doi or doi_of(value)
            entry.skip(*entry.document)
        elif kind == "cstr" and not cstr and (match := _CSTR.fullmatch(value)):
            cstr = match[1]
            entry.skip(*entry.document)
    return doi, cstr


def _kind_and_value(entry: SourceFields) -> tuple[str, str]:
    kind = entry.peek("identifierType") or entry.peek("alternateIdentifierType")
    return kind.lower(), entry.peek("identifier") or entry.peek("alternateIdentifier")


def _alternatives(source: SourceFields, doi: str, cstr: str) -> Iterator[dict[str, str]]:
    known = {doi.lower(), cstr.lower(), f"cstr:{cstr}".lower()}
    for entry in chain(source.objects("alternateIdentifiers"), source.objects("identifiers")):
        kind, value = _kind_and_value(entry)
        entry.skip(*entry.document)
        if value and value.lower() not in known:
            known.add(value.lower())
            scheme = _SCHEMES.get(kind)
            yield {"scheme": scheme or "other", "identifier": value}


def _titles(source: SourceFields) -> Iterator[dict[str, Any]]:
    has_main = False
    for title in source.objects("titles"):
        text, kind = title.text("title"), title.text("titleType").lower()
        if not text or text == UNAVAILABLE:
            continue
        term = (
            None if not kind and not has_main else {"id": _TITLES.get(kind, "other" if kind else "alternative-title")}
        )
        has_main = has_main or term is None
        if term is None:
            title.skip("lang")
        yield {"text": text, "type": term, "lang": language_code(title.text("lang"))}


def _descriptions(source: SourceFields) -> Iterator[dict[str, Any]]:
    for entry in source.objects("descriptions"):
        text, kind = entry.text("description"), entry.text("descriptionType").lower()
        if text:
            lang = language_code(entry.text("lang"))
            yield {"text": text, "type": {"id": _DESCRIPTIONS.get(kind, "other")}, "lang": lang}


def _text(member: str, text: Mapping[str, Any]) -> dict[str, Any]:
    lang = {"lang": {"id": text["lang"]}} if text["lang"] else {}
    return {member: text["text"], "type": text["type"] or {"id": "other"}, **lang}


def _type(source: SourceFields) -> str:
    for types in source.objects("types"):
        types.skip("schemaOrg", "citeproc", "bibtex", "ris")
        general = types.text("resourceTypeGeneral")
        words = types.peek("resourceType")
        kind = resource_type_of(general)
        if not kind or not words or words.replace(" ", "").lower() == general.lower():
            types.skip("resourceType")
        return kind or "other"
    return ""


def _publisher(source: SourceFields) -> str:
    names = [source.text("publisher")] if source.peek("publisher") else []
    for publisher in source.objects("publisher"):
        publisher.skip("lang")
        names.append(publisher.text("name"))
    return next((name for name in names if name and name != UNAVAILABLE), "")


def _dates(source: SourceFields) -> dict[str, Any]:
    """Return the date of publication, which DataCite calls Issued, and the others."""
    issued, others = "", []
    for entry in source.objects("dates"):
        day, kind = _edtf(entry.text("date")), entry.text("dateType").lower()
        if kind == "issued" and not issued:
            issued = day
        elif day:
            term = _DATES.get(kind, "other")
            others.append(filled({"date": day, "type": {"id": term}, "description": entry.text("dateInformation")}))
    year = source.text("publicationYear")
    return {"publication_date": issued or ("" if year == "0" else year), "dates": others}


def _edtf(text: str) -> str:
    """Return a date in RKMS-ISO8601 as EDTF: an open end is two dots."""
    if text.endswith("/") or text.startswith("/"):
        beginning, _, end = text.partition("/")
        return f"{beginning or '..'}/{end or '..'}"
    return text


def _subjects(source: SourceFields) -> Iterator[dict[str, str]]:
    for entry in source.objects("subjects"):
        text = entry.text("subject")
        entry.skip("lang", "schemeUri")
        term = entry.first("valueUri", "classificationCode")
        scheme = entry.text("subjectScheme") if term else ""
        if text:
            yield filled({"id": term, "subject": text, "scheme": scheme})


def _rights(source: SourceFields) -> dict[str, Any]:
    """Return licences, and the line of copyright, which DataCite puts beside them."""
    rights = list(_terms(source))
    owned = [right["title"]["en"] for right in rights if _OWNED.match(right.get("title", {}).get("en", ""))]
    return {
        "rights": [right for right in rights if right.get("title", {}).get("en") not in owned],
        "copyright": paragraphs("\n\n".join(owned)).removeprefix("<p>").removesuffix("</p>"),
    }


_OWNED = re.compile(r"©|\(c\)|copyright\b|版权", re.IGNORECASE)


def _references(source: SourceFields) -> Iterator[dict[str, str]]:
    """Yield cited works that have a title and no identifier."""
    for item in source.objects("relatedItems"):
        titles = [title.peek("title") for title in item.objects("titles")]
        is_cited = item.peek("relationType") in ("References", "Cites")
        if is_cited and titles and titles[0] and "relatedItemIdentifier" not in item.document:
            item.skip("relationType", "relatedItemType")
            item.objects("titles")[0].skip("title")
            yield {"reference": titles[0]}


def _terms(source: SourceFields) -> Iterator[dict[str, Any]]:
    for entry in source.objects("rightsList"):
        text, address = entry.text("rights"), entry.text("rightsUri")
        entry.skip("lang", "schemeUri", "rightsIdentifierScheme")
        spdx = entry.text("rightsIdentifier")
        if address.startswith(_ACCESS):  # who may read the copy elsewhere, not under which terms
            continue
        known = licence(address) if address else {}
        if "id" in known:
            yield known
        elif spdx:
            yield licence(spdx)
        elif text or address:
            yield licence(address or text, text)


def _related(source: SourceFields) -> Iterator[dict[str, Any]]:
    for entry in source.objects("relatedIdentifiers"):
        relation = _RELATIONS.get(entry.peek("relationType").lower())
        kind = entry.peek("relatedIdentifierType").lower()
        value = entry.peek("relatedIdentifier")
        if not (relation and value):
            continue
        entry.skip("relationType", "relatedIdentifierType", "relatedIdentifier")
        general = resource_type_of(entry.text("resourceTypeGeneral"))
        link: dict[str, Any] = {"scheme": _SCHEMES.get(kind, "other"), "identifier": value}
        link["relation_type"] = {"id": relation}
        yield {**link, **({"resource_type": {"id": general}} if general else {})}


def _places(source: SourceFields) -> Iterator[dict[str, Any]]:
    for entry in source.objects("geoLocations"):
        place = entry.text("geoLocationPlace")
        geometry = _geometry(entry)
        if place or geometry:
            yield filled({"geometry": geometry, "place": place})


def _geometry(entry: SourceFields) -> dict[str, Any]:
    """Return the shape as GeoJSON; of several shapes the box, which holds the others."""
    for box in entry.objects("geoLocationBox"):
        names = ("westBoundLongitude", "southBoundLatitude", "eastBoundLongitude", "northBoundLatitude")
        sides = [_degrees(box.peek(name)) for name in names]
        if None not in sides:
            box.skip(*names)
            west, south, east, north = sides
            return _polygon([[west, south], [east, south], [east, north], [west, north], [west, south]])
    for point in entry.objects("geoLocationPoint"):
        if position := _position(point):
            return {"type": "Point", "coordinates": position}
    corners = [
        _position(point) for item in entry.objects("geoLocationPolygon") for point in item.objects("polygonPoint")
    ]
    if len(corners) > 3 and all(corners):
        return _polygon([*corners, *([corners[0]] if corners[-1] != corners[0] else [])])
    return {}


def _position(point: SourceFields) -> list[float] | None:
    names = ("pointLongitude", "pointLatitude")
    longitude, latitude = (_degrees(point.peek(name)) for name in names)
    if longitude is None or latitude is None:
        return None
    point.skip(*names)
    return [longitude, latitude]


def _degrees(text: str) -> float | None:
    return float(text) if re.fullmatch(r"[-+]?\d{1,3}(?:\.\d{1,20})?(?:[eE]-?\d)?", text) else None


def _polygon(ring: list[Any]) -> dict[str, Any]:
    return {"type": "Polygon", "coordinates": [ring]}
