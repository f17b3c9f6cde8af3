"""Wire shapes of withdrawals and communities, for the API's description; the verbs' modules read them."""

from marshmallow import Schema, fields, validate


class ReasonShape(Schema):
    id = fields.String(required=True, metadata={"description": "A term of the vocabulary removalreasons."})


class CommunityNamed(Schema):
    id = fields.String(required=True)


class CommunitiesBody(Schema):
    communities = fields.List(fields.Nested(CommunityNamed), required=True, validate=validate.Length(equal=1))


class ProcessedShape(Schema):
    """What was done, in the contract's shape."""

    processed = fields.List(fields.Dict(keys=fields.String(), values=fields.String()), required=True)


class WithdrawalBody(Schema):
    removal_reason = fields.Nested(ReasonShape, required=True)
    note = fields.String()
    citation_text = fields.String()
    is_visible = fields.Boolean(load_default=True)
