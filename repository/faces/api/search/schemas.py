"""Schemas of searching; each facet is a parameter."""

from collections.abc import Iterable
from typing import Any

from marshmallow import fields, validate

from repository.core.web.shared_schemas import PageQuery
from repository.engines.search.port import Sort
from repository.search.facets import FACETS, FILTERS, OWN_FACETS
from repository.search.searchable_fields import PATHS

MAX_QUERY = 2_000
LONGEST_SELECTION = 1_000
"""characters of a value of a facet, as long as a name or keyword can be"""
MOST_SELECTIONS = 100
"""values of one facet"""
OWN_ONLY = OWN_FACETS.keys() - FACETS.keys()


def _selections(names: Iterable[str]) -> dict[str, fields.Field[Any]]:
    value = fields.String(validate=validate.Length(max=LONGEST_SELECTION))
    return {name: fields.List(value, validate=validate.Length(max=MOST_SELECTIONS)) for name in sorted(names)}


class SearchQuery(PageQuery):
    """Words or ``field:value`` in `q`; facet selections by the facet's name, repeatable."""

    class Meta(PageQuery.Meta):
        include = _selections(FILTERS.keys() - OWN_ONLY)

    q = fields.String(
        load_default="",
        validate=validate.Length(max=MAX_QUERY),
        metadata={
            "description": f"Lucene syntax. These paths can be searched: {', '.join(PATHS)}. Another path, a regular"
            " expression, and a word or phrase with ~ are refused with status 400 and their place."
        },
    )
    format = fields.String(load_default=None, validate=validate.Length(max=60))
    sort = fields.String(
        load_default=None,
        validate=validate.OneOf([sort.value for sort in Sort], error="Invalid sort option '{input}'."),
    )
    cursor = fields.String(load_default=None, validate=validate.Length(min=1, max=2_000))
    allversions = fields.Boolean(load_default=False)


class OwnSearchQuery(SearchQuery):
    """As for public records, and by the facets of one's own documents."""

    class Meta(PageQuery.Meta):
        include = _selections(OWN_ONLY)

    shared_with_me = fields.Boolean(
        load_default=False,
        metadata={"description": "Records and drafts of others that one was given to read, instead of one's own."},
    )
