"""Small files of the site: for robots, for finders of weaknesses, and for programs that look for its APIs.

Sources: RFC 9309, Robots Exclusion Protocol; RFC 9116, security.txt; RFC 9727, api-catalog; RFC 8631, service links.
"""

from datetime import datetime, timedelta
from typing import Any

from repository.core.site import Site

CATALOG_TYPE = 'application/linkset+json; profile="https://www.rfc-editor.org/info/rfc9727"'
SECURITY_TXT_HOLDS = timedelta(days=180)
"""Validity of security.txt; RFC 9116 recommends less than a year."""

_ROBOTS = """\
# Pages of records, their formats and files are for everybody; searches are for people and for API clients.
User-agent: *
Allow: /records/
Allow: /api/records/
Allow: /api/openapi.json
Disallow: /records/*?*style=
Disallow: /api/
Disallow: /search
Sitemap: {sitemap}
"""


def robots_txt(site: Site) -> str:
    """Return what robots may read."""
    return _ROBOTS.format(sitemap=site.page("/sitemap.xml"))


def security_txt(site: Site, now: datetime) -> str:
    """Return the contact for weaknesses, valid from `now` for `SECURITY_TXT_HOLDS`, less a day at most."""
    expires = (now + SECURITY_TXT_HOLDS).replace(hour=0, minute=0, second=0, microsecond=0)
    fields = (
        ("Contact", f"mailto:{site.admin_email}"),
        ("Expires", expires.isoformat().replace("+00:00", "Z")),
        ("Preferred-Languages", "en, zh"),
        ("Canonical", site.page("/.well-known/security.txt")),
    )
    return "".join(f"{name}: {value}\n" for name, value in fields)


def api_catalog(site: Site) -> dict[str, Any]:
    """Return a linkset of the APIs and of their descriptions."""
    api, oai, feed = site.api(), site.page("/oai2d"), site.page("/feed.atom")
    described = {
        "service-desc": [{"href": site.api("/openapi.json"), "type": "application/json"}],
        "status": [{"href": site.page("/health/ready"), "type": "application/json"}],
    }
    return {
        "linkset": [
            {
                "anchor": site.page("/.well-known/api-catalog"),
                "item": [
                    {"href": api, "title": "Records (InvenioRDM's API)"},
                    {"href": oai, "title": "OAI-PMH 2.0"},
                    {"href": feed, "type": "application/atom+xml", "title": "New datasets"},
                ],
            },
            {"anchor": api, **described},
            {"anchor": oai, "service-desc": [{"href": f"{oai}?verb=Identify", "type": "text/xml"}]},
        ]
    }
