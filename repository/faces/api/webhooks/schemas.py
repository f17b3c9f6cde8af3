"""Wire shapes of webhooks; a secret is in the reply that makes it, and in no other."""

from marshmallow import Schema, fields, validate

from repository.core.web.shared_schemas import NoQuery, WholeNumber


class WebhookRequest(Schema):
    """An address, and the kinds of facts that it is told."""

    url = fields.String(required=True, validate=validate.Length(min=1, max=2_000))
    kinds = fields.List(fields.String(), required=True, validate=validate.Length(min=1, max=100))


class HookDeliveryQuery(NoQuery):
    """`before` is the id after which the list goes on."""

    before = WholeNumber(load_default=None, validate=validate.Range(min=1, max=(1 << 63) - 1))
    size = WholeNumber(load_default=25, validate=validate.Range(min=1, max=100))


class HookDeliveryShape(Schema):
    """A fact that was posted or waits, with the last answer."""

    id = fields.String(required=True)
    kind = fields.String(required=True)
    subject = fields.String(required=True)
    time = fields.DateTime(required=True)
    state = fields.String(required=True)
    attempts = fields.Integer(required=True)
    tried = fields.DateTime(required=True, allow_none=True)
    status = fields.Integer(required=True, allow_none=True)
    answer = fields.String(required=True)


class WebhookShape(Schema):
    id = fields.String(required=True)
    url = fields.String(required=True)
    kinds = fields.List(fields.String(), required=True)
    created = fields.DateTime(required=True)
    last = fields.Nested(HookDeliveryShape, required=True, allow_none=True)
    secret = fields.String(metadata={"description": "Signs what is posted; shown once."})


class WebhookListShape(Schema):
    hits = fields.List(fields.Nested(WebhookShape), required=True)
    kinds = fields.List(fields.String(), required=True, metadata={"description": "All that there are."})


class HookDeliveryListShape(Schema):
    hits = fields.List(fields.Nested(HookDeliveryShape), required=True)
