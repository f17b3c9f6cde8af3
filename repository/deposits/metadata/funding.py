"""Who paid for the work, and under which award."""

import re
from typing import Any

from marshmallow import ValidationError, fields

from repository.dataset.schemes import is_valid
from repository.deposits.metadata.contributors import with_organisation_id
from repository.deposits.metadata.fields import ID, NAME, Plain, Several, Shape, Translations
from repository.deposits.metadata.related_works import Identified, SchemeName

_AWARD_ID = re.compile(r"(?P<funder>[^:\s]+)::(?P<number>\S+)")
OF_AWARDS = ("doi", "cstr", "url", "urn", "handle", "ark", "other")


class FunderSchema(Shape):
    """An organisation that pays: a name, a ROR id, or both."""

    id = Plain(most=ID, metadata={"description": "ROR id, bare or as an address"})
    name = Plain(most=NAME)
    title = fields.Raw(dump_only=True)
    country = fields.Raw(dump_only=True)
    country_name = fields.Raw(dump_only=True)
    identifiers = fields.Raw(dump_only=True)

    def settle(self, data: dict[str, Any]) -> dict[str, Any]:
        if not data:
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
    identifiers = Several(AwardIdentifierSchema, most=100)
    funder = fields.Raw(dump_only=True)
    icon = fields.Raw(dump_only=True)
    disclaimer = fields.Raw(dump_only=True)
    description = fields.Raw(dump_only=True)
    subjects = fields.Raw(dump_only=True)
    organizations = fields.Raw(dump_only=True)
    start_date = fields.Raw(dump_only=True)
    end_date = fields.Raw(dump_only=True)

    def settle(self, data: dict[str, Any]) -> dict[str, Any]:
        if not data.keys() & {"id", "number", "title"}:
            raise ValidationError("An existing id or either number or title must be present.", "award")
        if "id" in data and not _is_award_id(data["id"]):
            raise ValidationError(f"Invalid value {data['id']}.", "id")
        return data


def _is_award_id(text: str) -> bool:
    award = _AWARD_ID.fullmatch(text)
    return award is not None and is_valid("ror", award["funder"])


class FundingSchema(Shape):
    """One source of money."""

    funder = fields.Nested(FunderSchema, required=True)
    award = fields.Nested(AwardSchema)
