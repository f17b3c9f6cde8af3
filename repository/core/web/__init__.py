"""HTTP for every face.

`request_parsing` (bodies, queries, ``If-Match``) · `accept_header` · `url_converters` · `shared_schemas` · `responses`
(JSON and documents) · `file_responses` (bytes) · `problems` (errors) · `request_log` · `request_metrics` ·
`health_routes` · `gunicorn_worker` (requests that gunicorn cannot read).

Only this package and `repository.faces` know Flask or a status code.
"""
