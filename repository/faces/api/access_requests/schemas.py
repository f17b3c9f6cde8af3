"""Wire shapes of requests for access (InvenioRDM contract, section 1.7)."""

from marshmallow import EXCLUDE, Schema, fields, validate

from repository.access.request_settings import MAX_CONDITIONS, MAX_LINK_DAYS
from repository.core.web.shared_schemas import WholeNumber

LONGEST_MESSAGE = 3_000


def _plain(longest: int, *, least: int = 1) -> list[validate.Validator]:
    no_nul = validate.ContainsNoneOf("\x00", error="Control or unreadable characters are not allowed.")
    return [validate.Length(min=least, max=longest), no_nul]


class Consent(fields.Boolean):
    """A consent: true, or the contract's text ``"true"``; anything else is none."""

    truthy = {True, "true", "True"}  # noqa: RUF012 - marshmallow's form
    falsy = {False, "false", "False"}  # noqa: RUF012 - marshmallow's form


class AccessSettingsBody(Schema):
    """What a dataset says of requests for access; what is not named stays."""

    allow_user_requests = fields.Boolean(truthy={True}, falsy={False})
    allow_guest_requests = fields.Boolean(truthy={True}, falsy={False})
    accept_conditions_text = fields.String(
        allow_none=True,
        validate=validate.Length(max=MAX_CONDITIONS),
        metadata={"description": "Formatted text that whoever asks must accept; null for none."},
    )
    secret_link_expiration = WholeNumber(
        strict=True,
        validate=validate.Range(min=0, max=MAX_LINK_DAYS),
        metadata={
            "description": "Days that access lasts which is given without an end; 0 for as long as the site says."
        },
    )


class AccessRequestBody(Schema):
    """A request; people without an account add their name and address, and are sent a link."""

    permission = fields.String(load_default="view", validate=validate.OneOf(["view"]))
    message = fields.String(required=True, validate=_plain(LONGEST_MESSAGE))
    accept_conditions = Consent(load_default=False)
    full_name = fields.String(load_default=None, allow_none=True, validate=_plain(200))
    email = fields.String(load_default=None, allow_none=True, validate=_plain(254))
    consent_to_share_personal_data = Consent(load_default=None, allow_none=True)


class GuestTokenBody(Schema):
    """The secret of the link that a guest was sent."""

    token = fields.String(required=True, validate=_plain(200))


class GrantBody(Schema):
    """`until` is the last day of access."""

    until = fields.Date(load_default=None, allow_none=True, format="%Y-%m-%d")
    message = fields.String(load_default=None, allow_none=True, validate=_plain(LONGEST_MESSAGE))


class DeclineBody(Schema):
    message = fields.String(required=True, validate=_plain(LONGEST_MESSAGE))


class AccessRequestShape(Schema):
    """A request as who asked sees it; whoever decides sees the name too, and the address of a guest."""

    class Meta:
        unknown = EXCLUDE

    id = fields.String(required=True)
    type = fields.String(required=True)
    status = fields.String(required=True)
    is_open = fields.Boolean(required=True)
    created = fields.DateTime(required=True)
    expires_at = fields.DateTime(allow_none=True)
    topic = fields.Dict(keys=fields.String(), values=fields.String(), required=True)
    created_by = fields.Dict(keys=fields.String(), required=True)
    payload = fields.Dict(keys=fields.String(), required=True)
    decision = fields.Dict(keys=fields.String(), allow_none=True)
    links = fields.Dict(keys=fields.String(), required=True)


class AccessRequestHits(Schema):
    hits = fields.List(fields.Nested(AccessRequestShape), required=True)
    total = fields.Integer(required=True)


class AccessRequestListShape(Schema):
    hits = fields.Nested(AccessRequestHits, required=True)
    links = fields.Dict(keys=fields.String(), values=fields.String(), required=True)


class AccessSettingsShape(Schema):
    """The part of a record that shows the settings."""

    id = fields.String(required=True)
    parent = fields.Dict(keys=fields.String(), required=True)


class SentShape(Schema):
    message = fields.String(required=True)
