"""Give every request an id and one line in the log, and count it for Prometheus at ``/metrics``.

With several server processes on one port, ``PROMETHEUS_MULTIPROC_DIR`` names a folder in which all of them count
(`prometheus_client.multiprocess`); every process answers with the sum.  The variable has to be set, and the folder has
to be empty, before this module is imported; without it a process answers for itself alone.
"""

import os
import re
import time
import uuid

import structlog
from flask import Flask, Response, g, request
from prometheus_client import REGISTRY, CollectorRegistry, Counter, Histogram
from prometheus_client.exposition import choose_encoder
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector
from structlog.contextvars import bind_contextvars, clear_contextvars

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
    reply.headers.add("X-Request-ID", g.request_id)
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


BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
_METHODS = frozenset({"GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"})
_SHARED = "PROMETHEUS_MULTIPROC_DIR" in os.environ

_requests = Counter("repository_http_requests", "Requests that were answered.", ("method", "route", "status"))
_seconds = Histogram(
    "repository_http_request_seconds", "Time until an answer began.", ("method", "route"), buckets=BUCKETS
)
_received = Counter("repository_http_received_bytes", "Lengths of requests' bodies, as declared.")
_sent = Counter("repository_http_sent_bytes", "Lengths of answers' bodies, where they were known when they began.")


def mount_metrics(app: Flask, more: Collector | None = None) -> None:
    """Answer ``/metrics`` with the counts of the processes, and with those that `more` collects at every scrape."""
    app.add_url_rule("/metrics", "metrics", lambda: _expose(more))


def count_request(reply: Response, rule: str, seconds: float) -> None:
    """Count one answer under its route's rule, never its path: the number of time series must have an end."""
    method = request.method if request.method in _METHODS else "other"
    route = rule or "none"
    _requests.labels(method, route, f"{reply.status_code // 100}xx").inc()
    _seconds.labels(method, route).observe(seconds)
    _received.inc(request.content_length or 0)
    _sent.inc(0 if method == "HEAD" else reply.content_length or 0)


def _expose(more: Collector | None) -> Response:
    everything = CollectorRegistry()
    if _SHARED:
        MultiProcessCollector(everything)  # type: ignore[no-untyped-call]
    else:
        everything.register(REGISTRY)
    if more is not None:
        everything.register(more)
    encode, content_type = choose_encoder(request.headers.get("Accept", ""))
    return Response(encode(everything), content_type=content_type, headers={"Cache-Control": "no-store"})
