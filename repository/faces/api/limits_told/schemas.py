"""Wire shapes of limits; null is no limit."""

from marshmallow import EXCLUDE, Schema, fields, validate

from repository.core.web.shared_schemas import WholeNumber
from repository.deposits.record_limits import MOST_BYTES, MOST_FILES
from repository.faces.api.tokens.schemas import QuotaShape


class FileLimits(Schema):
    """What files may be: lengths of names in bytes of UTF-8, and sizes in bytes."""

    name_bytes = fields.Integer(required=True)
    name_part_bytes = fields.Integer(required=True)
    file_bytes = fields.Integer(required=True)
    per_record = fields.Integer(required=True)
    record_bytes = fields.Integer(required=True, allow_none=True)
    metadata_bytes = fields.Integer(required=True)
    batch = fields.Integer(required=True, metadata={"description": "Files that one request names."})


class PartLimits(Schema):
    most = fields.Integer(required=True)
    most_in_a_request = fields.Integer(required=True)
    min_bytes = fields.Integer(required=True, metadata={"description": "Of all parts but the last."})
    max_bytes = fields.Integer(required=True)
    direct = fields.Boolean(required=True, metadata={"description": "Whether they go straight to the store."})
    address_seconds = fields.Integer(required=True)


class BundleLimits(Schema):
    """Of a body that brings many small files at once, a TAR."""

    files = fields.Integer(required=True)
    bytes = fields.Integer(required=True, metadata={"description": "Of the whole body."})
    sha256 = fields.String(required=True, metadata={"description": "The keyword of a file's digest in its header."})


class TimeLimits(Schema):
    """Seconds for which something stays that nobody goes on with; null is for ever."""

    upload = fields.Integer(required=True)
    uncommitted = fields.Integer(required=True)
    draft = fields.Integer(required=True, allow_none=True)


class RequestLimits(Schema):
    json_bytes = fields.Integer(required=True)
    per_minute = fields.Dict(keys=fields.String(), values=fields.Integer(), required=True)


class LimitsShape(Schema):
    """All limits; `quota` is there for who is signed in."""

    transfers = fields.List(fields.String(), required=True)
    fetch_hosts = fields.List(
        fields.String(), required=True, metadata={"description": "The hosts that files are fetched from by address."}
    )
    files = fields.Nested(FileLimits, required=True)
    parts = fields.Nested(PartLimits, required=True)
    bundles = fields.Nested(BundleLimits, required=True)
    seconds = fields.Nested(TimeLimits, required=True)
    requests = fields.Nested(RequestLimits, required=True)
    quota = fields.Nested(QuotaShape)


class RecordQuota(Schema):
    """Limits of one dataset; null, or what is left out, is that of the site."""

    quota_size = WholeNumber(
        strict=True, load_default=None, allow_none=True, validate=validate.Range(min=0, max=MOST_BYTES)
    )
    max_file_size = WholeNumber(
        strict=True, load_default=None, allow_none=True, validate=validate.Range(min=1, max=MOST_BYTES)
    )
    max_files = WholeNumber(
        strict=True, load_default=None, allow_none=True, validate=validate.Range(min=0, max=MOST_FILES)
    )
    notes = fields.String(
        load_default="",
        validate=[validate.Length(max=1000), validate.ContainsNoneOf("\x00", error="NUL cannot be kept.")],
    )

    class Meta:
        unknown = EXCLUDE


class RecordQuotaShape(Schema):
    quota_size = fields.Integer(required=True, allow_none=True)
    max_file_size = fields.Integer(required=True, allow_none=True)
    max_files = fields.Integer(required=True, allow_none=True)
