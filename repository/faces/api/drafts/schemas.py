"""The wire shape of what may be sent as a draft."""

from marshmallow import EXCLUDE, Schema, fields

from repository.deposits.metadata.loading import MetadataSchema


class FilesOptionsShape(Schema):
    enabled = fields.Boolean()
    default_preview = fields.String(allow_none=True)

    class Meta:
        unknown = EXCLUDE


class DraftBody(Schema):
    """A draft; whatever is wrong in it is kept and reported in the reply's `errors`."""

    access = fields.Dict(keys=fields.String(), allow_none=True)
    files = fields.Nested(FilesOptionsShape, allow_none=True)
    metadata = fields.Nested(MetadataSchema)
    custom_fields = fields.Dict(keys=fields.String(), allow_none=True)
    pids = fields.Dict(keys=fields.String(), allow_none=True)

    class Meta:
        unknown = EXCLUDE
