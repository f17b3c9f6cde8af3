"""Wire shapes of exports and erasure."""

from marshmallow import Schema, fields, validate

from repository.core.web.shared_schemas import Links

NO_NUL = validate.ContainsNoneOf("\x00", error="NUL cannot be kept.")


class ExportLinks(Links):
    content = fields.Url(require_tld=False)


class ExportShape(Schema):
    """An export; `state` is ``waiting`` until its job has made it, then ``ready``."""

    state = fields.String(required=True)
    requested = fields.DateTime(required=True)
    expires = fields.DateTime(required=True)
    size = fields.Integer(required=True, allow_none=True)
    links = fields.Nested(ExportLinks, required=True)


class ErasureRequest(Schema):
    """The password, or without one the account's own address as `confirm`, and what becomes of datasets."""

    password = fields.String(load_default=None, validate=[validate.Length(max=1_000), NO_NUL])
    confirm = fields.String(load_default=None, validate=[validate.Length(max=254), NO_NUL])
    receiver = fields.String(
        load_default=None,
        validate=validate.Regexp("[1-9][0-9]{0,17}$", error="There is no account with this id."),
        metadata={"description": "The id of a person who takes all datasets, and lets others find them."},
    )
    discard_drafts = fields.Boolean(load_default=False)
