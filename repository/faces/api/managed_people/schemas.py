"""Wire shapes of administrators' acts on people."""

from marshmallow import Schema, fields, validate

from repository.core.actor import Role
from repository.core.web.shared_schemas import WholeNumber

LONGEST_REASON = 500


class ReasonRequest(Schema):
    """An act with its reason, which the audit trail keeps."""

    reason = fields.String(
        required=True,
        validate=[
            validate.Length(min=1, max=LONGEST_REASON),
            validate.Regexp(r"(?s).*\S", error="Say why."),
            validate.ContainsNoneOf("\x00", error="NUL cannot be kept."),
        ],
    )


class RoleRequest(ReasonRequest):
    role = fields.String(required=True, validate=validate.OneOf([role.value for role in Role]))


class LimitsRequest(ReasonRequest):
    """Limits of the person's own: null for those of the site, 0 for none."""

    drafts = WholeNumber(required=True, allow_none=True, validate=validate.Range(min=0, max=1 << 62))
    draft_bytes = WholeNumber(required=True, allow_none=True, validate=validate.Range(min=0, max=1 << 62))


class MergeRequest(ReasonRequest):
    """`into` is the id of the account that takes over."""

    into = fields.String(
        required=True,
        validate=validate.Regexp("[1-9][0-9]{0,17}$", error="There is no account with this id."),
    )
