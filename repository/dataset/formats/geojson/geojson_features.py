"""Places of a dataset as a GeoJSON feature collection, and those of many datasets as one.

Source: RFC 7946, sections 3.2 (Feature) and 3.3 (FeatureCollection).
"""

from collections.abc import Iterable, Iterator
from typing import Any

from repository.dataset.description import DescribedPlace, Publication
from repository.dataset.formats.citation import csl, person_names
from repository.dataset.formats.iso_dates import first_date
from repository.dataset.formats.plain_text import one_line

Json = dict[str, Any]


def geojson(publication: Publication) -> Json:
    """Return a FeatureCollection with a feature for each place; one without a geometry is unlocated."""
    return {"type": "FeatureCollection", "features": list(features(publication))}


def features(publication: Publication) -> Iterator[Json]:
    """Yield the places of a dataset, each with what the dataset is and who made it."""
    for number, place in enumerate(publication.description.places, 1):
        yield {
            "type": "Feature",
            "id": f"{publication.url}#place-{number}",
            "geometry": dict(place.geometry) if place.geometry else None,
            "properties": {**_place(place), **_dataset(publication)},
        }


def all_features(publications: Iterable[Publication]) -> Iterator[Json]:
    """Yield the places of all `publications`, one dataset after another."""
    for publication in publications:
        yield from features(publication)


def _place(place: DescribedPlace) -> Json:
    identifiers = [{"scheme": i.scheme, "identifier": i.identifier} for i in place.identifiers]
    members = {"place": place.place, "description": place.description, "identifiers": identifiers}
    return {name: value for name, value in members.items() if value}


def _dataset(publication: Publication) -> Json:
    description = publication.description
    return {
        "title": one_line(description.title),
        "creators": [person_names.display_name(agent) for agent in description.creators],
        "publication_date": first_date(description.publication_date),
        "url": csl.address(publication),
    }
