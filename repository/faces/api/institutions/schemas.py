"""Wire shapes of institutions; those of their members are the ones of teams."""

from marshmallow import Schema, fields, validate

from repository.core.web.shared_schemas import Links, NoQuery, WholeNumber

NO_NUL = validate.ContainsNoneOf("\x00", error="NUL cannot be kept.")


class InstitutionRequest(Schema):
    """An organisation of ROR; without `name` the one that ROR shows."""

    id = fields.String(required=True, validate=[validate.Length(min=1, max=100), NO_NUL])
    name = fields.String(load_default="", validate=[validate.Length(max=400), NO_NUL])


class InstitutionRulesRequest(Schema):
    """By which domains of addresses and by which entitlements people belong to an institution, and by no others."""

    domains = fields.List(fields.String(validate=[validate.Length(max=200), NO_NUL]), load_default=None)
    entitlements = fields.List(fields.String(validate=[validate.Length(max=500), NO_NUL]), load_default=None)


class InstitutionsQuery(NoQuery):
    """`after`: the number of the last institution of the page before."""

    after = WholeNumber(load_default=0, validate=validate.Range(min=0, max=(1 << 63) - 1))
    size = WholeNumber(load_default=25, validate=validate.Range(min=1, max=1_000))


class InstitutionShape(Schema):
    """An institution; the rules are shown to those who manage it."""

    id = fields.String(required=True)
    name = fields.String(required=True)
    created = fields.DateTime(required=True)
    is_member = fields.Boolean(required=True)
    domains = fields.List(fields.String())
    entitlements = fields.List(fields.String())
    links = fields.Nested(Links, required=True)


class InstitutionHits(Schema):
    hits = fields.List(fields.Nested(InstitutionShape), required=True)
    total = fields.Integer(required=True)


class InstitutionListShape(Schema):
    """One page of institutions; `total` counts those that are listed, ``links.next`` leads on."""

    hits = fields.Nested(InstitutionHits, required=True)
    links = fields.Nested(Links, required=True)
