"""Finding: `port` (documents, queries, answers), `query` (the tree a query is), keepers beside them."""
