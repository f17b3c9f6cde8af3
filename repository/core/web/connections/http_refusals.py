"""The answers that the server itself gives, in the API's shape of errors, before or instead of the application."""

import json
from collections.abc import Mapping
from http import HTTPStatus

from gunicorn.http import errors

RETRY_SECONDS = 30
REFUSALS: Mapping[type[Exception], tuple[HTTPStatus, str]] = {
    errors.LimitRequestLine: (HTTPStatus.REQUEST_URI_TOO_LONG, "The address is too long."),
    errors.LimitRequestHeaders: (HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE, "The request's headers are too large."),
    errors.ExpectationFailed: (HTTPStatus.EXPECTATION_FAILED, "The server does not do what Expect asks."),
    errors.UnsupportedTransferCoding: (HTTPStatus.NOT_IMPLEMENTED, "The server does not know this Transfer-Encoding."),
}
UNREADABLE = (HTTPStatus.BAD_REQUEST, "The request is not HTTP as the server reads it.")
FAILED = (HTTPStatus.INTERNAL_SERVER_ERROR, "The server failed to carry out the request.")
SLOW_HEAD = (HTTPStatus.REQUEST_TIMEOUT, "The request's head did not arrive in time.")
SLOW_BODY = (HTTPStatus.REQUEST_TIMEOUT, "The body came too slowly; what was stored before is still there.")
NO_TRANSFER = (HTTPStatus.SERVICE_UNAVAILABLE, "Too many transfers are under way. Try again in half a minute.")
# Faults of the response, not of the request, although gunicorn derives them from the errors of requests.
OUR_FAULTS = (errors.InvalidResponseHeader, errors.InvalidResponseHeaderName, errors.ConfigurationProblem)


def error_response(error: Exception) -> tuple[HTTPStatus, str]:
    """Return status and message of an error of gunicorn; the message never repeats the request."""
    if isinstance(error, errors.ParseException) and not isinstance(error, OUR_FAULTS):
        return REFUSALS.get(type(error), UNREADABLE)
    return FAILED


def refusal(status: HTTPStatus, message: str) -> bytes:
    """Return a whole answer, after which the connection is closed."""
    body = json.dumps({"status": status, "message": message}).encode()
    later = f"Retry-After: {RETRY_SECONDS}\r\n" if status == HTTPStatus.SERVICE_UNAVAILABLE else ""
    head = (
        f"HTTP/1.1 {status} {status.phrase}\r\n"
        "Connection: close\r\n"
        "Content-Type: application/json\r\n"
        f"{later}Content-Length: {len(body)}\r\n\r\n"
    )
    return head.encode("ascii") + body
