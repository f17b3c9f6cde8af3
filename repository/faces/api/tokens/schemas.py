"""Wire shapes of accounts."""

from marshmallow import Schema, fields, validate

from repository.core.actor import GRANTABLE
from repository.core.web.shared_schemas import WholeNumber


class TokenRequest(Schema):
    """A token to issue; without `scopes` it may do everything its owner may."""

    name = fields.String(
        load_default="",
        validate=[validate.Length(max=100), validate.ContainsNoneOf("\x00", error="NUL cannot be kept.")],
    )
    scopes = fields.List(
        fields.String(validate=validate.OneOf([scope.value for scope in GRANTABLE])),
        load_default=lambda: [scope.value for scope in GRANTABLE],
        validate=validate.Length(min=1, max=20),
    )
    days = WholeNumber(load_default=None, validate=validate.Range(min=1, max=3_650))


class TokenShape(Schema):
    """A token without its secret, but in the reply that issues it."""

    id = fields.String(required=True)
    name = fields.String(required=True)
    scopes = fields.List(fields.String(), required=True)
    created = fields.DateTime(required=True)
    expires = fields.DateTime(allow_none=True)
    token = fields.String(metadata={"description": "The secret; shown once."})


class TokenHits(Schema):
    hits = fields.List(fields.Nested(TokenShape), required=True)
    total = fields.Integer(required=True)


class TokenListShape(Schema):
    hits = fields.Nested(TokenHits, required=True)
