"""Schemas that several routes share."""

from marshmallow import EXCLUDE, Schema, fields, validate


class FieldErrorShape(Schema):
    field = fields.String(required=True)
    messages = fields.List(fields.String(), required=True)
    severity = fields.String(metadata={"description": "``warning`` for a fault of a draft that stops nothing"})


class ProblemShape(Schema):
    """Every error."""

    status = fields.Integer(required=True)
    message = fields.String(required=True)
    request_id = fields.String(required=True)
    errors = fields.List(fields.Nested(FieldErrorShape))


class NoQuery(Schema):
    """Unknown parameters are ignored, as the InvenioRDM contract wants."""

    class Meta:
        unknown = EXCLUDE


class PageQuery(NoQuery):
    """`page` from 1, `size` up to 1000; together at most the first 10,000."""

    page = fields.Integer(load_default=1, validate=validate.Range(min=1, max=10_000))
    size = fields.Integer(load_default=25, validate=validate.Range(min=1, max=1_000))


class Links(Schema):
    """Absolute URLs by name."""

    self = fields.Url(required=True, require_tld=False)

    class Meta:
        unknown = EXCLUDE
