"""Finding records: by words in English and Chinese, by fields, by facets.

`query_syntax` parses the text of a query, `term_queries` one over a vocabulary · `documents` makes the indexed
document of a record or draft · `index` keeps the index like the database (jobs, check, repair, rebuild).

The engine returns ids only.  What a hit shows is read from the database and passes the access policy again: a late
index can hide a record for a moment, but it can never show a record to somebody who may not read it.
"""
