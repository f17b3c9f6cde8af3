"""The web application: every face on one Flask app, and the only importer of faces."""

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

from flask import Flask
from prometheus_client.registry import Collector

from repository import __version__
from repository.core.conditions import Condition
from repository.core.errors import MovedTo
from repository.core.web.file_responses import ACCEL
from repository.core.web.health_routes import mount_health
from repository.core.web.problems import handle_errors
from repository.core.web.request_log import mount_metrics, watch_requests
from repository.core.web.request_parsing import RecordIdConverter
from repository.core.web.responses import complete_headers, json_reply
from repository.core.web.shared_schemas import ProblemShape
from repository.engines.services import Services, health_probes
from repository.faces.api.access_requests import routes as access_requests
from repository.faces.api.audit import routes as audit
from repository.faces.api.draft_files import routes as draft_files
from repository.faces.api.drafts import routes as drafts
from repository.faces.api.file_checks import routes as file_checks
from repository.faces.api.file_previews import routes as file_previews
from repository.faces.api.identifiers import routes as identifiers
from repository.faces.api.identities import routes as identities
from repository.faces.api.imports import routes as imports
from repository.faces.api.institutions import routes as institutions
from repository.faces.api.limits_told import routes as limits_told
from repository.faces.api.managed_people import routes as managed_people
from repository.faces.api.names import routes as names
from repository.faces.api.notifications import routes as notifications
from repository.faces.api.notifications import unsubscribe_page
from repository.faces.api.oai_sets import routes as oai_sets
from repository.faces.api.openapi import document
from repository.faces.api.organisations import routes as organisations
from repository.faces.api.own_data import routes as own_data
from repository.faces.api.ownership import routes as ownership
from repository.faces.api.people import routes as people
from repository.faces.api.publication import routes as publication
from repository.faces.api.records import routes as records
from repository.faces.api.routing import Api
from repository.faces.api.search import routes as search
from repository.faces.api.share_links import routes as share_links
from repository.faces.api.sharing import routes as sharing
from repository.faces.api.sign_in import routes as sign_in
from repository.faces.api.sign_up import routes as sign_up
from repository.faces.api.teams import routes as teams
from repository.faces.api.tokens import routes as tokens
from repository.faces.api.tus_uploads import routes as tus_uploads
from repository.faces.api.tus_uploads.tus_headers import speak_tus
from repository.faces.api.vocabularies import routes as vocabularies
from repository.faces.api.webhooks import routes as webhooks
from repository.faces.counted_calls import leave_search, limit_calls, limit_sign_ins, tell_limits
from repository.faces.feeds import views as feeds
from repository.faces.oai import routes as oai
from repository.faces.oauth import views as oauth
from repository.faces.pages.blueprints import BLUEPRINTS as PAGES
from repository.faces.pages.shell.page_replies import error_page
from repository.faces.presented_link import mount_links
from repository.faces.reasons.in_words import translated_problem
from repository.faces.request_context import HEALTH, SERVICES, guard_reply, recognise_actor, redirect_to_record
from repository.faces.resolver import unapi
from repository.faces.resolver import views as resolver

APIS: tuple[Api, ...] = (
    drafts.api,
    imports.api,
    draft_files.api,
    file_checks.api,
    file_previews.api,
    tus_uploads.api,
    publication.api,
    access_requests.api,
    ownership.api,
    sharing.api,
    share_links.api,
    records.api,
    search.api,
    vocabularies.api,
    organisations.api,
    names.api,
    tokens.api,
    limits_told.api,
    people.api,
    managed_people.api,
    own_data.api,
    teams.api,
    institutions.api,
    identifiers.api,
    identities.api,
    oai_sets.api,
    notifications.api,
    webhooks.api,
    sign_in.api,
    sign_up.api,
    audit.api,
)
INDISPENSABLE = frozenset({"database", "store"})
"""Without these nothing useful can be answered; without the others depositing, publishing and reading go on."""


class SynchronousFlask(Flask):
    """The application; none of its views and hooks is a coroutine, so that nobody has to ask each of them."""

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        """Return the function."""
        return func


def create_app(
    services: Services, gauges: Collector | None = None, conditions: Callable[[], Mapping[str, Condition]] = dict
) -> Flask:
    """The application on these services.

    `gauges` add what they find to ``/metrics``, `conditions` tell ``/health/ready`` how the parts of the site are.
    """
    app = SynchronousFlask("repository", static_folder=None)
    app.extensions[SERVICES] = services
    app.config[ACCEL] = services.site.accel
    app.url_map.converters["record"] = RecordIdConverter
    app.url_map.merge_slashes = False
    app.url_map.strict_slashes = False
    app.url_map.redirect_defaults = False
    handle_errors(app, error_page, translated_problem)
    app.register_error_handler(MovedTo, redirect_to_record)
    watch_requests(app)
    app.before_request(limit_sign_ins)
    app.before_request(recognise_actor)
    app.before_request(limit_calls)
    app.teardown_request(leave_search)
    app.after_request(tell_limits)
    app.after_request(guard_reply)
    mount_links(app)
    app.after_request(speak_tus)
    app.after_request(complete_headers)  # before the one above: what is registered last begins
    for api in APIS:
        app.register_blueprint(api.blueprint())
    app.register_blueprint(unsubscribe_page.pages)
    for page in PAGES:
        app.register_blueprint(page)
    app.register_blueprint(oai.pages)
    app.register_blueprint(oauth.pages)
    app.register_blueprint(resolver.pages)
    app.register_blueprint(unapi.pages)
    app.register_blueprint(feeds.pages)
    _describe(app, services)
    app.extensions[HEALTH] = mount_health(app, health_probes(services), INDISPENSABLE, __version__, conditions)
    mount_metrics(app, gauges)
    return app


def _describe(app: Flask, services: Services) -> None:
    site = services.site
    app.add_url_rule("/api/openapi.json", "openapi", lambda: json_reply(_spec(site.name, site.base_url)))


@cache
def _spec(name: str, base_url: str) -> dict[str, Any]:
    """The API's description, made when somebody asks for it."""
    return document(APIS, ProblemShape, name, base_url, __version__)
