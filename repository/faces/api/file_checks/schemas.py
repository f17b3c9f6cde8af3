"""Wire shapes of files to come and of what would become of them."""

from typing import Any

from marshmallow import EXCLUDE, Schema, fields, post_load, validate

from repository.core.web.shared_schemas import WholeNumber
from repository.deposits.file_checks import CheckOutcome, Expected
from repository.faces.api.draft_files.schemas import MAX_BATCH, FileShape
from repository.files.rules import Declared

_MOST = 1 << 53


class FileToCome(Schema):
    """A file that somebody is about to send."""

    key = fields.String(required=True)
    size = WholeNumber(strict=True, required=True, validate=validate.Range(min=0, max=_MOST))

    class Meta:
        unknown = EXCLUDE

    @post_load
    def _declared(self, data: dict[str, Any], **_: Any) -> Declared:
        return Declared(data["key"], data["size"])


class FilesBeside(Schema):
    """How many files, and bytes of them, will be sent beside those that are asked about."""

    files = WholeNumber(strict=True, load_default=0, validate=validate.Range(min=0, max=_MOST))
    bytes = WholeNumber(strict=True, load_default=0, validate=validate.Range(min=0, max=_MOST))

    class Meta:
        unknown = EXCLUDE

    @post_load
    def _expected(self, data: dict[str, Any], **_: Any) -> Expected:
        return Expected(**data)


class FilesToCheck(Schema):
    """Files to look at, and what will be sent with them."""

    files = fields.List(
        fields.Nested(FileToCome),
        required=True,
        validate=validate.Length(max=MAX_BATCH, error="At most {max} files a request."),
    )
    beside = fields.Nested(FilesBeside, load_default=Expected)

    class Meta:
        unknown = EXCLUDE


class CheckedFileShape(Schema):
    """What would become of a file, with a `reason` in the reader's language.

    `file` is what has its name already, for who may read it.
    """

    key = fields.String(required=True)
    status = fields.String(required=True, validate=validate.OneOf([outcome.value for outcome in CheckOutcome]))
    reason = fields.String()
    code = fields.String(metadata={"description": "what the reason says, for programs"})
    file = fields.Nested(FileShape)


class CheckedFilesShape(Schema):
    """What would become of all files, in their order, and how many of each kind there are.

    `reason` says why the new ones cannot be taken all together: they are too many, or too much.
    """

    new = fields.Integer(required=True)
    there = fields.Integer(required=True)
    refused = fields.Integer(required=True)
    entries = fields.List(fields.Nested(CheckedFileShape), required=True)
    reason = fields.String()
    code = fields.String(metadata={"description": "what the reason says, for programs"})
