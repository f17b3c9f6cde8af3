"""Wire shapes of registrations."""

from marshmallow import Schema, fields, validate

from repository.core.web.shared_schemas import NoQuery, WholeNumber
from repository.identifiers.model import RegistrationState


class RegistrationShape(Schema):
    """An identifier and how far its registration is."""

    id = fields.Integer(required=True)
    scheme = fields.String(required=True)
    identifier = fields.String(required=True)
    owner = fields.String(required=True, metadata={"description": "The id of the version or concept that has it."})
    registrar = fields.String(required=True)
    state = fields.String(required=True, validate=validate.OneOf([state.value for state in RegistrationState]))
    cause = fields.String(required=True)
    attempts = fields.Integer(required=True)
    next_try = fields.DateTime(required=True, allow_none=True)
    reserved = fields.DateTime(required=True)
    registered = fields.DateTime(required=True, allow_none=True)


class RegistrationsShape(Schema):
    hits = fields.List(fields.Nested(RegistrationShape), required=True)
    links = fields.Dict(keys=fields.String(), values=fields.String(), required=True)


class RegistrationsQuery(NoQuery):
    """Without `state`, all that are not registered; `after` is the id of the last one seen."""

    state = fields.String(validate=validate.OneOf([state.value for state in RegistrationState]), load_default=None)
    scheme = fields.String(load_default=None, validate=validate.Length(max=10))
    after = WholeNumber(load_default=0, validate=validate.Range(min=0, max=(1 << 63) - 1))
    size = WholeNumber(load_default=100, validate=validate.Range(min=1, max=1000))
