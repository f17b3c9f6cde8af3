"""HTTP of the files for crawlers and feed readers, the same for everybody."""

import re
from datetime import UTC, datetime
from urllib.parse import urlencode

import orjson
from flask import Blueprint, Response, request

from repository.access.policy import Audience
from repository.access.principals import visible_to
from repository.core.actor import ANONYMOUS
from repository.core.clock import now
from repository.core.errors import NotFound
from repository.core.web.call_kinds import CallKind, counted_as
from repository.engines.search.port import Search, Sort
from repository.engines.search.query_tree import Everything
from repository.engines.services import Services
from repository.faces.feeds.atom import ATOM, ENTRIES, feed
from repository.faces.feeds.robots import CATALOG_TYPE, api_catalog, robots_txt, security_txt
from repository.faces.feeds.sitemaps import sitemap_index, sitemap_part
from repository.faces.request_context import current_services
from repository.records.public_lists import cache_key_of_lists, last_change, newest_ids
from repository.records.public_view import public_view
from repository.records.queries import record_views
from repository.search.facets import FILTERS, filters, selected
from repository.search.query_syntax import parse
from repository.search.results import find

pages = Blueprint("discovery", __name__)
XML, PLAIN = "application/xml; charset=utf-8", "text/plain; charset=utf-8"
CATALOG = "/.well-known/api-catalog"
_PART = re.compile(r"0|[1-9][0-9]{0,11}")


@pages.get("/sitemap.xml")
@counted_as(CallKind.EXPORT)
def index() -> Response:
    """Return the parts of the site map."""
    return _reply(sitemap_index(current_services()), XML)


@pages.get("/sitemap-<number>.xml")
@counted_as(CallKind.EXPORT)
def part(number: str) -> Response:
    """Return one part of the site map."""
    if not _PART.fullmatch(number):
        raise NotFound("The site map has no such part.")
    text, changed = sitemap_part(current_services(), int(number))
    return _reply(text, XML, changed)


@pages.get("/feed.atom")
@counted_as(CallKind.EXPORT)
def new_datasets() -> Response:
    """Return the newest datasets as a feed, cached until any version changes."""
    services: Services = current_services()
    with services.database.snapshot(ANONYMOUS) as snapshot:
        changed = last_change(snapshot)
        key = ("feed", cache_key_of_lists(snapshot, changed))
        text = services.cache.get(key)
        if text is None:
            views = record_views(snapshot, newest_ids(snapshot, ENTRIES))
            publications = [public_view(v, services.site, services.vocabularies, Audience.PUBLIC) for v in views]
            text = feed(services.site, publications).encode(errors="replace")
            services.cache.put(key, text)
    return _reply(text, f"{ATOM}; charset=utf-8", changed[0] if changed else None)


@pages.get("/search.atom")
@counted_as(CallKind.SEARCH)
def found_datasets() -> Response:
    """Return the newest public datasets that a search finds, as a feed; raise `Invalid` for words that are no query."""
    services: Services = current_services()
    arguments = dict(request.args.lists())
    words = " ".join(arguments.get("q", [""])[:1]).strip()
    query = [(name, value) for name in ("q", *FILTERS) for value in arguments.get(name, ())]
    results = find(
        services,
        Search(
            query=parse(words) if words else Everything(),
            scope=visible_to(ANONYMOUS),
            filters=filters(selected(arguments), services.vocabularies),
            sort=Sort.NEWEST,
            size=ENTRIES,
        ),
    )
    ids = [hit.id for hit in results.hits]
    with services.database.snapshot(ANONYMOUS) as snapshot:
        views = {view.version.id: view for view in record_views(snapshot, ids) if view.public} if ids else {}
    publications = [
        public_view(views[one], services.site, services.vocabularies, Audience.PUBLIC) for one in ids if one in views
    ]
    text = feed(services.site, publications, urlencode(query)).encode(errors="replace")
    return _reply(text, f"{ATOM}; charset=utf-8")


@pages.get("/robots.txt")
def robots() -> Response:
    """Return what robots may read."""
    return _reply(robots_txt(current_services().site), PLAIN)


@pages.get("/.well-known/security.txt")
def security() -> Response:
    """Return the contact for weaknesses. Raise `NotFound` where the installation names none."""
    services: Services = current_services()
    if not services.site.admin_email:
        raise NotFound
    return _reply(security_txt(services.site, now()), PLAIN)


@pages.get(CATALOG)
def apis() -> Response:
    """Return the APIs of this site (RFC 9727)."""
    site = current_services().site
    reply = _reply(orjson.dumps(api_catalog(site)), CATALOG_TYPE)
    reply.headers["Link"] = f'<{site.page(CATALOG)}>; rel="api-catalog"'
    return reply


def _reply(text: str | bytes, content_type: str, changed: datetime | None = None) -> Response:
    """Return a text for everybody, with an entity tag and, if known, the time of its last change."""
    reply = Response(text, content_type=content_type)
    reply.headers["Cache-Control"] = "public, max-age=300"
    reply.headers["Vary"] = "Accept-Encoding"
    if changed is not None:  # Werkzeug takes None for now
        reply.last_modified = changed.astimezone(UTC)
    reply.add_etag()
    reply.make_conditional(request)
    return reply
