"""Which engines the tests run on: the embedded ones always, servers where one is named and answers.

`REPOSITORY_DATABASE_URL`, `REPOSITORY_STORE_URL`, `REPOSITORY_SEARCH_URL` and `REPOSITORY_QUEUE_URL` name servers, as
they do for the application (`addresses`); what they name is only where tests make places of their own: databases
(`databases`), a bucket, indices and a Redis database (`places`).  A test that uses `installation`, as all do that use
`database_url` or `services`, runs once on the embedded engines and once on servers; a test that needs an engine that
does not answer is left out and counted, and with ``REQUIRE_SERVICES=1`` the run fails (`choosing`).
`tests.conftest` registers the modules as plugins.
"""

SQLITE, POSTGRESQL, S3, ELASTICSEARCH, REDIS = "sqlite", "postgresql", "s3", "elasticsearch", "redis"
ENGINES = (SQLITE, POSTGRESQL, S3, ELASTICSEARCH, REDIS)

EMBEDDED, SERVERS = "embedded", "servers"
"""Installations: SQLite, a folder and an index file; PostgreSQL, S3 and Elasticsearch."""
