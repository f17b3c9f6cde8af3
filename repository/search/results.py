"""The one way from a question to the index, which leaves out what the index has not heard of."""

from dataclasses import replace

from repository.engines.search.port import Search, SearchResults
from repository.engines.services import Services
from repository.records.narrowed_access import closed_since_indexed


def find(services: Services, search: Search) -> SearchResults:
    """Return the page, its total, facets and highlights, without records that were closed since they were indexed.

    Raises `Invalid` for a cursor that is not ours, and `Unavailable`.
    """
    with services.database.connection() as connection:
        closed = closed_since_indexed(connection)
    if closed:
        search = replace(search, scope=replace(search.scope, closed=closed))
    return services.search.find(search)
