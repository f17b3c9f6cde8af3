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
from repository.foundation.actor import Actor
from repository.foundation.clock import iso
from repository.foundation.errors import Gone, NotFound
from repository.foundation.paging import Page
from repository.foundation.work import Work
from repository.landing.asked import Asked
from repository.landing.contents import VersionLine
from repository.landing.filelist import FILES_AT_ONCE, pages_of
from repository.landing.page import render, render_tombstone
from repository.landing.queries import PageMark, mark_of
from repository.records.linksets import EXPORTS
from repository.records.publications import publication_of
from repository.records.queries import RecordView, may_have_files, record_or_latest, record_views, versions_of

LISTED_VERSIONS = 100


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
    views, _ = versions_of(work, view.concept.id, Page(1, LISTED_VERSIONS))
    return [
        VersionLine(
            url=facilities.site.page(f"/records/{each.version.id}"),
            index=each.version.index,
            label=str(each.version.description.get("version") or f"v{each.version.index}"),
            date=str(each.version.description.get("publication_date") or iso(each.version.created)[:10]),
            doi=each.pids["doi"].value if "doi" in each.pids else None,
            current=each.version.id == view.version.id,
        )
        for each in views
    ]


def _key(actor: Actor, mark: PageMark, asked: Asked, day: date) -> Hashable:
    """All that a page depends on: of the reader, whether the files and hidden versions of the dataset may be had."""
    hidden = Thing(owner_id=mark.thing.owner_id)
    rights = (may(actor, Action.READ_FILES, mark.thing), may(actor, Action.READ_RECORD, hidden))
    return "page", mark, rights, asked, day
