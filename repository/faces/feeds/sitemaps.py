"""Site maps: an index, and parts of it that stay the same as long as nothing in them changes.

Source: sitemaps.org protocol 0.9.  A part is a range of ids, so that it can be made alone;
part 0 is the site's own pages.
"""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta

import orjson

from repository.core.actor import ANONYMOUS
from repository.core.errors import NotFound
from repository.core.site import Site
from repository.dataset.formats import xml_writer
from repository.engines.services import Services
from repository.records.public_lists import newest_changes, pages_in

IDS_IN_A_PART = 20_000
"""Concepts have numbers of the same sequence, so that at most half of these are records; the protocol allows 50,000."""
OVERLAP = timedelta(minutes=10)
"""A transaction may end so long after the moment that its rows bear."""

_NAMESPACE = "http://www.sitemaps.org/schemas/sitemap/0.9"
_KEPT = ("sitemap index",)
_BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)


def sitemap_index(services: Services) -> str:
    """The parts there are, and when something in each was changed last."""
    parts = _parts(services)
    said: list[tuple[str, datetime | None]] = [(services.site.page("/sitemap-0.xml"), None)]
    said += [(services.site.page(f"/sitemap-{part + 1}.xml"), parts[part]) for part in sorted(parts)]
    return _document("sitemapindex", "sitemap", said)


def sitemap_part(services: Services, number: int) -> tuple[str, datetime | None]:
    """A part, and when something in it was changed last; raises `NotFound` where there is nothing."""
    if number == 0:
        return _document("urlset", "url", [(services.site.page("/"), None)]), None
    first = (number - 1) * IDS_IN_A_PART
    with services.database.snapshot(ANONYMOUS) as snapshot:
        pages = pages_in(snapshot, first, first + IDS_IN_A_PART)
    if not pages:
        raise NotFound("The site map has no such part.")
    said = ((_address(services.site, page.id), page.updated) for page in pages)
    return _document("urlset", "url", said), max(page.updated for page in pages)


def _parts(services: Services) -> dict[int, datetime]:
    """Number of each range -> its last change; what was learnt before is kept, and only what came since is read."""
    kept = services.cache.get(_KEPT)
    known = {int(part): datetime.fromisoformat(moment) for part, moment in orjson.loads(kept or b"{}").items()}
    since = max(known.values()) - OVERLAP if known else _BEGINNING
    with services.database.snapshot(ANONYMOUS) as snapshot:
        known |= newest_changes(snapshot, since, IDS_IN_A_PART)
    services.cache.put(_KEPT, orjson.dumps({str(part): moment for part, moment in known.items()}))
    return known


def _address(site: Site, record_id: int) -> str:
    return site.page(f"/records/{record_id}")


def _document(name: str, entry: str, said: Iterable[tuple[str, datetime | None]]) -> str:
    return "".join(_written(name, entry, said))


def _written(name: str, entry: str, said: Iterable[tuple[str, datetime | None]]) -> Iterator[str]:
    yield f'<?xml version="1.0" encoding="UTF-8"?>\n<{name} xmlns="{_NAMESPACE}">\n'
    for address, moment in said:
        changed = f"<lastmod>{moment.isoformat(timespec='seconds')}</lastmod>" if moment else ""
        yield f"<{entry}>{xml_writer.element('loc', address)}{changed}</{entry}>\n"
    yield f"</{name}>\n"
