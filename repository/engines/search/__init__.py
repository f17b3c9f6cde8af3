"""Search engines: `port` (documents, searches, results), `query_tree` (queries), and the adapters beside them."""
