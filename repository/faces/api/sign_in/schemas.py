"""Wire shapes of sessions, passwords and authenticators."""

from marshmallow import Schema, fields, validate

EMAIL = validate.Length(max=254)
SECRET = validate.Length(max=1_000)
CODE = validate.Length(max=100)


class SignInRequest(Schema):
    """Address and password; `code` is one of the authenticator, or a recovery code, where there is one."""

    email = fields.String(required=True, validate=EMAIL)
    password = fields.String(required=True, validate=SECRET)
    code = fields.String(load_default="", validate=CODE)


class SignedInShape(Schema):
    """Who is signed in."""

    id = fields.String(required=True)
    email = fields.String(required=True)
    name = fields.String(required=True)
    role = fields.String(required=True)


class SessionShape(Schema):
    """The session of a cookie; `csrf_token` goes into the header ``X-CSRF-Token`` of each change.

    Without a cookie, as for a personal token, `csrf_token` is null.
    """

    user = fields.Nested(SignedInShape, required=True)
    second_factor = fields.Boolean(required=True)
    csrf_token = fields.String(required=True, allow_none=True)


class SignedOutShape(Schema):
    """Where the browser goes to sign out at the provider as well."""

    provider_logout = fields.String(required=True)


class ListedSessionShape(Schema):
    """A session of one's own, with the program and the address that it was begun from."""

    id = fields.String(required=True)
    current = fields.Boolean(required=True)
    created = fields.DateTime(required=True)
    seen = fields.DateTime(required=True)
    expires = fields.DateTime(required=True)
    user_agent = fields.String(required=True)
    address = fields.String(required=True)


class SessionHits(Schema):
    hits = fields.List(fields.Nested(ListedSessionShape), required=True)
    total = fields.Integer(required=True)


class SessionListShape(Schema):
    hits = fields.Nested(SessionHits, required=True)


class PasswordChange(Schema):
    """The password of now, and the one from now on."""

    current = fields.String(required=True, validate=SECRET)
    password = fields.String(required=True, validate=SECRET)


class EmailChange(Schema):
    """The address from now on, and the password."""

    email = fields.String(required=True, validate=EMAIL)
    password = fields.String(required=True, validate=SECRET)


class CsrfShape(Schema):
    """The token for changes in the new session."""

    csrf_token = fields.String(required=True)


class EnrolmentShape(Schema):
    """What an authenticator needs, shown once: the secret in base32, and an ``otpauth`` address for a QR code."""

    secret = fields.String(required=True)
    uri = fields.String(required=True)


class CodeRequest(Schema):
    code = fields.String(required=True, validate=CODE)


class RecoveryCodesShape(Schema):
    """Codes that stand for the authenticator, each once; shown once."""

    recovery_codes = fields.List(fields.String(), required=True)


class FactorRemoval(Schema):
    """The password, or a code."""

    password = fields.String(load_default="", validate=SECRET)
    code = fields.String(load_default="", validate=CODE)
