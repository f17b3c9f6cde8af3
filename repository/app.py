"""The web application: every feature's routes on one Flask app, and the only importer of views."""

from functools import cache
from typing import Any

from flask import Flask, Response, g, request
from prometheus_client.registry import Collector
from structlog.contextvars import bind_contextvars

from repository.accounts import views as accounts
from repository.deposits import file_views as draft_files
from repository.deposits import views as deposits
from repository.discovery import views as discovery
from repository.engines.facilities import Facilities, questions_of
from repository.foundation.actor import ANONYMOUS
from repository.foundation.web.context import FACILITIES
from repository.foundation.web.health import mount_health
from repository.foundation.web.metrics import mount_metrics
from repository.foundation.web.openapi import Api, document
from repository.foundation.web.problems import handle_errors
from repository.foundation.web.replies import json_reply
from repository.foundation.web.requests import is_operational, watch_requests
from repository.foundation.web.rules import RecordIdConverter
from repository.foundation.web.shapes import ProblemShape
from repository.identifiers import views as identifiers
from repository.landing import views as landing
from repository.oai import views as oai
from repository.publication import views as publication
from repository.records import views as records
from repository.resolution import views as resolution
from repository.search import views as search
from repository.vocabularies import views as vocabularies

APIS: tuple[Api, ...] = (
    deposits.api,
    draft_files.api,
    publication.api,
    records.api,
    search.api,
    vocabularies.api,
    accounts.api,
    identifiers.api,
    oai.api,
)
INDISPENSABLE = frozenset({"database", "store"})
"""Without these nothing useful can be answered; without the others depositing, publishing and reading go on."""


def create_app(facilities: Facilities, gauges: Collector | None = None) -> Flask:
    """The application on these facilities; `gauges` add what they find to ``/metrics``."""
    app = Flask("repository", static_folder=None)
    app.extensions[FACILITIES] = facilities
    app.url_map.converters["record"] = RecordIdConverter
    app.url_map.merge_slashes = False
    app.url_map.strict_slashes = False
    app.url_map.redirect_defaults = False
    handle_errors(app)
    watch_requests(app)
    app.before_request(_recognise)
    app.after_request(_finish)
    for api in APIS:
        app.register_blueprint(api.blueprint())
    app.register_blueprint(landing.pages)
    app.register_blueprint(oai.pages)
    app.register_blueprint(resolution.pages)
    app.register_blueprint(discovery.pages)
    _describe(app, facilities)
    mount_health(app, questions_of(facilities), INDISPENSABLE)
    mount_metrics(app, gauges)
    return app


def _describe(app: Flask, facilities: Facilities) -> None:
    site = facilities.site
    app.add_url_rule("/api/openapi.json", "openapi", lambda: json_reply(_spec(site.name, site.base_url)))


@cache
def _spec(name: str, base_url: str) -> dict[str, Any]:
    """The API's description, made when somebody asks for it."""
    return document(APIS, ProblemShape, name, base_url)


def _recognise() -> None:
    """Find out who asks; whoever watches the server must learn of its health without any engine."""
    if is_operational():
        g.actor = ANONYMOUS
        return
    accounts.recognise()
    bind_contextvars(user=g.actor.person_id)


def _finish(reply: Response) -> Response:
    reply.headers.setdefault("X-Content-Type-Options", "nosniff")
    reply.headers.setdefault("Vary", "Accept, Authorization")
    if request.method in ("GET", "HEAD"):
        # Pages of other sites may read what everybody may: nothing here is signed in by a cookie.
        reply.headers["Access-Control-Allow-Origin"] = "*"
        reply.headers["Access-Control-Expose-Headers"] = "ETag, Content-Disposition, Link, X-Request-ID"
    return reply
