"""Wire shapes of vocabularies."""

from marshmallow import Schema, fields, validate

from repository.core.web.shared_schemas import NoQuery, WholeNumber

MAX_SIZE = 10_000


class TermsQuery(NoQuery):
    """`q` words and `path:value` · `suggest` what begins so, best first · `tags` one tag."""

    q = fields.String(
        load_default=None,
        validate=validate.Length(max=200),
        metadata={
            "description": "Words in ids and titles, or Lucene syntax over the paths id, title.*, description.*,"
            " props.* and tags. Other paths are refused with status 400 and their place."
        },
    )
    suggest = fields.String(load_default=None, validate=validate.Length(max=200))
    tags = fields.String(load_default=None, validate=validate.Length(max=100))
    page = WholeNumber(load_default=1, validate=validate.Range(min=1, max=10_000))
    size = WholeNumber(load_default=25, validate=validate.Range(min=1, max=MAX_SIZE))


class TermShape(Schema):
    """A controlled term with its names by language."""

    id = fields.String(required=True)
    title = fields.Dict(keys=fields.String(), values=fields.String(), required=True)
    description = fields.Dict(keys=fields.String(), values=fields.String())
    icon = fields.String()
    tags = fields.List(fields.String())
    props = fields.Dict(keys=fields.String(), values=fields.String())
    type = fields.String(required=True)
    revision_id = fields.Integer()
    links = fields.Dict(keys=fields.String(), values=fields.String(), required=True)


class TermHits(Schema):
    hits = fields.List(fields.Nested(TermShape), required=True)
    total = fields.Integer(required=True)


class TermListShape(Schema):
    hits = fields.Nested(TermHits, required=True)
    sortBy = fields.String(required=True)  # noqa: N815 - the contract's name
    page = fields.Integer()
    links = fields.Dict(keys=fields.String(), values=fields.String(), required=True)


class VocabularyShape(Schema):
    id = fields.String(required=True)
    count = fields.Integer(required=True)
    links = fields.Dict(keys=fields.String(), values=fields.String(), required=True)


class VocabularyHits(Schema):
    hits = fields.List(fields.Nested(VocabularyShape), required=True)
    total = fields.Integer(required=True)


class VocabularyListShape(Schema):
    hits = fields.Nested(VocabularyHits, required=True)
    sortBy = fields.String(required=True)  # noqa: N815 - the contract's name
    links = fields.Dict(keys=fields.String(), values=fields.String(), required=True)
