"""Wire shapes of share links."""

from marshmallow import Schema, fields, validate

from repository.access.policy import Permission
from repository.core.web.shared_schemas import FieldErrorShape, Links
from repository.faces.api.sharing.moments import Moment

OF_LINKS = [Permission.VIEW.value, Permission.PREVIEW.value, Permission.EDIT.value]
MAX_DESCRIPTION = 1_000
DESCRIBED = [
    validate.Length(max=MAX_DESCRIPTION),
    validate.ContainsNoneOf("\x00", error="NUL cannot be kept."),
]


class LinkChange(Schema):
    """What is changed of a link; `expires_at` null is for ever."""

    permission = fields.String(validate=validate.OneOf(OF_LINKS))
    expires_at = Moment(allow_none=True, attribute="expires")
    description = fields.String(validate=DESCRIBED)


class LinkReplacement(LinkChange):
    """A link's terms anew; what is left out is as in a new one."""

    permission = fields.String(required=True, validate=validate.OneOf(OF_LINKS))
    expires_at = Moment(allow_none=True, attribute="expires", load_default=None)
    description = fields.String(load_default="", validate=DESCRIBED)


class NewLink(LinkReplacement):
    """A link to make; a `blinded` one is for referees, who preview and learn no name."""

    blinded = fields.Boolean(load_default=False, truthy={True}, falsy={False})


class LinkShape(Schema):
    """A link; its secret, `token`, is in the reply that makes it, and nowhere else."""

    id = fields.String(required=True)
    permission = fields.String(required=True, validate=validate.OneOf(OF_LINKS))
    description = fields.String(required=True)
    created_at = fields.DateTime(required=True)
    expires_at = fields.DateTime(required=True, allow_none=True)
    is_expired = fields.Boolean(required=True)
    blinded = fields.Boolean(required=True)
    released_at = fields.DateTime(allow_none=True)
    uses = fields.Integer(required=True)
    last_used_at = fields.DateTime(required=True, allow_none=True)
    token = fields.String(metadata={"description": "The secret; shown once."})
    warnings = fields.List(fields.Nested(FieldErrorShape))
    links = fields.Nested(Links, required=True)


class LinkHits(Schema):
    hits = fields.List(fields.Nested(LinkShape), required=True)
    total = fields.Integer(required=True)


class LinkListShape(Schema):
    hits = fields.Nested(LinkHits, required=True)
    links = fields.Nested(Links, required=True)
