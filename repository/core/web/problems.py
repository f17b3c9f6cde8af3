"""Errors on the wire: one shape everywhere.

``{"status": 400, "message": "…", "request_id": "…", "errors": [{"field": "…", "messages": ["…"]}]}``; `errors` only
where fields are known.  A bug answers 500 and tells only the request id; the log has the rest under this id.
"""

from collections.abc import Mapping, Sequence
from typing import Any, cast

import structlog
from flask import Flask, Response, g, request
from werkzeug.exceptions import HTTPException, MethodNotAllowed, RequestedRangeNotSatisfiable

from repository.core import errors
from repository.core.web.responses import json_reply

log = structlog.get_logger()

STATUS: Mapping[type[errors.RepositoryError], int] = {
    errors.Invalid: 400,
    errors.Incomplete: 400,
    errors.NotSignedIn: 401,
    errors.Forbidden: 403,
    errors.NotFound: 404,
    errors.Conflict: 409,
    errors.Gone: 410,
    errors.Stale: 412,
    errors.TooLarge: 413,
    errors.Unavailable: 503,
    errors.Unsuitable: 503,
}
RETRY_AFTER_SECONDS = 5


def problem_response(
    status: int,
    message: str,
    details: Sequence[errors.FieldError] = (),
    more: Mapping[str, Any] | None = None,
    **headers: str,
) -> Response:
    """Return an error reply; `more` are further members, `headers` have underscores for hyphens."""
    body: dict[str, Any] = {
        "status": status,
        "message": message,
        "request_id": g.get("request_id", ""),
        **(more or {}),
    }
    if details:
        body["errors"] = [detail.as_json() for detail in details]
    return json_reply(body, status, {name.replace("_", "-"): value for name, value in headers.items()})


def handle_errors(app: Flask) -> None:
    """Answer every failure of `app` by a problem."""
    app.register_error_handler(errors.RepositoryError, _answer_known)
    app.register_error_handler(HTTPException, _answer_http)
    app.register_error_handler(Exception, _answer_bug)


def _answer_known(error: errors.RepositoryError) -> Response:
    status = STATUS[type(error)]
    if isinstance(error, errors.Unavailable):
        log.warning("unavailable", reason=error.reason, cause=repr(error.__cause__))
        return problem_response(status, error.reason, Retry_After=str(RETRY_AFTER_SECONDS))
    if isinstance(error, errors.NotSignedIn):
        return problem_response(status, error.reason, WWW_Authenticate='Bearer error="invalid_token"')
    if isinstance(error, errors.Gone):
        return problem_response(status, error.reason, more={"tombstone": error.tombstone})
    return problem_response(status, error.reason, error.errors)


def _answer_http(error: HTTPException) -> Response:
    if error.code is not None and error.code < 400:
        return cast(Response, Response.force_type(error.get_response(), request.environ))
    message = "Not found." if error.code == 404 else (error.description or error.name)
    reply = problem_response(error.code or 500, message)
    if isinstance(error, MethodNotAllowed) and error.valid_methods:
        reply.headers["Allow"] = ", ".join(sorted(error.valid_methods))
    if isinstance(error, RequestedRangeNotSatisfiable) and error.length is not None:
        reply.headers["Content-Range"] = f"bytes */{error.length}"
    return reply


def _answer_bug(_error: Exception) -> Response:
    log.exception("bug", method=request.method, rule=str(request.url_rule))
    return problem_response(500, "The server failed to carry out the request.")
