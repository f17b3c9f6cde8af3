"""Which engines the tests run on: the embedded ones always, servers where one is named and answers.

`REPOSITORY_DATABASE_URL`, `REPOSITORY_STORE_URL`, `REPOSITORY_SEARCH_URL` and `REPOSITORY_QUEUE_URL` name servers, as
they do for the application, and `REPOSITORY_TEST_MINIO_URL` a second S3 server (`addresses`); what they name is only
where tests make places of their own: databases (`databases`), buckets, indices and a Redis database (`places`).

A test that uses `installation`, as all do that use `database_url` or `services`, runs once on the embedded engines and
once on servers; a test of an S3 store that is marked `minio` runs once on each of both S3 servers.  A test that needs
an engine that does not answer is left out and counted, and with ``REQUIRE_SERVICES=1`` the run fails (`choosing`).
`tests.conftest` registers the modules as plugins.
"""

SQLITE, POSTGRESQL, S3, ELASTICSEARCH, REDIS = "sqlite", "postgresql", "s3", "elasticsearch", "redis"
MINIO = "minio"
"""The S3 server that most people run; the other one stands for all that keep closer to Amazon's."""
ENGINES = (SQLITE, POSTGRESQL, S3, MINIO, ELASTICSEARCH, REDIS)

EMBEDDED, SERVERS = "embedded", "servers"
"""Installations: SQLite, a folder and an index file; PostgreSQL, S3 and Elasticsearch."""
