"""Wire shapes of names (InvenioRDM contract, section 1.10)."""

from marshmallow import Schema, fields, validate

from repository.core.web.shared_schemas import NoQuery, WholeNumber


class NamesQuery(NoQuery):
    """`q` or `suggest`: the beginning of a name, user name or ORCID iD."""

    q = fields.String(load_default="", validate=validate.Length(max=200))
    suggest = fields.String(load_default="", validate=validate.Length(max=200))
    page = WholeNumber(load_default=1, validate=validate.Range(min=1, max=100))
    size = WholeNumber(load_default=25, validate=validate.Range(min=1, max=100))


class NameIdShape(Schema):
    identifier = fields.String(required=True)
    scheme = fields.String(required=True)


class NameAffiliationShape(Schema):
    id = fields.String()
    name = fields.String()


class NameShape(Schema):
    """A person as a creator: parts of a name that has a comma, and a proved ORCID iD."""

    id = fields.String(required=True)
    internal_id = fields.String(metadata={"description": "of people here; absent of those from ORCID"})
    name = fields.String(required=True)
    family_name = fields.String()
    given_name = fields.String()
    identifiers = fields.List(fields.Nested(NameIdShape), required=True)
    affiliations = fields.List(fields.Nested(NameAffiliationShape), required=True)


class NameHits(Schema):
    hits = fields.List(fields.Nested(NameShape), required=True)
    total = fields.Integer(required=True)


class NameListShape(Schema):
    hits = fields.Nested(NameHits, required=True)
    sortBy = fields.String(required=True)  # noqa: N815 - the contract's name
    page = fields.Integer(required=True)
    unavailable = fields.List(fields.String(), metadata={"description": "Registers that do not answer right now."})
