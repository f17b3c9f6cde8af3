"""Pages of records, written once for every change of their content.

One statement reads everything that a page depends on, as the key of the page in `Services.cache`.
"""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

import orjson

from repository.access.policy import Action, Audience, Resource, audience_of, may
from repository.access.request_settings import RequestSettings
from repository.core.actor import Actor
from repository.core.clock import iso
from repository.core.errors import Gone
from repository.core.paging import Page
from repository.core.unit_of_work import Snapshot
from repository.dataset.description import Publication
from repository.dataset.formats.signposting import Signpost, items, level_1, link_header, remaining, signposts
from repository.engines.services import Services
from repository.faces.pages.landing.listed_files import ListedFiles, listed_files
from repository.faces.pages.landing.page_params import PageParams
from repository.faces.pages.landing.rendering import render, render_tombstone
from repository.faces.pages.landing.view_model import VersionLine, date_text
from repository.files.queries import first_entries
from repository.records.cache_keys import PageKey, page_key
from repository.records.linksets import EXPORTS
from repository.records.public_view import public_view
from repository.records.queries import (
    RecordView,
    audience_for,
    label_of,
    record_views,
    resolve_record,
    versions_of,
)

LISTED_VERSIONS = 100
FILES_IN_HEAD = 100
"""Files that linked data and links of a page name, whatever its list shows."""


@dataclass(frozen=True, slots=True)
class CachedPage:
    """A page or tombstone as HTML, with the values of its headers; `links` is a ``Link`` header.

    A client that has the page since `changed` has this one; `modified` is what it is told.
    """

    body: bytes
    links: str
    modified: datetime
    changed: datetime
    withdrawn: bool = False
    resource: Resource | None = None
    """what the policy knows of the record, with the grants of the actor; no part of what is kept"""

    def pack(self) -> bytes:
        """Return the page as bytes for the cache, which never keeps tombstones."""
        return orjson.dumps([self.links, self.modified, self.changed]) + b"\n" + self.body

    @classmethod
    def unpack(cls, packed: bytes) -> "CachedPage":
        """Return the page of the bytes that `pack` has made."""
        head, _, body = packed.partition(b"\n")
        links, modified, changed = orjson.loads(head)
        return cls(body, links, datetime.fromisoformat(modified), datetime.fromisoformat(changed))


def cached_page(services: Services, actor: Actor, record_id: int, params: PageParams, day: date) -> CachedPage:
    """Return the page of a version, or of its tombstone; citations state `day`.

    Raises `MovedTo` for a concept's id, `NotFound`, `Forbidden`.
    """
    with services.database.connection() as connection:
        key = page_key(connection, actor, record_id)
    if key is not None and not key.withdrawn and may(actor, Action.READ_RECORD, key.resource):
        packed = services.cache.get(_cache_key(actor, key, params, day))
        if packed is not None:
            return replace(CachedPage.unpack(packed), resource=key.resource)
    return _write_page(services, actor, record_id, params, day)


def _write_page(services: Services, actor: Actor, record_id: int, params: PageParams, day: date) -> CachedPage:
    """Write the page from one view of the database and keep it, unless it is a tombstone."""
    with services.database.snapshot(actor) as snapshot:
        try:
            view = resolve_record(snapshot, record_id)
        except Gone:  # for readers who may know of it; it has a page of its own
            return _tombstone(services, snapshot, record_id, params, day)
        key = page_key(snapshot.session.connection(), actor, record_id)
        assert key is not None  # it is the version of `view`, in the same view of the database
        page = _record_page(services, snapshot, view, params, day, key)
    services.cache.put(_cache_key(actor, key, params, day), page.pack())
    return replace(page, resource=key.resource)


def _record_page(
    services: Services, snapshot: Snapshot, view: RecordView, params: PageParams, day: date, key: PageKey
) -> CachedPage:
    audience = audience_for(snapshot, view)
    listed = listed_files(snapshot, view, audience, params, services.site)
    publication = _for_machines(services, snapshot, view, audience, listed, params)
    settings = RequestSettings.of_json(view.concept.request_settings)
    has_files = view.version.files_enabled and view.files.totals(hidden=False)[0] > 0
    api_url = services.site.api(f"/records/{view.version.id}")
    links = level_1(signposts(publication, EXPORTS, api_url), items(publication))
    html = render(
        publication,
        versions=_versions(services, snapshot, view, audience),
        listed=listed,
        files_restricted=not audience.sees_files,
        params=params,
        accessed=day,
        api_url=api_url,
        archive_url=f"{api_url}/files-archive" if publication.file_count else None,
        takes_requests=has_files and not audience.sees_files and (settings.allow_users or settings.allow_guests),
        exports=EXPORTS,
        links=links,
    )
    return CachedPage(html.encode(), _links(publication, links), key.modified, key.changed)


def _tombstone(services: Services, snapshot: Snapshot, record_id: int, params: PageParams, day: date) -> CachedPage:
    view = record_views(snapshot, [record_id])[0]
    publication = public_view(view, services.site, services.vocabularies, Audience.PUBLIC)
    links = remaining(signposts(publication, (), services.site.api(f"/records/{record_id}")))
    versions = _versions(services, snapshot, view, Audience.PUBLIC)
    html = render_tombstone(publication, versions=versions, params=params, accessed=day, links=links)
    updated = view.version.updated
    return CachedPage(html.encode(), _links(publication, links), updated, updated, withdrawn=True)


def _links(publication: Publication, signposts: Sequence[Signpost]) -> str:
    """Return the ``Link`` header: the page itself is canonical (RFC 6596), its DOI is how to cite it."""
    return link_header([Signpost("canonical", publication.url), *signposts])


def _for_machines(
    services: Services,
    snapshot: Snapshot,
    view: RecordView,
    audience: Audience,
    listed: ListedFiles,
    params: PageParams,
) -> Publication:
    """Return the version with the files that its head names: the first of all, or those listed."""
    if params.is_plain and audience.sees_files:
        entries = first_entries(snapshot, view.files.id, FILES_IN_HEAD, hidden=False)
        return public_view(view, services.site, services.vocabularies, audience, entries)
    publication = public_view(view, services.site, services.vocabularies, audience)
    return replace(publication, files=listed.files)


def _versions(services: Services, snapshot: Snapshot, view: RecordView, audience: Audience) -> list[VersionLine]:
    if audience is Audience.BLINDED:  # others lead to the names of their makers, and an identifier does at once
        return [replace(_version_line(services, view, current=True), doi=None)]
    if view.concept.versions == 1 and view.tombstone is None:
        return [_version_line(services, view, current=True)]
    views, _ = versions_of(snapshot, view.concept.id, Page(1, LISTED_VERSIONS))
    return [_version_line(services, other, current=other.version.id == view.version.id) for other in views]


def _version_line(services: Services, view: RecordView, *, current: bool) -> VersionLine:
    version = view.version
    return VersionLine(
        url=services.site.page(f"/records/{version.id}"),
        index=version.index,
        label=label_of(version.description, version.index),
        date=date_text(str(version.description.get("publication_date") or iso(version.created)[:10])),
        doi=view.pids["doi"].value if "doi" in view.pids else None,
        current=current,
    )


def _cache_key(actor: Actor, key: PageKey, params: PageParams, day: date) -> Hashable:
    """Return everything that a page depends on."""
    return "page", key, audience_of(actor, key.resource), params, day
