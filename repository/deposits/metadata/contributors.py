"""Creators and contributors: people and organisations, their identifiers and affiliations."""

from typing import Any

from marshmallow import ValidationError, fields
from marshmallow.validate import OneOf

from repository.dataset.schemes import OF_PEOPLE, is_valid, normalise
from repository.deposits.metadata.fields import ID, NAME, Plain, Several, Shape, term
from repository.deposits.metadata.related_works import Identified, SchemeName

KINDS = ("organizational", "personal")
_NO_KIND = f"Invalid value. Choose one of {list(KINDS)}."


class PersonIdentifierSchema(Identified):
    """An identifier of a person or an organisation."""

    schemes = OF_PEOPLE
    scheme = SchemeName(OF_PEOPLE)


class AffiliationSchema(Shape):
    """The organisation of a creator or contributor: a name, a ROR id, or both."""

    id = Plain(most=ID, metadata={"description": "ROR id, bare or as an address"})
    name = Plain(most=NAME)
    title = fields.Raw(dump_only=True)
    acronym = fields.Raw(dump_only=True)
    identifiers = fields.Raw(dump_only=True)

    def settle(self, data: dict[str, Any]) -> dict[str, Any]:
        if not data:
            raise ValidationError("An existing id or a free text name must be present.", "affiliations")
        return with_organisation_id(data)


def with_organisation_id(data: dict[str, Any]) -> dict[str, Any]:
    """Return `data` with a bare ROR id; keep a name beside it, because there is no list of organisations."""
    if "id" not in data:
        return data
    if not is_valid("ror", data["id"]):
        raise ValidationError(f"Invalid value {data['id']}.", "id")
    return {**data, "id": normalise("ror", data["id"])}


class PersonOrOrganizationSchema(Shape):
    """A person or an organisation; the name of a person is made from its parts."""

    type = Plain(OneOf(KINDS, error=_NO_KIND), required=True, error_messages={"required": _NO_KIND})
    name = Plain(most=2 * NAME + 2, metadata={"description": "required of an organisation"})
    family_name = Plain(most=NAME, metadata={"description": "required of a person"})
    given_name = Plain(most=NAME)
    identifiers = Several(PersonIdentifierSchema, most=100)

    def settle(self, data: dict[str, Any]) -> dict[str, Any]:
        schemes = [identifier["scheme"] for identifier in data.get("identifiers", ())]
        if len(schemes) != len(set(schemes)):
            raise ValidationError("Only one identifier per scheme is allowed.", "identifiers")
        return _person(data) if data["type"] == "personal" else _organisation(data)


def _person(data: dict[str, Any]) -> dict[str, Any]:
    if "family_name" not in data:
        raise ValidationError("Family name cannot be blank.", "family_name")
    parts = (data["family_name"], data.get("given_name"))
    return {**data, "name": ", ".join(part for part in parts if part)}


def _organisation(data: dict[str, Any]) -> dict[str, Any]:
    if "name" not in data:
        raise ValidationError("Name cannot be blank.", "name")
    return {name: data[name] for name in data if name not in ("family_name", "given_name")}


class CreatorSchema(Shape):
    """A person or organisation that made the dataset."""

    person_or_org = fields.Nested(PersonOrOrganizationSchema, required=True)
    role = term("creatorsroles")
    affiliations = Several(AffiliationSchema, most=100)

    def settle(self, data: dict[str, Any]) -> dict[str, Any]:
        keys = [(affiliation.get("id"), affiliation.get("name")) for affiliation in data.get("affiliations", ())]
        if len(keys) != len(set(keys)):
            raise ValidationError("Duplicate affiliations are not allowed.", "affiliations")
        return data


class ContributorSchema(CreatorSchema):
    """A person or organisation that helped to make the dataset, with its role."""

    role = term("contributorsroles", required=True)
