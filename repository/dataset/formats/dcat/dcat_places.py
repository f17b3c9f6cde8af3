"""Coverage of a dataset in space and time, in DCAT-AP: geometry as WKT, periods with their ends."""

from collections.abc import Mapping
from types import MappingProxyType

from repository.dataset.description import DateOf, DescribedPlace
from repository.dataset.formats import bounding_boxes, identifier_urls
from repository.dataset.formats.datacite.datacite_terms import writable_line
from repository.dataset.formats.dcat.dcat_terms import DcatBuilder
from repository.dataset.formats.rdf.triples import Literal, RdfResource, blank, iri, moment

MOST_POSITIONS = 500
"""Positions of a geometry that is written in full; a longer one becomes its box."""

DATES: Mapping[str, str] = MappingProxyType(
    {
        "created": "dct:created",
        "available": "dct:available",
        "submitted": "dct:dateSubmitted",
        "accepted": "dct:dateAccepted",
        "copyrighted": "dct:dateCopyrighted",
        "valid": "dct:valid",
        "other": "dct:date",
    }
)
"""Type of date -> property."""

PERIODS = frozenset({"collected", "coverage"})
"""Types of dates that give the coverage of the data."""

_WKT = "geo:wktLiteral"


def add_coverage(builder: DcatBuilder) -> None:
    """Add places, periods, and the other dates in the life of the dataset."""
    description, dataset = builder.publication.description, builder.dataset
    dataset.add("dct:spatial", *(_location(builder, place) for place in description.places))
    for entry in description.dates:
        if entry.type.id in PERIODS:
            dataset.add("dct:temporal", _period(builder, entry))
        elif entry.type.id in DATES:
            dataset.add(DATES[entry.type.id], moment(entry.date))


def _location(builder: DcatBuilder, place: DescribedPlace) -> RdfResource | None:
    """Return a blank node, even for a known place: two shapes would read as one place with two boxes."""
    location = blank("dct:Location")
    location.add("skos:prefLabel", builder.text(writable_line(place.place)))
    location.add("rdfs:comment", builder.text(writable_line(place.description)))
    pages = (identifier_urls.link_to(i.scheme, i.identifier) for i in place.identifiers)
    location.add("rdfs:seeAlso", *map(iri, pages))
    if place.geometry:
        _add_geometry(location, place.geometry)
    return location if location.statements else None


def _add_geometry(location: RdfResource, geometry: bounding_boxes.Geometry) -> None:
    box, wkt = bounding_boxes.box(geometry), bounding_boxes.wkt(geometry, MOST_POSITIONS)
    if box is not None and box.wkt:
        location.add("dcat:bbox", Literal(box.wkt, None, _WKT))
    if wkt is None:
        return
    if geometry["type"] == "Point":
        location.add("dcat:centroid", Literal(wkt, None, _WKT))
    shape = blank("locn:Geometry")
    shape.add("geo:asWKT", Literal(wkt, None, _WKT))
    location.add("locn:geometry", shape)


def _period(builder: DcatBuilder, entry: DateOf) -> RdfResource | None:
    begin, slash, end = entry.date.partition("/")
    period = blank("dct:PeriodOfTime")
    period.add("dcat:startDate", moment(begin))
    period.add("dcat:endDate", moment(end if slash else begin))
    if not period.statements:
        return None
    period.add("rdfs:label", builder.text(writable_line(entry.description)))
    return period
