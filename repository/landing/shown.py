"""Pages of records, made once for each change of what they show.

One statement reads all that a page depends on; what was made for the same is given again from `Facilities.kept`.
"""

from collections.abc import Hashable
from dataclasses import dataclass
from datetime import date, datetime

import orjson

from repository.access.policy import Action, Thing, may
from repository.dataset.description import Publication
from repository.dataset.formats.signposting import items, level_1, link_header, remaining, signposts
from repository.engines.facilities import Facilities
from repository.files.queries import first_entries
from repository.foundation.actor import ANONYMOUS, Actor
from repository.foundation.clock import iso
from repository.foundation.errors import Gone, NotFound
from repository.foundation.paging import Page
from repository.foundation.work import Work
from repository.landing.asked import Asked
from repository.landing.contents import VersionLine
from repository.landing.filelist import FILES_AT_ONCE, pages_of
from repository.landing.newest import new_line
from repository.landing.page import render, render_start, render_tombstone
from repository.landing.queries import PageMark, mark_of
from repository.records.linksets import EXPORTS
from repository.records.newest import last_change, newest_ids
from repository.records.publications import publication_of
from repository.records.queries import (
    RecordView,
    label_of,
    may_have_files,
    record_or_latest,
    record_views,
    versions_of,
)

LISTED_VERSIONS = 100
NEWEST = 20
"""Datasets on the start page"""


@dataclass(frozen=True, slots=True)
class Shown:
    """A page as HTML, of a withdrawn version its tombstone, with what its headers say; `links` is a ``Link`` header."""

    body: bytes
    links: str
    modified: datetime
    withdrawn: bool = False

    def packed(self) -> bytes:
        """All that there is to say of a version that is not withdrawn; the others are not kept."""
        return orjson.dumps([self.links, self.modified]) + b"\n" + self.body

    @classmethod
    def unpacked(cls, kept: bytes) -> "Shown":
        head, _, body = kept.partition(b"\n")
        links, modified = orjson.loads(head)
        return cls(body, links, datetime.fromisoformat(modified))


def shown_to(facilities: Facilities, actor: Actor, number: int, asked: Asked, day: date) -> Shown | int:
    """The page of a version as `asked`, its tombstone, or the id of the latest of the concept that has this number.

    Citations state `day`.  Raises `NotFound`, `Forbidden`.
    """
    with facilities.works.looking(actor) as work:
        mark = mark_of(work, number)
    if mark is not None and not mark.withdrawn and may(actor, Action.READ_RECORD, mark.thing):
        kept = facilities.kept.get(_key(actor, mark, asked, day))
        if kept is not None:
            return Shown.unpacked(kept)
    with facilities.works.reading(actor) as work:
        try:
            view = record_or_latest(work, number)
        except Gone:  # for those who may know of it; it has a page of its own
            return _tombstone(facilities, work, number, asked, day)
        if isinstance(view, int):
            return view
        mark = mark_of(work, number)
        assert mark is not None  # it is the version of `view`, in the same view of the database
        made = _made(facilities, work, view, asked, day, mark.modified)
    facilities.kept.put(_key(actor, mark, asked, day), made.packed())
    return made


def start_page(facilities: Facilities, asked: Asked) -> tuple[bytes, datetime | None]:
    """The start page, made anew when any version was changed, and when that was."""
    wanted = Asked(asked.language, asked.chosen)
    with facilities.works.looking(ANONYMOUS) as work:
        changed = last_change(work)
    key = ("start", changed, wanted)
    kept = facilities.kept.get(key)
    if kept is None:
        with facilities.works.reading(ANONYMOUS) as work:
            views = record_views(work, newest_ids(work, NEWEST))
        site = facilities.site
        found = [publication_of(view, site, facilities.vocabularies, files_allowed=False) for view in views]
        kept = render_start(site.name, site.page("/"), wanted, [new_line(each) for each in found]).encode()
        facilities.kept.put(key, kept)
    return kept, changed[0] if changed else None


def _made(facilities: Facilities, work: Work, view: RecordView, asked: Asked, day: date, modified: datetime) -> Shown:
    allowed = may_have_files(work, view)
    publication = _publication(facilities, work, view, asked.page, allowed)
    api_url = facilities.site.api(f"/records/{view.version.id}")
    found = level_1(signposts(publication, EXPORTS, api_url), items(publication))
    html = render(
        publication,
        versions=_versions(facilities, work, view),
        files_restricted=not allowed,
        asked=asked,
        accessed=day,
        api_url=api_url,
        archive_url=f"{api_url}/files-archive" if allowed and view.files.count else None,
        exports=EXPORTS,
        found=found,
    )
    return Shown(html.encode(), link_header(found), modified)


def _tombstone(facilities: Facilities, work: Work, number: int, asked: Asked, day: date) -> Shown:
    view = record_views(work, [number])[0]
    publication = publication_of(view, facilities.site, facilities.vocabularies, files_allowed=False)
    found = remaining(signposts(publication, (), facilities.site.api(f"/records/{number}")))
    versions = _versions(facilities, work, view)
    html = render_tombstone(publication, versions=versions, asked=asked, accessed=day, found=found)
    return Shown(html.encode(), link_header(found), view.version.updated, withdrawn=True)


def _publication(facilities: Facilities, work: Work, view: RecordView, page: int, allowed: bool) -> Publication:
    """With the files of one page of their list; raises `NotFound` for a page that there is not."""
    if page > (pages_of(view.files.count) if allowed else 1):
        raise NotFound(f"The list of files has no page {page}.")
    offset = (page - 1) * FILES_AT_ONCE
    entries = first_entries(work, view.files.id, FILES_AT_ONCE, offset) if allowed else ()
    return publication_of(view, facilities.site, facilities.vocabularies, files_allowed=allowed, entries=entries)


def _versions(facilities: Facilities, work: Work, view: RecordView) -> list[VersionLine]:
    if view.concept.versions == 1 and view.tombstone is None:
        return [_version_line(facilities, view, current=True)]
    views, _ = versions_of(work, view.concept.id, Page(1, LISTED_VERSIONS))
    return [_version_line(facilities, each, current=each.version.id == view.version.id) for each in views]


def _version_line(facilities: Facilities, view: RecordView, *, current: bool) -> VersionLine:
    version = view.version
    return VersionLine(
        url=facilities.site.page(f"/records/{version.id}"),
        index=version.index,
        label=label_of(version.description, version.index),
        date=str(version.description.get("publication_date") or iso(version.created)[:10]),
        doi=view.pids["doi"].value if "doi" in view.pids else None,
        current=current,
    )


def _key(actor: Actor, mark: PageMark, asked: Asked, day: date) -> Hashable:
    """All that a page depends on: of the reader, whether the files and hidden versions of the dataset may be had."""
    hidden = Thing(owner_id=mark.thing.owner_id)
    rights = (may(actor, Action.READ_FILES, mark.thing), may(actor, Action.READ_RECORD, hidden))
    return "page", mark, rights, asked, day
