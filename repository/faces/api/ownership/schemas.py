"""Wire shapes of offers of ownership."""

from marshmallow import Schema, fields, validate

from repository.core.web.shared_schemas import NoQuery, WholeNumber

LONGEST_MESSAGE = 3_000


class SubjectBody(Schema):
    """A subject as grants name it: a ``user`` by the id of the account."""

    type = fields.String(required=True, validate=validate.OneOf(["user", "group", "role"]))
    id = fields.String(required=True, validate=validate.Length(min=1, max=40))


class OfferBody(Schema):
    """An offer; with `stays_manager` the owner keeps managing the dataset."""

    subject = fields.Nested(SubjectBody, required=True)
    message = fields.String(
        load_default="",
        validate=[
            validate.Length(max=LONGEST_MESSAGE),
            validate.ContainsNoneOf("\x00", error="Control or unreadable characters are not allowed."),
        ],
    )
    stays_manager = fields.Boolean(load_default=False, truthy={True}, falsy={False})


class OffersQuery(NoQuery):
    """`page` from 1, `size` up to 100."""

    page = WholeNumber(load_default=1, validate=validate.Range(min=1, max=100))
    size = WholeNumber(load_default=25, validate=validate.Range(min=1, max=100))


class OfferShape(Schema):
    """An offer as who offers and who receives see it."""

    id = fields.String(required=True)
    status = fields.String(required=True)
    dataset = fields.String(required=True)
    offered_by = fields.Dict(keys=fields.String(), values=fields.String(), required=True)
    subject = fields.Dict(keys=fields.String(), values=fields.String(), required=True)
    message = fields.String(required=True)
    stays_manager = fields.Boolean(required=True)
    created = fields.DateTime(required=True)
    expires_at = fields.DateTime(allow_none=True)
    links = fields.Dict(keys=fields.String(), values=fields.String(), required=True)


class OfferListShape(Schema):
    """A page of offers, without their number."""

    hits = fields.Dict(keys=fields.String(), required=True)
    links = fields.Dict(keys=fields.String(), values=fields.String(), required=True)
