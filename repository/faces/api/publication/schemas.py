"""Wire shapes of withdrawals and communities; the verb reads a withdrawal itself."""

from marshmallow import EXCLUDE, Schema, fields, validate

MOST_COMMUNITIES = 10
"""in one request, as in InvenioRDM"""
_A_NAME = {"description": "The id of a community, or its slug."}


class ReasonShape(Schema):
    id = fields.String(required=True, metadata={"description": "A term of the vocabulary removalreasons."})


class CommunityNamed(Schema):
    """A community; `comment` and `require_review` of the contract have no effect, for nobody reviews here."""

    class Meta:
        unknown = EXCLUDE

    id = fields.String(required=True, metadata=_A_NAME)


class CommunitiesBody(Schema):
    class Meta:
        unknown = EXCLUDE

    communities = fields.List(
        fields.Nested(CommunityNamed), required=True, validate=validate.Length(min=1, max=MOST_COMMUNITIES)
    )


class DefaultCommunityBody(Schema):
    class Meta:
        unknown = EXCLUDE

    default = fields.String(required=True, metadata=_A_NAME)


class ProcessedShape(Schema):
    """What was done, in the contract's shape."""

    processed = fields.List(fields.Dict(keys=fields.String(), values=fields.String()), required=True)


class WithdrawalBody(Schema):
    removal_reason = fields.Nested(ReasonShape, required=True)
    note = fields.String()
    citation_text = fields.String()
    is_visible = fields.Boolean(load_default=True)
