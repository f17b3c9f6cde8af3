"""Pages of records, made once for each change of what they show.

One statement reads all that a page depends on; what was made for the same is given again from `Services.cache`.
"""

from collections.abc import Hashable
from dataclasses import dataclass
from datetime import date, datetime

import orjson

from repository.access.policy import Action, Resource, may
from repository.core.actor import ANONYMOUS, Actor
from repository.core.clock import iso
from repository.core.errors import Gone, NotFound
from repository.core.paging import Page
from repository.core.unit_of_work import Snapshot
from repository.dataset.description import Publication
from repository.dataset.formats.signposting import items, level_1, link_header, remaining, signposts
from repository.engines.services import Services
from repository.faces.pages.file_list import FILES_AT_ONCE, pages_of
from repository.faces.pages.newest_datasets import newest_dataset
from repository.faces.pages.page_params import PageParams
from repository.faces.pages.rendering import render, render_start, render_tombstone
from repository.faces.pages.view_model import VersionLine
from repository.files.queries import first_entries
from repository.records.linksets import EXPORTS
from repository.records.page_keys import PageKey, page_key
from repository.records.public_view import public_view
from repository.records.queries import (
    RecordView,
    label_of,
    may_have_files,
    record_or_latest,
    record_views,
    versions_of,
)
from repository.records.recent import last_change, newest_ids

LISTED_VERSIONS = 100
NEWEST = 20
"""Datasets on the start page"""


@dataclass(frozen=True, slots=True)
class CachedPage:
    """A page as HTML, of a withdrawn version its tombstone, with what its headers say; `links` is a ``Link`` header."""

    body: bytes
    links: str
    modified: datetime
    withdrawn: bool = False

    def packed(self) -> bytes:
        """All that there is to say of a version that is not withdrawn; the others are not kept."""
        return orjson.dumps([self.links, self.modified]) + b"\n" + self.body

    @classmethod
    def unpacked(cls, kept: bytes) -> "CachedPage":
        head, _, body = kept.partition(b"\n")
        links, modified = orjson.loads(head)
        return cls(body, links, datetime.fromisoformat(modified))


def cached_page(services: Services, actor: Actor, number: int, asked: PageParams, day: date) -> CachedPage | int:
    """The page of a version as `asked`, its tombstone, or the id of the latest of the concept that has this number.

    Citations state `day`.  Raises `NotFound`, `Forbidden`.
    """
    with services.database.query(actor) as snapshot:
        mark = page_key(snapshot, number)
    if mark is not None and not mark.withdrawn and may(actor, Action.READ_RECORD, mark.thing):
        kept = services.cache.get(_key(actor, mark, asked, day))
        if kept is not None:
            return CachedPage.unpacked(kept)
    with services.database.snapshot(actor) as snapshot:
        try:
            view = record_or_latest(snapshot, number)
        except Gone:  # for those who may know of it; it has a page of its own
            return _tombstone(services, snapshot, number, asked, day)
        if isinstance(view, int):
            return view
        mark = page_key(snapshot, number)
        assert mark is not None  # it is the version of `view`, in the same view of the database
        made = _made(services, snapshot, view, asked, day, mark.modified)
    services.cache.put(_key(actor, mark, asked, day), made.packed())
    return made


def start_page(services: Services, asked: PageParams) -> tuple[bytes, datetime | None]:
    """The start page, made anew when any version was changed, and when that was."""
    wanted = PageParams(asked.language, asked.chosen)
    with services.database.query(ANONYMOUS) as snapshot:
        changed = last_change(snapshot)
    key = ("start", changed, wanted)
    kept = services.cache.get(key)
    if kept is None:
        with services.database.snapshot(ANONYMOUS) as snapshot:
            views = record_views(snapshot, newest_ids(snapshot, NEWEST))
        site = services.site
        found = [public_view(view, site, services.vocabularies, files_allowed=False) for view in views]
        kept = render_start(site.name, site.page("/"), wanted, [newest_dataset(each) for each in found]).encode()
        services.cache.put(key, kept)
    return kept, changed[0] if changed else None


def _made(
    services: Services, snapshot: Snapshot, view: RecordView, asked: PageParams, day: date, modified: datetime
) -> CachedPage:
    allowed = may_have_files(snapshot, view)
    publication = _publication(services, snapshot, view, asked.page, allowed)
    api_url = services.site.api(f"/records/{view.version.id}")
    found = level_1(signposts(publication, EXPORTS, api_url), items(publication))
    html = render(
        publication,
        versions=_versions(services, snapshot, view),
        files_restricted=not allowed,
        asked=asked,
        accessed=day,
        api_url=api_url,
        archive_url=f"{api_url}/files-archive" if allowed and view.files.count else None,
        exports=EXPORTS,
        found=found,
    )
    return CachedPage(html.encode(), link_header(found), modified)


def _tombstone(services: Services, snapshot: Snapshot, number: int, asked: PageParams, day: date) -> CachedPage:
    view = record_views(snapshot, [number])[0]
    publication = public_view(view, services.site, services.vocabularies, files_allowed=False)
    found = remaining(signposts(publication, (), services.site.api(f"/records/{number}")))
    versions = _versions(services, snapshot, view)
    html = render_tombstone(publication, versions=versions, asked=asked, accessed=day, found=found)
    return CachedPage(html.encode(), link_header(found), view.version.updated, withdrawn=True)


def _publication(services: Services, snapshot: Snapshot, view: RecordView, page: int, allowed: bool) -> Publication:
    """With the files of one page of their list; raises `NotFound` for a page that there is not."""
    if page > (pages_of(view.files.count) if allowed else 1):
        raise NotFound(f"The list of files has no page {page}.")
    offset = (page - 1) * FILES_AT_ONCE
    entries = first_entries(snapshot, view.files.id, FILES_AT_ONCE, offset) if allowed else ()
    return public_view(view, services.site, services.vocabularies, files_allowed=allowed, entries=entries)


def _versions(services: Services, snapshot: Snapshot, view: RecordView) -> list[VersionLine]:
    if view.concept.versions == 1 and view.tombstone is None:
        return [_version_line(services, view, current=True)]
    views, _ = versions_of(snapshot, view.concept.id, Page(1, LISTED_VERSIONS))
    return [_version_line(services, each, current=each.version.id == view.version.id) for each in views]


def _version_line(services: Services, view: RecordView, *, current: bool) -> VersionLine:
    version = view.version
    return VersionLine(
        url=services.site.page(f"/records/{version.id}"),
        index=version.index,
        label=label_of(version.description, version.index),
        date=str(version.description.get("publication_date") or iso(version.created)[:10]),
        doi=view.pids["doi"].value if "doi" in view.pids else None,
        current=current,
    )


def _key(actor: Actor, mark: PageKey, asked: PageParams, day: date) -> Hashable:
    """All that a page depends on: of the reader, whether the files and hidden versions of the dataset may be had."""
    hidden = Resource(mark.thing.grants)
    rights = (may(actor, Action.READ_FILES, mark.thing), may(actor, Action.READ_RECORD, hidden))
    return "page", mark, rights, asked, day
