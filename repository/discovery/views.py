"""HTTP of what crawlers and feed readers look for, the same for everybody."""

import re
from datetime import UTC, datetime

import orjson
from flask import Blueprint, Response, request

from repository.discovery.feed import ATOM, ENTRIES, feed
from repository.discovery.notices import CATALOG_TYPE, api_catalog, robots_txt, security_txt
from repository.discovery.sitemaps import sitemap_index, sitemap_part
from repository.engines.facilities import Facilities
from repository.foundation.actor import ANONYMOUS
from repository.foundation.clock import now
from repository.foundation.errors import NotFound
from repository.foundation.web.context import current_facilities
from repository.records.newest import last_change, newest_ids
from repository.records.publications import publication_of
from repository.records.queries import record_views

pages = Blueprint("discovery", __name__)
XML, PLAIN = "application/xml; charset=utf-8", "text/plain; charset=utf-8"
CATALOG = "/.well-known/api-catalog"
_PART = re.compile(r"0|[1-9][0-9]{0,11}")


@pages.get("/sitemap.xml")
def index() -> Response:
    """The parts of the site map."""
    return _reply(sitemap_index(current_facilities()), XML)


@pages.get("/sitemap-<number>.xml")
def part(number: str) -> Response:
    """One part of the site map."""
    if not _PART.fullmatch(number):
        raise NotFound("The site map has no such part.")
    text, changed = sitemap_part(current_facilities(), int(number))
    return _reply(text, XML, changed)


@pages.get("/feed.atom")
def new_datasets() -> Response:
    """The newest datasets as a feed, made anew when any version was changed."""
    facilities: Facilities = current_facilities()
    with facilities.works.reading(ANONYMOUS) as work:
        changed = last_change(work)
        key = ("feed", changed)
        text = facilities.kept.get(key)
        if text is None:
            views = record_views(work, newest_ids(work, ENTRIES))
            found = [publication_of(v, facilities.site, facilities.vocabularies, files_allowed=False) for v in views]
            text = feed(facilities.site, found).encode(errors="replace")
            facilities.kept.put(key, text)
    return _reply(text, f"{ATOM}; charset=utf-8", changed[0] if changed else None)


@pages.get("/robots.txt")
def robots() -> Response:
    """What robots may read."""
    return _reply(robots_txt(current_facilities().site), PLAIN)


@pages.get("/.well-known/security.txt")
def security() -> Response:
    """Whom to tell of a weakness; there is none where the installation names nobody."""
    facilities: Facilities = current_facilities()
    if not facilities.site.admin_email:
        raise NotFound
    return _reply(security_txt(facilities.site, now()), PLAIN)


@pages.get(CATALOG)
def apis() -> Response:
    """The APIs of this site (RFC 9727)."""
    site = current_facilities().site
    reply = _reply(orjson.dumps(api_catalog(site)), CATALOG_TYPE)
    reply.headers["Link"] = f'<{site.page(CATALOG)}>; rel="api-catalog"'
    return reply


def _reply(text: str | bytes, content_type: str, changed: datetime | None = None) -> Response:
    """A text for everybody, with an entity tag and, where known, when it was changed."""
    reply = Response(text, content_type=content_type)
    reply.headers["Cache-Control"] = "public, max-age=300"
    reply.headers["Vary"] = "Accept-Encoding"
    reply.last_modified = changed.astimezone(UTC) if changed else None
    reply.add_etag()
    reply.make_conditional(request)
    return reply
