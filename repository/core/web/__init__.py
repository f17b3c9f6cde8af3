"""HTTP for every face.

`request_parsing` (ids, bodies, queries, ``If-Match``) · `shared_schemas` · `responses` (JSON and documents) ·
`file_responses` (bytes) · `problems` (errors) · `request_log` (ids, log lines, metrics) · `health_routes` ·
`gunicorn_worker` (no thread waits for a client) · `connections` (of which it is made) · `readable_body` · `local_part`.

Only this package and `repository.faces` know Flask or a status code.
"""
