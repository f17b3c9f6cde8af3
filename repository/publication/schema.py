"""Wire shapes of withdrawals, for the API's description; `withdraw.read_epitaph` reads them."""

from marshmallow import Schema, fields


class ReasonShape(Schema):
    id = fields.String(required=True, metadata={"description": "A term of the vocabulary removalreasons."})


class WithdrawalBody(Schema):
    removal_reason = fields.Nested(ReasonShape, required=True)
    note = fields.String()
    citation_text = fields.String()
    is_visible = fields.Boolean(load_default=True)
