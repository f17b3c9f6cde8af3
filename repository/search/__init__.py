"""Finding records: by words in English and Chinese, by fields, by facets.

`syntax` parses what a person typed · `finding` asks the engine and reads the hits from the database · `documents` says
what of a record is indexed · `upkeep` keeps the index like the database (jobs, check, repair, rebuild).

The engine answers with ids only; what a hit shows is read from the database and passes the access policy again, so a
late index can hide a record for a moment but never show what is not to be seen.
"""
