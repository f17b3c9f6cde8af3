"""Wire shapes of grants."""

from marshmallow import Schema, fields, validate

from repository.access.policy import Permission
from repository.core.web.shared_schemas import Links
from repository.faces.api.sharing.moments import Moment
from repository.sharing.subjects import KINDS

MOST_GRANTS = 100
MAX_MESSAGE = 5_000
PERMISSIONS = [permission.value for permission in Permission if permission is not Permission.OWNER]
NO_NUL = validate.ContainsNoneOf("\x00", error="NUL cannot be kept.")


class SubjectShape(Schema):
    """Who holds a grant: ``user``, ``role`` or ``group`` (a team), ``institution``, ``system_role`` authenticated."""

    type = fields.String(required=True, validate=validate.OneOf(list(KINDS)))
    id = fields.String(required=True, validate=validate.Length(max=100))


class GrantChange(Schema):
    """What is changed of a grant; `expires_at` null is for ever."""

    permission = fields.String(validate=validate.OneOf(PERMISSIONS))
    expires_at = Moment(allow_none=True, attribute="expires")
    message = fields.String(allow_none=True, validate=[validate.Length(max=MAX_MESSAGE), NO_NUL])
    notify = fields.Boolean(truthy={True}, falsy={False})


class GrantReplacement(GrantChange):
    """A grant anew; what is left out is as in a new one."""

    permission = fields.String(required=True, validate=validate.OneOf(PERMISSIONS))
    expires_at = Moment(allow_none=True, attribute="expires", load_default=None)
    message = fields.String(allow_none=True, load_default=None, validate=[validate.Length(max=MAX_MESSAGE), NO_NUL])


class NewGrant(GrantReplacement):
    """A grant to give."""

    subject = fields.Nested(SubjectShape, required=True)


class GrantsBody(Schema):
    """Grants to give, all of them or none."""

    grants = fields.List(fields.Nested(NewGrant), required=True, validate=validate.Length(min=1, max=MOST_GRANTS))


class GrantShape(Schema):
    """A grant; its id stays, whatever is given or taken beside it."""

    id = fields.String(required=True)
    permission = fields.String(required=True, validate=validate.OneOf([*PERMISSIONS, Permission.OWNER.value]))
    subject = fields.Nested(SubjectShape, required=True)
    created_at = fields.DateTime(required=True)
    expires_at = fields.DateTime(required=True, allow_none=True)
    message = fields.String(allow_none=True)
    links = fields.Nested(Links, required=True)


class GrantHits(Schema):
    hits = fields.List(fields.Nested(GrantShape), required=True)
    total = fields.Integer(required=True)


class GrantListShape(Schema):
    hits = fields.Nested(GrantHits, required=True)
    links = fields.Nested(Links, required=True)
