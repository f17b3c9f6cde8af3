"""Every request has an id, one line in the log, and is counted."""

import re
import time
import uuid

import structlog
from flask import Flask, Response, g, request
from structlog.contextvars import bind_contextvars, clear_contextvars

from repository.core.web.request_metrics import count_request

OPERATIONAL = frozenset({"live", "ready", "metrics"})
"""Endpoints that monitors poll; they need no sign-in and are logged at DEBUG."""
_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
log = structlog.get_logger()


def watch_requests(app: Flask) -> None:
    """Give every request an id, a line in the log and a count.

    Call this before any other hook of requests is registered: then this one begins first and ends last.
    """
    app.before_request(_begin)
    app.after_request(_finish)


def is_operational() -> bool:
    """Return whether the request comes from a monitor of the server."""
    return request.endpoint in OPERATIONAL


def _begin() -> None:
    request_id = request.headers.get("X-Request-ID", "")
    g.request_id = request_id if _REQUEST_ID.fullmatch(request_id) else uuid.uuid4().hex
    g.began = time.perf_counter()
    clear_contextvars()
    bind_contextvars(request_id=g.request_id)
    if record := (request.view_args or {}).get("record_id"):
        bind_contextvars(record=record)


def _finish(reply: Response) -> Response:
    reply.headers["X-Request-ID"] = g.request_id
    seconds = time.perf_counter() - g.began
    rule = request.url_rule.rule if request.url_rule else ""
    count_request(reply, rule, seconds)
    # Neither path nor query: they can contain file names, search words and tokens.
    (log.debug if is_operational() else log.info)(
        "request",
        method=request.method,
        rule=rule,
        status=reply.status_code,
        seconds=round(seconds, 6),
        bytes=reply.content_length,
    )
    return reply
