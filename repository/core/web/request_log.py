"""Every request has an id, one line in the log, and is counted."""

import re
import time
import uuid

import structlog
from flask import Flask, Response, g, request
from structlog.contextvars import bind_contextvars, clear_contextvars

from repository.core.web.request_metrics import count_request

OPERATIONAL = frozenset({"live", "ready", "metrics"})
"""Endpoints that machines ask all the time; they sign nobody in, and are logged at DEBUG."""
_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
log = structlog.get_logger()


def watch_requests(app: Flask) -> None:
    """Register before anything else that looks at requests: then it begins first and ends last."""
    app.before_request(_begin)
    app.after_request(_finish)


def is_operational() -> bool:
    """Whether the request is one of a machine that watches the server."""
    return request.endpoint in OPERATIONAL


def _begin() -> None:
    given = request.headers.get("X-Request-ID", "")
    g.request_id = given if _REQUEST_ID.fullmatch(given) else uuid.uuid4().hex
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
    # Neither path nor query: they can hold names of files, what somebody searched for, and tokens.
    (log.debug if is_operational() else log.info)(
        "request",
        method=request.method,
        rule=rule,
        status=reply.status_code,
        seconds=round(seconds, 6),
        bytes=reply.content_length,
    )
    return reply
