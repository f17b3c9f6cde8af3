"""Who paid for the work, and under which award."""

import re
from typing import Any

from marshmallow import ValidationError, fields

from repository.dataset.schemes import is_valid
from repository.deposits.metadata.contributors import OrganisationIdentifierSchema, with_organisation_id
from repository.deposits.metadata.fields import ID, NAME, Kept, Plain, Shape, Translations
from repository.deposits.metadata.related_works import Distinct, Identified, SchemeName

_AWARD_ID = re.compile(r"(?P<funder>[^:\s]+)::(?P<number>\S+)")
OF_AWARDS = ("doi", "cstr", "url", "urn", "handle", "ark", "other")


class FunderSchema(Shape):
    """An organisation that pays: a name, a ROR id, or both."""

    id = Plain(most=ID, metadata={"description": "ROR id, bare or as an address"})
    name = Plain(most=NAME)
    title = Kept()
    country = Kept()
    country_name = Kept()
    identifiers = Distinct(OrganisationIdentifierSchema, most=100)

    def settle(self, data: dict[str, Any]) -> dict[str, Any]:
        if not data.keys() & {"id", "name", "identifiers"}:
            raise ValidationError("An existing id or a free text name must be present.", "funder")
        return with_organisation_id(data)


class AwardIdentifierSchema(Identified):
    """An identifier of an award."""

    schemes = OF_AWARDS
    scheme = SchemeName(OF_AWARDS)


class AwardSchema(Shape):
    """A grant: an id, a number, a title, or several of them."""

    id = Plain(most=ID, metadata={"description": "ROR id of the funder, two colons, number"})
    number = Plain(most=NAME)
    title = Translations()
    acronym = Plain(most=NAME)
    program = Plain(most=NAME)
    identifiers = Distinct(AwardIdentifierSchema, most=100)
    funder = Kept()
    icon = Kept()
    disclaimer = Kept()
    description = Kept()
    subjects = Kept()
    organizations = Kept()
    start_date = Kept()
    end_date = Kept()

    def settle(self, data: dict[str, Any]) -> dict[str, Any]:
        if not data.keys() & {"id", "number", "title"}:
            raise ValidationError("An existing id or either number or title must be present.", "award")
        if "id" in data and not data.keys() & {"number", "title"} and not _is_award_id(data["id"]):
            raise ValidationError(f"Invalid value {data['id']}.", "id")
        return data


def _is_award_id(text: str) -> bool:
    award = _AWARD_ID.fullmatch(text)
    return award is not None and is_valid("ror", award["funder"])


class FundingSchema(Shape):
    """One source of money."""

    funder = fields.Nested(FunderSchema, required=True)
    award = fields.Nested(AwardSchema)
