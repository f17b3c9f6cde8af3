"""An Elasticsearch keeper of a test's own, and a look behind it."""

from elasticsearch import Elasticsearch

from config import search as index_parts
from repository.engines.search.elasticsearch import ElasticsearchSearch, elasticsearch_address

PARTS = index_parts.read()


def engine_at(url: str, longest: float = 10.0) -> ElasticsearchSearch:
    return ElasticsearchSearch(elasticsearch_address(url), PARTS, longest=longest, patience=max(longest, 1.0))


def client_of(url: str) -> Elasticsearch:
    """A client of the test's own, to look behind the keeper."""
    return Elasticsearch(elasticsearch_address(url).node, request_timeout=30)


def indices(server: Elasticsearch, url: str) -> set[str]:
    """The names of all indices below the prefix."""
    return set(server.indices.get(index=f"{elasticsearch_address(url).prefix}-*"))
