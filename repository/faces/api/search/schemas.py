"""Wire shapes of searching."""

from marshmallow import fields, validate

from repository.core.web.shared_schemas import PageQuery
from repository.engines.search.port import Sort
from repository.search.searchable_fields import PATHS

MAX_QUERY = 2_000


class SearchQuery(PageQuery):
    """Words or ``field:value`` in `q`; facet selections by the facet's name, repeatable."""

    q = fields.String(
        load_default="",
        validate=validate.Length(max=MAX_QUERY),
        metadata={"description": f"Lucene syntax; fields: {', '.join(PATHS)}."},
    )
    format = fields.String(load_default=None, validate=validate.Length(max=60))
    sort = fields.String(
        load_default=None,
        validate=validate.OneOf([sort.value for sort in Sort], error="Invalid sort option '{input}'."),
    )
    cursor = fields.String(load_default=None, validate=validate.Length(min=1, max=2_000))
    allversions = fields.Boolean(load_default=False)
    resource_type = fields.List(fields.String())
    access_status = fields.List(fields.String())
    file_type = fields.List(fields.String())
    year = fields.List(fields.String())
    subject = fields.List(fields.String())
    license = fields.List(fields.String())
    licence = fields.List(fields.String())
    language = fields.List(fields.String())
    creator = fields.List(fields.String())
    publication_date = fields.List(fields.String())


class OwnSearchQuery(SearchQuery):
    """As for public records, and whether published."""

    is_published = fields.List(fields.String())
