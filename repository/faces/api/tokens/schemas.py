"""Wire shapes of accounts."""

from marshmallow import Schema, fields, validate

from repository.core.actor import GRANTABLE
from repository.core.web.shared_schemas import WholeNumber

NO_DRAFT = "There is no such draft."


class TokenRequest(Schema):
    """A token to issue; without `scopes` it may do everything its owner may.

    With `draft` it works for the dataset of this draft alone: to read it, and to change its draft and files.
    """

    name = fields.String(
        load_default="",
        validate=[validate.Length(max=100), validate.ContainsNoneOf("\x00", error="NUL cannot be kept.")],
    )
    scopes = fields.List(
        fields.String(validate=validate.OneOf([scope.value for scope in GRANTABLE])),
        load_default=None,
        validate=validate.Length(min=1, max=20),
    )
    draft = fields.String(load_default=None, validate=validate.Regexp("[1-9][0-9]{0,17}$", error=NO_DRAFT))
    days = WholeNumber(load_default=None, validate=validate.Range(min=1, max=3_650))


class ScopeShape(Schema):
    """What a scope lets do, in words."""

    scope = fields.String(required=True)
    en = fields.String(required=True)
    zh = fields.String(required=True)


class TokenShape(Schema):
    """A token without its secret, but in the reply that issues it."""

    id = fields.String(required=True)
    name = fields.String(required=True)
    scopes = fields.List(fields.String(), required=True)
    scope_words = fields.List(fields.Nested(ScopeShape), required=True)
    dataset = fields.String(
        required=True, allow_none=True, metadata={"description": "The id of the only dataset that it works for."}
    )
    last_used = fields.DateTime(required=True, allow_none=True, metadata={"description": "Right to a few minutes."})
    created = fields.DateTime(required=True)
    expires = fields.DateTime(allow_none=True)
    token = fields.String(metadata={"description": "The secret; shown once."})


class TokenHits(Schema):
    hits = fields.List(fields.Nested(TokenShape), required=True)
    total = fields.Integer(required=True)


class TokenListShape(Schema):
    hits = fields.Nested(TokenHits, required=True)


class AllotmentShape(Schema):
    """How much of something one has, and may have at most; null for any amount."""

    used = fields.Integer(required=True)
    limit = fields.Integer(required=True, allow_none=True)


class QuotaShape(Schema):
    """What one has in drafts: their number, and the bytes of files sent into them."""

    drafts = fields.Nested(AllotmentShape, required=True)
    draft_bytes = fields.Nested(AllotmentShape, required=True)
