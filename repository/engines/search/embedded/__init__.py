"""The search engine that needs no server: SQLite FTS5 in a file of its own."""

from repository.engines.search.embedded.embedded_search import EmbeddedSearch

__all__ = ["EmbeddedSearch"]
