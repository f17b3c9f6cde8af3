"""Wire shapes of files."""

from typing import Any

import orjson
from marshmallow import EXCLUDE, Schema, ValidationError, fields, post_load, validate

from repository.core.web.shared_schemas import NoQuery, WholeNumber
from repository.files.rules import Declared, normal_checksum

MAX_BATCH = 1_000
MAX_METADATA_BYTES = 65_536
"""Every record repeats the metadata of its first files."""
_MAX_SIZE = 1 << 50


def _require_checksum(text: str) -> None:
    if normal_checksum(text) is None:
        raise ValidationError("Write md5:… or sha256:… in hexadecimal.")


def _require_small(about: dict[str, Any]) -> None:
    if len(orjson.dumps(about)) > MAX_METADATA_BYTES:
        raise ValidationError(f"The metadata of a file has at most {MAX_METADATA_BYTES} bytes.")


class TransferShape(Schema):
    """How the bytes arrive; ``L`` is a PUT to this server."""

    type = fields.String(
        load_default="L",
        validate=validate.OneOf(["L"], error="Unsupported value: {input}"),
        metadata={"enum": ["L"]},
    )

    class Meta:
        unknown = EXCLUDE


class FileAccessShape(Schema):
    hidden = fields.Boolean(load_default=False, truthy={True}, falsy={False})


class FileInit(Schema):
    """A file to come; a declared size or checksum is compared with what arrives, at commit."""

    key = fields.String(required=True)
    size = WholeNumber(strict=True, allow_none=True, validate=validate.Range(min=0, max=_MAX_SIZE))
    checksum = fields.String(
        allow_none=True,
        validate=_require_checksum,
        metadata={"examples": ["md5:0cc175b9c0f1b6a831c399e269772661"]},
    )
    metadata = fields.Dict(keys=fields.String(), allow_none=True, validate=_require_small)
    access = fields.Nested(FileAccessShape)
    transfer = fields.Nested(TransferShape)

    class Meta:
        unknown = EXCLUDE

    @post_load
    def _declared(self, data: dict[str, Any], **_: Any) -> Declared:
        checksum = data.get("checksum")
        return Declared(
            key=data["key"],
            size=data.get("size"),
            checksum=normal_checksum(checksum) if checksum else None,
            about=data.get("metadata"),
            hidden=data.get("access", {}).get("hidden", False),
        )


class FileChange(Schema):
    """What can be changed of a file without new bytes."""

    metadata = fields.Dict(keys=fields.String(), allow_none=True, validate=_require_small)
    access = fields.Nested(FileAccessShape)

    class Meta:
        unknown = EXCLUDE


class FileLinks(Schema):
    self = fields.String(required=True)
    content = fields.String(required=True)
    commit = fields.String()


class Checksums(Schema):
    md5 = fields.String(required=True)
    sha256 = fields.String(required=True)


class FileShape(Schema):
    """A file; everything from `id` on is there once it is committed, and its checksums once it is verified."""

    key = fields.String(required=True)
    created = fields.DateTime(required=True)
    updated = fields.DateTime(required=True)
    status = fields.String(required=True, validate=validate.OneOf(["pending", "completed"]))
    metadata = fields.Dict(allow_none=True)
    access = fields.Nested(FileAccessShape)
    transfer = fields.Nested(TransferShape)
    links = fields.Nested(FileLinks, required=True)
    id = fields.String()
    ext = fields.String(allow_none=True)
    checksum = fields.String()
    checksums = fields.Nested(Checksums)
    size = fields.Integer()
    mimetype = fields.String()
    version_id = fields.String()
    file_id = fields.String()
    bucket_id = fields.String()
    storage_class = fields.String()


class FileListShape(Schema):
    enabled = fields.Boolean(required=True)
    links = fields.Dict(keys=fields.String(), values=fields.String())
    entries = fields.List(fields.Nested(FileShape), required=True)
    default_preview = fields.String(allow_none=True)
    order = fields.List(fields.String())


class FileListQuery(NoQuery):
    """Without `size` the whole list is sent, as it is read; with it, a page."""

    page = WholeNumber(load_default=1, validate=validate.Range(min=1, max=1_000_000))
    size = WholeNumber(load_default=None, validate=validate.Range(min=1, max=10_000))
