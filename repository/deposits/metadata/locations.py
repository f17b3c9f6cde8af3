"""Where on Earth the data belong: geometry, names and identifiers of places."""

from typing import Any

from marshmallow import ValidationError, fields

from repository.dataset.schemes import OF_PLACES
from repository.deposits.metadata.fields import NAME, InlineText, Kept, Several, Shape
from repository.deposits.metadata.geojson import TYPES, faults_of
from repository.deposits.metadata.related_works import Distinct, Identified, SchemeName

_EMPTY = "At least one of ['geometry', 'place', 'identifiers', 'description'] should be present."


class Geometry(fields.Dict):
    """A GeoJSON geometry, stored unchanged."""

    def __init__(self) -> None:
        about = {
            "description": "GeoJSON geometry (RFC 7946), longitude before latitude",
            "properties": {"type": {"type": "string", "enum": list(TYPES)}},
            "required": ["type"],
        }
        super().__init__(metadata=about)

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> Any:
        faults = faults_of(value)
        if faults:
            raise ValidationError(faults)
        return super()._deserialize(value, attr, data, **kwargs)  # type: ignore[no-untyped-call]


class PlaceIdentifierSchema(Identified):
    """An identifier of a place."""

    schemes = OF_PLACES
    scheme = SchemeName(OF_PLACES)


class PlaceSchema(Shape):
    """One place or region."""

    geometry = Geometry()
    place = InlineText(most=NAME)
    description = InlineText()
    identifiers = Distinct(PlaceIdentifierSchema, most=100)
    centroid = Kept()

    def settle(self, data: dict[str, Any]) -> dict[str, Any]:
        if not any(data.values()):
            raise ValidationError(_EMPTY, "locations")
        return data


class LocationsSchema(Shape):
    """All places of a dataset."""

    features = Several(PlaceSchema, most=1_000)
