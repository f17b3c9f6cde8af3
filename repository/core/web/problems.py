"""Errors on the wire: one shape everywhere, and pages for browsers.

``{"status": 400, "message": "…", "code": "…", "request_id": "…", "errors": [{"field": "…", "messages": ["…"], "code":
"…"}]}``; `errors` only where fields are known.  A bug answers 500 and
tells only the request id; the log has the rest under this id.
"""

import errno
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

import structlog
from flask import Flask, Response, g, request
from werkzeug.exceptions import HTTPException, MethodNotAllowed, RequestedRangeNotSatisfiable

from repository.core import errors
from repository.core.web.request_parsing import EncodedBody
from repository.core.web.responses import json_reply

log = structlog.get_logger()

STATUS: Mapping[type[errors.RepositoryError], int] = {
    errors.Invalid: 400,
    errors.Incomplete: 400,
    errors.NotSignedIn: 401,
    errors.Forbidden: 403,
    errors.CrossSite: 403,
    errors.OverQuota: 403,
    errors.NotFound: 404,
    errors.Conflict: 409,
    errors.Gone: 410,
    errors.Stale: 412,
    errors.TooLarge: 413,
    errors.Busy: 423,
    errors.TooManyTries: 429,
    errors.TooManyCalls: 429,
    errors.Altered: 460,
    errors.Unavailable: 503,
    errors.NoRoom: 507,
    errors.Unsuitable: 503,
    # without Retry-After: only a person can help, and no client should try again for hours
    errors.Damaged: 503,
}
RETRY_AFTER_SECONDS = 5
BUSY_SECONDS = 1
LAPSED = "lapsed"
"""The member of `flask.g` that is true where the request has the cookie of a session that is over."""
_FULL = (errno.ENOSPC, errno.EDQUOT)


@dataclass(frozen=True, slots=True)
class ProblemDetails:
    """An error on its way to the client; `more` are further members of its JSON, `headers` those of the reply."""

    status: int
    message: str
    details: Sequence[errors.FieldError] = ()
    more: Mapping[str, Any] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def request_id(self) -> str:
        return str(g.get("request_id", ""))

    def as_json(self) -> dict[str, Any]:
        """Return the body for programs."""
        body = {"status": self.status, "message": self.message, "request_id": self.request_id, **self.more}
        return {**body, "errors": [detail.as_json() for detail in self.details]} if self.details else body


PageOf = Callable[[ProblemDetails], Response | None]
"""Returns an error as a page for people, None for a client that wants none."""
InWords = Callable[[ProblemDetails], ProblemDetails]
"""Returns an error in the language of the client."""


def handle_errors(app: Flask, page_of: PageOf, in_words: InWords) -> None:
    """Answer every failure of `app` by a problem in JSON, or for browsers by a page."""

    def answer(problem: ProblemDetails) -> Response:
        reply = page_of(problem)
        if reply is None:
            problem = in_words(problem)
            reply = json_reply(problem.as_json())
        reply.status_code = problem.status
        reply.headers.extend(problem.headers)
        return reply

    def answer_http(error: HTTPException) -> Response:
        if error.code is not None and error.code < 400:
            return cast(Response, Response.force_type(error.get_response(), request.environ))
        return answer(_of_http(error))

    app.register_error_handler(errors.RepositoryError, lambda error: answer(_of_known(error)))
    app.register_error_handler(HTTPException, answer_http)
    app.register_error_handler(Exception, lambda error: answer(_of_bug(error)))


def _of_known(error: errors.RepositoryError) -> ProblemDetails:
    if isinstance(error, errors.Forbidden) and g.get(LAPSED):
        error = errors.NotSignedIn("The session is over. Please sign in again.", "session_over")
    status = STATUS[type(error)]
    if isinstance(error, errors.Unavailable):
        log.warning("unavailable", reason=error.reason, cause=repr(error.__cause__))
        return ProblemDetails(status, error.reason, headers={"Retry-After": str(RETRY_AFTER_SECONDS)})
    if isinstance(error, errors.TooManyTries):
        return ProblemDetails(status, error.reason, headers={"Retry-After": str(error.seconds)})
    if isinstance(error, errors.TooManyCalls):
        more, headers = {"code": error.code}, {"Retry-After": str(error.seconds)}
        return ProblemDetails(status, error.reason, more=more, headers=headers)
    if isinstance(error, errors.NotSignedIn):
        return ProblemDetails(status, error.reason, more=_code(error), headers={"WWW-Authenticate": _challenge()})
    if isinstance(error, errors.Busy):
        return ProblemDetails(status, error.reason, headers={"Retry-After": str(BUSY_SECONDS)})
    if isinstance(error, errors.Gone):
        return ProblemDetails(status, error.reason, more={"tombstone": error.tombstone} if error.tombstone else {})
    if isinstance(error, errors.OverQuota):
        return ProblemDetails(status, error.reason, more={"code": error.code, "used": error.used, "limit": error.limit})
    return ProblemDetails(status, errors.clipped(error.reason), errors.bounded(error.errors), _code(error))


def _code(error: errors.RepositoryError) -> Mapping[str, str]:
    return {"code": error.code} if error.code else {}


def _challenge() -> str:
    """Return the challenge of RFC 6750, section 3: it names an error only if the request had a credential."""
    presented = "Authorization" in request.headers or "access_token" in request.args
    return 'Bearer error="invalid_token"' if presented else "Bearer"


def _of_http(error: HTTPException) -> ProblemDetails:
    message = "Not found." if error.code == 404 else (error.description or error.name)
    headers = {}
    if isinstance(error, MethodNotAllowed) and error.valid_methods:
        headers["Allow"] = ", ".join(sorted(error.valid_methods))
    if isinstance(error, RequestedRangeNotSatisfiable) and error.length is not None:
        headers["Content-Range"] = f"bytes */{error.length}"
    if isinstance(error, EncodedBody):
        headers["Accept-Encoding"] = error.accepted
    return ProblemDetails(error.code or 500, message, headers=headers)


def _of_bug(error: Exception) -> ProblemDetails:
    if isinstance(error, OSError) and error.errno in _FULL:  # a temporary folder, or whatever a library writes to
        return _of_known(errors.NoRoom("A disk of the server has no room left."))
    log.exception("bug", method=request.method, rule=str(request.url_rule))
    return ProblemDetails(500, "The server failed to carry out the request.")
