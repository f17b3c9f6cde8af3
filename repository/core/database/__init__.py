"""The database below the unit of work.

`engine` (SQLite or PostgreSQL, the base class of tables) · `postgresql` (bounds of every wait) · `bulk` (rows in one
statement) · `direct_reads` (rows of a hot statement) · `id_list` (a list of ids as one parameter) · `commit_horizon`
(reading in order of change time) · `schema_check` (whether a schema serves this release).

A statement is composed once, at import, because composing it costs more than running it.  It stands beside the function
that uses it; what several functions use stands before the first of them.
"""
