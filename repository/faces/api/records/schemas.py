"""Wire shapes of records and drafts, for the API's description."""

from marshmallow import INCLUDE, Schema, fields, validate

from repository.core.web.shared_schemas import FieldErrorShape, NoQuery, PageQuery


class AccessShape(Schema):
    """A draft shows what was sent, also what is wrong, beside its error."""

    record = fields.Raw(required=True, metadata={"description": "``public`` or ``restricted``"})
    files = fields.Raw(required=True, metadata={"description": "``public`` or ``restricted``"})
    embargo = fields.Raw(metadata={"description": "``{active, until: day, reason}``"})
    status = fields.String(validate=validate.OneOf(["open", "embargoed", "restricted", "metadata-only"]))

    class Meta:
        unknown = INCLUDE


class VersionsShape(Schema):
    index = fields.Integer(required=True)
    is_latest = fields.Boolean(required=True)
    is_latest_draft = fields.Boolean()


class NotTakenShape(Schema):
    field = fields.String(required=True, metadata={"description": "the place in the source, in its own words"})
    value = fields.String(required=True)


class SourceShape(Schema):
    """What a draft began with, and what of it was not taken over."""

    state = fields.String(required=True, validate=validate.OneOf(["waiting", "done", "failed", "left"]))
    format = fields.String(metadata={"description": "as it was recognised; absent while it is not known"})
    identifier = fields.String(metadata={"description": "of what a registrar is asked"})
    scheme = fields.String(validate=validate.OneOf(["doi", "cstr"]))
    identifier_use = fields.String(required=True, validate=validate.OneOf(["external", "identical", "supplement"]))
    reason = fields.String(metadata={"description": "why there is no description, or none yet"})
    attempts = fields.Integer(required=True)
    entries = fields.Integer(required=True, metadata={"description": "things described; the first one is taken"})
    not_taken = fields.List(fields.Nested(NotTakenShape), required=True)
    links = fields.Dict(keys=fields.String(), values=fields.String(), required=True)


class RecordShape(Schema):
    """A published version, or with `is_draft` the draft of one."""

    id = fields.String(required=True)
    created = fields.DateTime(required=True)
    updated = fields.DateTime(required=True)
    revision_id = fields.Integer(required=True)
    expires_at = fields.DateTime(
        allow_none=True, metadata={"description": "Of a draft that nobody changes: when it goes."}
    )
    is_published = fields.Boolean(required=True)
    is_draft = fields.Boolean(required=True)
    status = fields.String(required=True)
    versions = fields.Nested(VersionsShape, required=True)
    parent = fields.Dict(keys=fields.String(), required=True)
    pids = fields.Dict(
        keys=fields.String(),
        required=True,
        metadata={
            "description": "by scheme ``{identifier, provider, client, state}``; `state` says how far registration is. "
            "A draft shows what was sent, also what is wrong, beside its error."
        },
    )
    metadata = fields.Dict(keys=fields.String(), required=True)
    custom_fields = fields.Dict(keys=fields.String())
    access = fields.Nested(AccessShape, required=True)
    files = fields.Dict(keys=fields.String(), required=True)
    media_files = fields.Dict(keys=fields.String())
    tombstone = fields.Dict(keys=fields.String())
    deletion_status = fields.Dict(keys=fields.String())
    errors = fields.List(fields.Nested(FieldErrorShape))
    source = fields.Nested(SourceShape, metadata={"description": "of a draft that was just begun with one"})
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
    """`format` wins over ``Accept``; `style` and `locale` win over the parameters of ``text/x-bibliography``."""

    format = fields.String(load_default=None, validate=validate.Length(max=60))
    style = fields.String(load_default=None)
    locale = fields.String(load_default=None)


class VersionsQuery(PageQuery):
    """Pages of a record's versions."""
