"""Wire shapes of affiliations and funders (InvenioRDM contract, section 1.10)."""

from marshmallow import Schema, fields, validate

from repository.core.web.shared_schemas import Links, NoQuery, WholeNumber


class OrganisationsQuery(NoQuery):
    """`suggest` and `q`: beginnings of words in names, in any language and order, or an identifier."""

    q = fields.String(load_default=None, validate=validate.Length(max=200))
    suggest = fields.String(load_default=None, validate=validate.Length(max=200))
    page = WholeNumber(load_default=1, validate=validate.Range(min=1, max=10_000))
    size = WholeNumber(load_default=25, validate=validate.Range(min=1, max=100))


class OrganisationIdShape(Schema):
    identifier = fields.String(required=True)
    scheme = fields.String(required=True)


class OrganisationShape(Schema):
    """An organisation by its ROR id, with its names by language."""

    id = fields.String(required=True)
    name = fields.String(required=True)
    title = fields.Dict(keys=fields.String(), values=fields.String(), required=True)
    acronym = fields.String()
    aliases = fields.List(fields.String())
    identifiers = fields.List(fields.Nested(OrganisationIdShape), required=True)
    country = fields.String(metadata={"description": "ISO 3166-1 alpha-2"})
    country_name = fields.String()
    location_name = fields.String()
    domains = fields.List(fields.String())
    status = fields.String(required=True)
    types = fields.List(fields.String())
    links = fields.Nested(Links, required=True)


class OrganisationHits(Schema):
    hits = fields.List(fields.Nested(OrganisationShape), required=True)
    total = fields.Integer(required=True)


class OrganisationListShape(Schema):
    """A page of organisations; `version` names the list of ROR that they are from."""

    hits = fields.Nested(OrganisationHits, required=True)
    sortBy = fields.String(required=True)  # noqa: N815 - the contract's name
    page = fields.Integer(required=True)
    version = fields.String(allow_none=True)
    links = fields.Dict(keys=fields.String(), values=fields.String(), required=True)
