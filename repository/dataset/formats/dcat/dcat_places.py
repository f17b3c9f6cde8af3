"""Where and when a dataset is about, in the terms of DCAT-AP: geometry as WKT, periods with their ends."""

from repository.dataset.description import DateOf, DescribedPlace
from repository.dataset.formats import bounding_boxes, identifier_urls
from repository.dataset.formats.datacite.datacite_terms import said
from repository.dataset.formats.dcat.dcat_terms import DATES, PERIODS, Telling, moment
from repository.dataset.formats.rdf.triples import Literal, Resource, blank, iri

MOST_POSITIONS = 500
"""Positions of a geometry that is told in full; of a longer one only the box, for a catalogue is no data file."""

_WKT = "geo:wktLiteral"


def tell_coverage(telling: Telling) -> None:
    """Places, periods, and the other dates of the dataset's life."""
    description, dataset = telling.publication.description, telling.dataset
    dataset.say("dct:spatial", *(_location(telling, place) for place in description.places))
    for dated in description.dates:
        if dated.type.id in PERIODS:
            dataset.say("dct:temporal", _period(telling, dated))
        elif dated.type.id in DATES:
            dataset.say(DATES[dated.type.id], moment(dated.date))


def _location(telling: Telling, place: DescribedPlace) -> Resource | None:
    """Without an address even where a gazetteer has one: two shapes of one place would read as one with two boxes."""
    location = blank("dct:Location")
    location.say("skos:prefLabel", telling.text(said(place.place)))
    location.say("rdfs:comment", telling.text(said(place.description)))
    location.say(
        "rdfs:seeAlso", *(iri(identifier_urls.link_to(each.scheme, each.identifier)) for each in place.identifiers)
    )
    if place.geometry:
        _tell_geometry(location, place.geometry)
    return location if location.statements else None


def _tell_geometry(location: Resource, geometry: bounding_boxes.Geometry) -> None:
    around, text = bounding_boxes.box(geometry), bounding_boxes.wkt(geometry, MOST_POSITIONS)
    if around is not None and around.wkt:
        location.say("dcat:bbox", Literal(around.wkt, None, _WKT))
    if text is None:
        return
    if geometry["type"] == "Point":
        location.say("dcat:centroid", Literal(text, None, _WKT))
    shape = blank("locn:Geometry")
    shape.say("geo:asWKT", Literal(text, None, _WKT))
    location.say("locn:geometry", shape)


def _period(telling: Telling, dated: DateOf) -> Resource | None:
    begin, slash, end = dated.date.partition("/")
    period = blank("dct:PeriodOfTime")
    period.say("dcat:startDate", moment(begin))
    period.say("dcat:endDate", moment(end if slash else begin))
    if not period.statements:
        return None
    period.say("rdfs:label", telling.text(said(dated.description)))
    return period
