"""The web application: every feature's routes on one Flask app, and the only importer of views."""

import re
import uuid
from functools import cache
from typing import Any

import structlog
from flask import Flask, Response, g, request

from repository.accounts import views as accounts
from repository.deposits import file_views as draft_files
from repository.deposits import views as deposits
from repository.engines.facilities import Facilities, probe
from repository.foundation.web.context import FACILITIES
from repository.foundation.web.openapi import Api, document
from repository.foundation.web.problems import handle_errors
from repository.foundation.web.replies import json_reply
from repository.foundation.web.rules import RecordIdConverter
from repository.foundation.web.shapes import ProblemShape
from repository.landing import views as landing
from repository.oai import views as oai
from repository.publication import views as publication
from repository.records import views as records
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
)
_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")


def create_app(facilities: Facilities) -> Flask:
    """The application on these facilities."""
    app = Flask("repository", static_folder=None)
    app.extensions[FACILITIES] = facilities
    app.url_map.converters["record"] = RecordIdConverter
    app.url_map.merge_slashes = False
    app.url_map.strict_slashes = False
    app.url_map.redirect_defaults = False
    handle_errors(app)
    app.before_request(_begin)
    app.before_request(accounts.recognise)
    app.after_request(_finish)
    for api in APIS:
        app.register_blueprint(api.blueprint())
    app.register_blueprint(landing.pages)
    app.register_blueprint(oai.pages)
    _describe(app, facilities)
    return app


def _describe(app: Flask, facilities: Facilities) -> None:
    site = facilities.site
    app.add_url_rule("/api/openapi.json", "openapi", lambda: json_reply(_spec(site.name, site.base_url)))
    app.add_url_rule("/health/live", "live", lambda: json_reply({"status": "live"}))
    app.add_url_rule("/health/ready", "ready", lambda: _ready(facilities))


@cache
def _spec(name: str, base_url: str) -> dict[str, Any]:
    """The API's description, made when somebody asks for it."""
    return document(APIS, ProblemShape, name, base_url)


def _ready(facilities: Facilities) -> Response:
    """Whether every engine answers, and which does not."""
    engines = {name: "ready" if well else answer for name, answer, well in probe(facilities)}
    ready = all(answer == "ready" for answer in engines.values())
    return json_reply({"status": "ready" if ready else "not ready", "engines": engines}, 200 if ready else 503)


def _begin() -> None:
    given = request.headers.get("X-Request-ID", "")
    g.request_id = given if _REQUEST_ID.fullmatch(given) else uuid.uuid4().hex
    structlog.contextvars.clear_contextvars()
    structlog.contextvars.bind_contextvars(request_id=g.request_id)


def _finish(reply: Response) -> Response:
    reply.headers["X-Request-ID"] = g.get("request_id", "")
    reply.headers.setdefault("X-Content-Type-Options", "nosniff")
    reply.headers.setdefault("Vary", "Accept, Authorization")
    if request.method in ("GET", "HEAD"):
        # Pages of other sites may read what everybody may: nothing here is signed in by a cookie.
        reply.headers["Access-Control-Allow-Origin"] = "*"
        reply.headers["Access-Control-Expose-Headers"] = "ETag, Content-Disposition, Link, X-Request-ID"
    return reply
