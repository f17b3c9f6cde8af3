"""The web application: every face on one Flask app, and the only importer of faces."""

from functools import cache
from typing import Any

from flask import Flask
from prometheus_client.registry import Collector

from repository import __version__
from repository.core.errors import MovedTo
from repository.core.web.file_responses import ACCEL
from repository.core.web.health_routes import mount_health
from repository.core.web.problems import handle_errors
from repository.core.web.request_log import mount_metrics, watch_requests
from repository.core.web.request_parsing import RecordIdConverter
from repository.core.web.responses import complete_headers, json_reply
from repository.core.web.shared_schemas import ProblemShape
from repository.engines.services import Services, health_probes
from repository.faces.api.draft_files import routes as draft_files
from repository.faces.api.drafts import routes as drafts
from repository.faces.api.identifiers import routes as identifiers
from repository.faces.api.oai_sets import routes as oai_sets
from repository.faces.api.openapi import document
from repository.faces.api.publication import routes as publication
from repository.faces.api.records import routes as records
from repository.faces.api.routing import Api
from repository.faces.api.search import routes as search
from repository.faces.api.tokens import routes as tokens
from repository.faces.api.vocabularies import routes as vocabularies
from repository.faces.feeds import views as feeds
from repository.faces.oai import routes as oai
from repository.faces.pages import views as pages
from repository.faces.pages.page_replies import error_page
from repository.faces.reasons.in_words import translated_problem
from repository.faces.request_context import SERVICES, recognise_actor, redirect_to_record
from repository.faces.resolver import unapi
from repository.faces.resolver import views as resolver

APIS: tuple[Api, ...] = (
    drafts.api,
    draft_files.api,
    publication.api,
    records.api,
    search.api,
    vocabularies.api,
    tokens.api,
    identifiers.api,
    oai_sets.api,
)
INDISPENSABLE = frozenset({"database", "store"})
"""Without these nothing useful can be answered; without the others depositing, publishing and reading go on."""


def create_app(services: Services, gauges: Collector | None = None) -> Flask:
    """The application on these services; `gauges` add what they find to ``/metrics``."""
    app = Flask("repository", static_folder=None)
    app.extensions[SERVICES] = services
    app.config[ACCEL] = services.site.accel
    app.url_map.converters["record"] = RecordIdConverter
    app.url_map.merge_slashes = False
    app.url_map.strict_slashes = False
    app.url_map.redirect_defaults = False
    handle_errors(app, error_page, translated_problem)
    app.register_error_handler(MovedTo, redirect_to_record)
    watch_requests(app)
    app.before_request(recognise_actor)
    app.after_request(complete_headers)
    for api in APIS:
        app.register_blueprint(api.blueprint())
    app.register_blueprint(pages.pages)
    app.register_blueprint(oai.pages)
    app.register_blueprint(resolver.pages)
    app.register_blueprint(unapi.pages)
    app.register_blueprint(feeds.pages)
    _describe(app, services)
    mount_health(app, health_probes(services), INDISPENSABLE, __version__)
    mount_metrics(app, gauges)
    return app


def _describe(app: Flask, services: Services) -> None:
    site = services.site
    app.add_url_rule("/api/openapi.json", "openapi", lambda: json_reply(_spec(site.name, site.base_url)))


@cache
def _spec(name: str, base_url: str) -> dict[str, Any]:
    """The API's description, made when somebody asks for it."""
    return document(APIS, ProblemShape, name, base_url, __version__)
