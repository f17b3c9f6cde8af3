"""Wire shapes of records and drafts, for the API's description."""

from marshmallow import Schema, fields, validate

from repository.core.web.shared_schemas import FieldErrorShape, NoQuery, PageQuery


class EmbargoShape(Schema):
    active = fields.Boolean(required=True)
    until = fields.Date()
    reason = fields.String(allow_none=True)


class AccessShape(Schema):
    record = fields.String(required=True, validate=validate.OneOf(["public", "restricted"]))
    files = fields.String(required=True, validate=validate.OneOf(["public", "restricted"]))
    embargo = fields.Nested(EmbargoShape)
    status = fields.String(validate=validate.OneOf(["open", "embargoed", "restricted", "metadata-only"]))


class PidShape(Schema):
    identifier = fields.String(required=True)
    provider = fields.String(required=True)
    client = fields.String()
    state = fields.String(metadata={"description": "How far registration is: reserved, registered, failed and so on."})


class VersionsShape(Schema):
    index = fields.Integer(required=True)
    is_latest = fields.Boolean(required=True)
    is_latest_draft = fields.Boolean()


class RecordShape(Schema):
    """A published version, or with `is_draft` the draft of one."""

    id = fields.String(required=True)
    created = fields.DateTime(required=True)
    updated = fields.DateTime(required=True)
    revision_id = fields.Integer(required=True)
    is_published = fields.Boolean(required=True)
    is_draft = fields.Boolean(required=True)
    status = fields.String(required=True)
    versions = fields.Nested(VersionsShape, required=True)
    parent = fields.Dict(keys=fields.String(), required=True)
    pids = fields.Dict(keys=fields.String(), values=fields.Nested(PidShape), required=True)
    metadata = fields.Dict(keys=fields.String(), required=True)
    custom_fields = fields.Dict(keys=fields.String())
    access = fields.Nested(AccessShape, required=True)
    files = fields.Dict(keys=fields.String(), required=True)
    media_files = fields.Dict(keys=fields.String())
    tombstone = fields.Dict(keys=fields.String())
    deletion_status = fields.Dict(keys=fields.String())
    errors = fields.List(fields.Nested(FieldErrorShape))
    links = fields.Dict(keys=fields.String(), values=fields.String(), required=True)
    highlights = fields.Dict(keys=fields.String(), values=fields.List(fields.String()))


class HitsShape(Schema):
    hits = fields.List(fields.Nested(RecordShape), required=True)
    total = fields.Integer(required=True)


class BucketShape(Schema):
    key = fields.String(required=True)
    doc_count = fields.Integer(required=True)
    label = fields.String(required=True)
    is_selected = fields.Boolean(required=True)


class FacetShape(Schema):
    label = fields.String(required=True)
    buckets = fields.List(fields.Nested(BucketShape), required=True)


class RecordListShape(Schema):
    """A page of records."""

    hits = fields.Nested(HitsShape, required=True)
    aggregations = fields.Dict(keys=fields.String(), values=fields.Nested(FacetShape))
    aggregations_of = fields.Integer(
        metadata={
            "description": "From so many of the hits, the newest, the aggregations were counted; absent: from all."
        }
    )
    sortBy = fields.String(required=True)  # noqa: N815 - the contract's name
    page = fields.Integer()
    links = fields.Dict(keys=fields.String(), values=fields.String(), required=True)


class CitationQuery(NoQuery):
    """`format` wins over ``Accept``; `style` and `locale` are for ``text/x-bibliography``."""

    format = fields.String(load_default=None, validate=validate.Length(max=60))
    style = fields.String(load_default="apa")
    locale = fields.String(load_default="en-US")


class VersionsQuery(PageQuery):
    """Pages of a record's versions."""
