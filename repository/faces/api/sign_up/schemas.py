"""Wire shapes of new accounts and forgotten passwords."""

from marshmallow import Schema, fields, validate

ADDRESS = validate.Length(min=1, max=254)
PASSWORD = validate.Length(max=1_000)
TOKEN = validate.Length(min=1, max=200)


class SignUpRequest(Schema):
    """An account that somebody wants; `invitation` is the token of an invitation to this address."""

    email = fields.String(required=True, validate=ADDRESS)
    name = fields.String(load_default="", validate=validate.Length(max=200))
    password = fields.String(required=True, validate=PASSWORD)
    invitation = fields.String(load_default="", validate=validate.Length(max=200))


class FirstAccountRequest(Schema):
    """The account of the first administrator; `token` is what the first start of the server printed."""

    token = fields.String(required=True, validate=TOKEN)
    email = fields.String(required=True, validate=ADDRESS)
    name = fields.String(load_default="", validate=validate.Length(max=200))
    password = fields.String(required=True, validate=PASSWORD)


class LinkToken(Schema):
    """What the link of a message has."""

    token = fields.String(required=True, validate=TOKEN)


class ResetRequest(Schema):
    email = fields.String(required=True, validate=ADDRESS)


class NewPassword(Schema):
    """What the link of a message has, and the password from now on."""

    token = fields.String(required=True, validate=TOKEN)
    password = fields.String(required=True, validate=PASSWORD)


class AcceptedShape(Schema):
    """The same words for every address."""

    message = fields.String(required=True)
