"""Pages of records, made once for each change of what they show.

One statement reads all that a page depends on; what was made for the same is given again from `Facilities.kept`.
"""

from collections.abc import Callable, Hashable, Iterator
from dataclasses import dataclass
from datetime import date, datetime

import orjson

from repository.access.policy import Action, Thing, may
from repository.dataset.description import Publication
from repository.dataset.formats.signposting import Item, Items, link_header
from repository.engines.facilities import Facilities
from repository.files.queries import BATCH, first_entries, listed_files_after
from repository.foundation.actor import ANONYMOUS, Actor
from repository.foundation.clock import iso
from repository.foundation.errors import NotFound
from repository.foundation.paging import Page
from repository.foundation.site import in_path
from repository.foundation.work import Work
from repository.landing.asked import Asked
from repository.landing.contents import VersionLine
from repository.landing.exports import EXPORTS, Export
from repository.landing.filelist import FILES_AT_ONCE, pages_of
from repository.landing.headlinks import signposts_of
from repository.landing.page import render, render_tombstone
from repository.landing.queries import PageMark, mark_of
from repository.records.publications import publication_of
from repository.records.queries import RecordView, may_have_files, record_or_latest, versions_of

LISTED_VERSIONS = 100
HTML = "text/html"


@dataclass(frozen=True, slots=True)
class Shown:
    """A page, or the tombstone of what is withdrawn, with what its headers say; `links` is a ``Link`` header."""

    body: bytes
    media_type: str
    links: str
    modified: datetime
    withdrawn: bool = False

    def packed(self) -> bytes:
        """All of it but for withdrawn ones, which are not kept."""
        said = {"type": self.media_type, "links": self.links, "modified": self.modified}
        return orjson.dumps(said) + b"\n" + self.body

    @classmethod
    def unpacked(cls, kept: bytes) -> "Shown":
        head, _, body = kept.partition(b"\n")
        said = orjson.loads(head)
        return cls(body, said["type"], said["links"], datetime.fromisoformat(said["modified"]))


def shown_to(
    facilities: Facilities, actor: Actor, number: int, asked: Asked, export: Export | None, day: date
) -> Shown | int:
    """The page of a version as `asked` or, with `export`, its document; the id of the latest for a concept.

    Citations state `day`.  Raises `NotFound`, `Forbidden`.
    """
    with facilities.works.looking(actor) as work:
        mark = mark_of(work, number)
    wanted = (asked, day) if export is None else export.name
    if mark is not None and not mark.withdrawn and may(actor, Action.READ_RECORD, mark.thing):
        kept = facilities.kept.get(_key(actor, mark, wanted))
        if kept is not None:
            return Shown.unpacked(kept)
    with facilities.works.reading(actor) as work:
        view = record_or_latest(work, number, withdrawn=True)
        if isinstance(view, int):
            return view
        mark = mark_of(work, number)
        assert mark is not None  # it is the version of `view`, in the same view of the database
        made = _made(facilities, work, view, asked, export, day, mark.modified)
    if not mark.withdrawn:
        facilities.kept.put(_key(actor, mark, wanted), made.packed())
    return made


def linked(facilities: Facilities, actor: Actor, number: int) -> tuple[Publication, Items] | int:
    """A version and all its files that `actor` may have, for a linkset; the id of the latest for a concept.

    The files are read while they are sent, in a transaction of their own; the permission was checked before.
    Raises `NotFound`, `Forbidden`.
    """
    with facilities.works.reading(actor) as work:
        view = record_or_latest(work, number)
        if isinstance(view, int):
            return view
        allowed = may_have_files(work, view)
        publication = publication_of(view, facilities.site, facilities.vocabularies, files_allowed=allowed)
        set_id = view.files.id
    if not allowed or publication.withdrawn is not None:
        return publication, lambda: ()
    return publication, _all_items(facilities, set_id, number)


def _made(
    facilities: Facilities,
    work: Work,
    view: RecordView,
    asked: Asked,
    export: Export | None,
    day: date,
    modified: datetime,
) -> Shown:
    allowed = may_have_files(work, view)
    publication = _publication(facilities, work, view, asked.page, allowed)
    api_url = facilities.site.api(f"/records/{view.version.id}")
    if publication.withdrawn is not None:
        versions = _versions(facilities, work, view)
        html = render_tombstone(publication, versions=versions, asked=asked, accessed=day, api_url=api_url)
        found = signposts_of(publication, (), api_url)
        links = link_header(each for each in found if each.rel in ("cite-as", "type"))
        return Shown(html.encode(), HTML, links, modified, withdrawn=True)
    found = signposts_of(publication, EXPORTS.values(), api_url)
    if export is not None:
        document = export.write(publication)
        body = document if isinstance(document, bytes) else document.encode(errors="replace")
        return Shown(body, export.media_type, _described(publication), modified)
    html = render(
        publication,
        versions=_versions(facilities, work, view),
        files_restricted=not allowed,
        asked=asked,
        accessed=day,
        api_url=api_url,
        archive_url=f"{api_url}/files-archive" if allowed and view.files.count else None,
        exports=list(EXPORTS.values()),
        found=found,
    )
    return Shown(html.encode(), HTML, link_header(found), modified)


def _described(publication: Publication) -> str:
    """The way from a document back to the page that it describes."""
    return f'<{publication.url}>; rel="describes"; type="text/html"'


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


def _all_items(facilities: Facilities, set_id: int, number: int) -> Callable[[], Iterator[Item]]:
    base = facilities.site.page(f"/records/{number}/files")

    def read() -> Iterator[Item]:
        with facilities.works.reading(ANONYMOUS) as work:
            batch = listed_files_after(work, set_id, "", BATCH)
            while batch:
                yield from (Item(f"{base}/{in_path(file.key)}?download=1", file.media_type) for file in batch)
                last = batch[-1].key
                batch = listed_files_after(work, set_id, last, BATCH)

    return read


def _key(actor: Actor, mark: PageMark, wanted: Hashable) -> Hashable:
    """All that a page depends on: of the reader, whether the files and hidden versions of the dataset may be had."""
    hidden = Thing(owner_id=mark.thing.owner_id)
    rights = (may(actor, Action.READ_FILES, mark.thing), may(actor, Action.READ_RECORD, hidden))
    return "page", mark, rights, wanted
