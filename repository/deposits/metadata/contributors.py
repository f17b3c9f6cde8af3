"""Creators and contributors: people and organisations, their identifiers and affiliations."""

from collections.abc import Iterator, Mapping
from typing import Any

from marshmallow import ValidationError, fields
from marshmallow.validate import OneOf

from repository.core.errors import FieldError
from repository.dataset.schemes import OF_ORGANISATIONS, OF_PEOPLE, detect, is_valid, misspelt, normalise
from repository.dataset.vocabularies import Vocabularies
from repository.deposits.metadata.alternate_names import (
    MOST_NAMES,
    AlternateNameSchema,
    OrganisationNameSchema,
    named_alike,
    with_one_name_each,
    with_parts,
)
from repository.deposits.metadata.fields import ID, NAME, REQUIRED, Kept, Plain, Several, Shape, term
from repository.deposits.metadata.html_texts import tidy
from repository.deposits.metadata.organisation_names import OrganisationNames, named_parts
from repository.deposits.metadata.related_works import Distinct, Identified, SchemeName

KINDS = ("organizational", "personal")
_NO_NAME = "Identifiers alone do not say how the organisation is called."
_MADE_NAME = "The name of a person is made of its parts: {name}."
_ONE_NAME = "An organisation has one name; this part of it is not kept."
_FUNDER_PREFIX = "10.13039/"
_NO_KIND = f"Invalid value. Choose one of {list(KINDS)}."


class PersonIdentifierSchema(Identified):
    """An identifier of a person or an organisation."""

    schemes = OF_PEOPLE
    scheme = SchemeName(OF_PEOPLE)


class OrganisationIdentifierSchema(Identified):
    """An identifier of an organisation, beside its ROR id or instead of it."""

    schemes = OF_ORGANISATIONS
    scheme = SchemeName(OF_ORGANISATIONS)

    def settle(self, data: dict[str, Any]) -> dict[str, Any]:
        if "scheme" not in data and _FUNDER_PREFIX in data.get("identifier", ""):
            data = {**data, "scheme": "crossreffunderid"}  # else its address would be a mere address
        return super().settle(data)


class AffiliationSchema(Shape):
    """The organisation of a creator or contributor: a name, a ROR id, or both."""

    id = Plain(most=ID, metadata={"description": "ROR id, bare or as an address"})
    name = Plain(most=NAME)
    alternate_names = Several(OrganisationNameSchema, most=MOST_NAMES)
    title = Kept()
    acronym = Kept()
    identifiers = Distinct(OrganisationIdentifierSchema, most=100)

    def settle(self, data: dict[str, Any]) -> dict[str, Any]:
        if not data.keys() & {"id", "name", "identifiers"}:
            raise ValidationError("An existing id or a free text name must be present.", "affiliations")
        return with_organisation_id(with_one_name_each(data))


def with_organisation_id(data: dict[str, Any]) -> dict[str, Any]:
    """Return `data` with a bare ROR id, which may stand among its other identifiers.

    Beside a name, an id of another list stands among them too.
    """
    if "id" not in data:
        rors = [entry["identifier"] for entry in data.get("identifiers", ()) if entry["scheme"] == "ror"]
        return {"id": rors[0], **data} if rors else data
    if is_valid("ror", data["id"]):
        return {**data, "id": normalise("ror", data["id"])}
    if not _may_be_another_s(data):
        raise ValidationError(f"Invalid value {data['id']}.", "id")
    others = data.get("identifiers", [])
    known = {entry["identifier"] for entry in others}
    entry = _identifier_of(data["id"])
    more = [] if entry["identifier"] in known else [entry]
    # a ROR id among its identifiers takes the place of the other one
    return with_organisation_id({n: data[n] for n in data if n != "id"} | {"identifiers": [*others, *more]})


def _may_be_another_s(data: Mapping[str, Any]) -> bool:
    """Return whether the id may be one of another list than ROR; without a name only a funder has one."""
    if _FUNDER_PREFIX in data["id"] and is_valid("crossreffunderid", data["id"]):
        return True
    return "name" in data and not misspelt(data["id"], ("ror",)) and is_valid("other", data["id"])


def _identifier_of(text: str) -> dict[str, str]:
    """Return an id of any list as an identifier."""
    if _FUNDER_PREFIX in text and is_valid("crossreffunderid", text):
        scheme = "crossreffunderid"
    else:
        scheme = detect(text, OF_ORGANISATIONS) or "other"
    return {"scheme": scheme, "identifier": normalise(scheme, text)}


def with_names(metadata: dict[str, Any], names: OrganisationNames) -> dict[str, Any]:
    """Return `metadata` in which affiliations and funders without a name have the one that `names` knows."""
    for _, _, organisation in _organisations(metadata) if names else ():
        if "name" not in organisation:
            organisation.update(named_parts(organisation, names))
    return metadata


def nameless_organisations(metadata: Mapping[str, Any], vocabularies: Vocabularies) -> Iterator[FieldError]:
    """Yield a fault for every organisation without a name whose id no list of this repository knows."""
    for place, kind, organisation in _organisations(metadata):
        known = vocabularies.title(kind, organisation.get("id", "")) is not None
        if "name" not in organisation and not known:
            yield FieldError.of(f"{place}.name", REQUIRED, _NO_NAME)


def unkept_names(sent: Mapping[str, Any], normal: Mapping[str, Any]) -> Iterator[FieldError]:
    """Yield, without harm to publication, the names that are not kept beside the parts of a person's name.

    `sent` and `normal` have the same people in the same order.
    """
    for role in normal.keys() & {"creators", "contributors"}:
        for index, (agent, kept) in enumerate(zip(sent[role], normal[role], strict=True)):
            place, before, after = (
                f"metadata.{role}.{index}.person_or_org",
                agent["person_or_org"],
                kept["person_or_org"],
            )
            if after["type"] == "personal":
                name = tidy(before.get("name") or "")
                if name and name != after["name"]:
                    yield FieldError(f"{place}.name", (_MADE_NAME.format(name=after["name"]),), harmless=True)
            else:
                parts = (part for part in ("family_name", "given_name") if (before.get(part) or "").strip())
                yield from (FieldError(f"{place}.{part}", (_ONE_NAME,), harmless=True) for part in parts)


def _organisations(metadata: Mapping[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for role in ("creators", "contributors"):
        for index, agent in enumerate(metadata.get(role, ())):
            for number, affiliation in enumerate(agent.get("affiliations", ())):
                yield f"metadata.{role}.{index}.affiliations.{number}", "affiliations", affiliation
    for index, funding in enumerate(metadata.get("funding", ())):
        yield f"metadata.funding.{index}.funder", "funders", funding["funder"]


class PersonOrOrganizationSchema(Shape):
    """A person or an organisation; the name of a person is made from its parts."""

    type = Plain(OneOf(KINDS, error=_NO_KIND), required=True, error_messages={"required": _NO_KIND})
    name = Plain(most=2 * NAME + 2, metadata={"description": "required of an organisation"})
    family_name = Plain(most=NAME, metadata={"description": "required of a person"})
    given_name = Plain(most=NAME)
    alternate_names = Several(AlternateNameSchema, most=MOST_NAMES)
    identifiers = Several(PersonIdentifierSchema, most=100)

    def settle(self, data: dict[str, Any]) -> dict[str, Any]:
        schemes = [identifier["scheme"] for identifier in data.get("identifiers", ())]
        if len(schemes) != len(set(schemes)):
            raise ValidationError("Only one identifier per scheme is allowed.", "identifiers")
        return named_alike(with_parts(data, is_person=data["type"] == "personal"))


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
