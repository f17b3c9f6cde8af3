"""Site maps: an index, and parts that stay the same while nothing in them changes.

Source: sitemaps.org protocol 0.9. A part is a range of ids, so that it can be made alone; part 0 holds the site's own
pages.  At most half of its ids are records, for concepts share the sequence; the protocol allows 50,000 pages.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime

from repository.core.actor import ANONYMOUS
from repository.core.errors import NotFound
from repository.core.site import Site
from repository.dataset.formats import xml_writer
from repository.engines.services import Services
from repository.records.model import IDS_IN_A_PART
from repository.records.public_lists import cache_key_of_lists, changes_of_parts, last_change, pages_in

_NAMESPACE = "http://www.sitemaps.org/schemas/sitemap/0.9"


def sitemap_index(services: Services) -> bytes:
    """Return the parts, each with its last change; cached until any version changes."""
    with services.database.snapshot(ANONYMOUS) as snapshot:
        key = ("sitemap", cache_key_of_lists(snapshot, last_change(snapshot)))
        text = services.cache.get(key)
        if text is None:
            text = _index(services.site, changes_of_parts(snapshot)).encode()
            services.cache.put(key, text)
    return text


def _index(site: Site, parts: Mapping[int, datetime]) -> str:
    entries: list[tuple[str, datetime | None]] = [(site.page("/sitemap-0.xml"), None)]
    entries += [(site.page(f"/sitemap-{part + 1}.xml"), parts[part]) for part in sorted(parts)]
    return _document("sitemapindex", "sitemap", entries)


def sitemap_part(services: Services, number: int) -> tuple[str, datetime | None]:
    """Return a part and its last change. Raise `NotFound` for an empty part."""
    if number == 0:
        return _document("urlset", "url", [(services.site.page("/"), None)]), None
    first = (number - 1) * IDS_IN_A_PART
    with services.database.snapshot(ANONYMOUS) as snapshot:
        pages = pages_in(snapshot, first, first + IDS_IN_A_PART)
    if not pages:
        raise NotFound("The site map has no such part.")
    entries = ((_address(services.site, page.id), page.updated) for page in pages)
    return _document("urlset", "url", entries), max(page.updated for page in pages)


def _address(site: Site, record_id: int) -> str:
    return site.page(f"/records/{record_id}")


def _document(name: str, element: str, entries: Iterable[tuple[str, datetime | None]]) -> str:
    return "".join(_document_parts(name, element, entries))


def _document_parts(name: str, element: str, entries: Iterable[tuple[str, datetime | None]]) -> Iterator[str]:
    yield f'<?xml version="1.0" encoding="UTF-8"?>\n<{name} xmlns="{_NAMESPACE}">\n'
    for address, moment in entries:
        changed = f"<lastmod>{moment.isoformat(timespec='seconds')}</lastmod>" if moment else ""
        yield f"<{element}>{xml_writer.element('loc', address)}{changed}</{element}>\n"
    yield f"</{name}>\n"
