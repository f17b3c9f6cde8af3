"""Wire shapes of previews."""

from marshmallow import Schema, fields


class FileFormatShape(Schema):
    """A format that the content shows; `pronom` is PRONOM's identifier, null where there is none."""

    name = fields.String()
    media_type = fields.String()
    pronom = fields.String(allow_none=True)


class PreviewReasonShape(Schema):
    """Why there is no preview: a word for programs, and a sentence."""

    code = fields.String()
    message = fields.String()


class PreviewShape(Schema):
    """What is in a file; `status` is ``ready``, ``none`` with a reason, or ``pending`` before anybody has looked."""

    key = fields.String()
    status = fields.String(metadata={"enum": ["ready", "none", "pending"]})
    format = fields.Nested(FileFormatShape, allow_none=True)
    kind = fields.String(
        allow_none=True,
        metadata={"enum": ["table", "sheets", "text", "archive", "image", "structure", "traces", "places", None]},
    )
    preview = fields.Dict(allow_none=True)
    reason = fields.Nested(PreviewReasonShape, allow_none=True)
    inspected = fields.String(allow_none=True)
