"""The database below the unit of work.

`engine` (SQLite or PostgreSQL, the base class of tables) · `postgresql` (bounds of every wait) · `bulk` (rows in one
statement) · `id_list` (a list of ids as one parameter) · `commit_horizon` (reading in order of change time) ·
`schema_check` (whether a schema serves this release).
"""
