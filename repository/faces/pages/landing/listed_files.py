"""Read the files that a dataset's page lists: a page of a folder, or of what a filter finds."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from repository.access.policy import Audience
from repository.core.errors import NotFound
from repository.core.site import Site
from repository.core.unit_of_work import Snapshot
from repository.dataset.blinding import blinded_file
from repository.dataset.description import FileOf
from repository.faces.pages.landing.page_params import PageParams
from repository.files.file_places import NameRange
from repository.files.folder_levels import Folder
from repository.files.level_pages import MOST_SORTED, level_page
from repository.files.model import FileEntry, FileSet
from repository.files.name_search import NameCriteria, matches_in
from repository.records.public_view import files_of
from repository.records.queries import RecordView

FILES_AT_ONCE = 50


@dataclass(frozen=True, slots=True)
class ListedFiles:
    """A page of the list; `total` counts what is on all its pages, None where nobody has counted.

    `more` says that there are further pages; `can_sort` that there are other orders than that of names.
    """

    folders: Sequence[Folder] = ()
    files: Sequence[FileOf] = ()
    total: int | None = 0
    more: bool = False
    can_sort: bool = False


def pages_of(count: int) -> int:
    """Return the number of pages of a list of `count` files, at least one."""
    return max(1, -(-count // FILES_AT_ONCE))


def listed_files(
    snapshot: Snapshot, view: RecordView, audience: Audience, params: PageParams, site: Site
) -> ListedFiles:
    """Return the page `params.page` of the list; raise `NotFound` for one beyond the last, or an unknown folder."""
    if not audience.sees_files:
        return listed_of(snapshot, None, view.version.id, params, site)
    listed = listed_of(snapshot, view.files, view.version.id, params, site)
    blind = audience is Audience.BLINDED
    return replace(listed, files=list(map(blinded_file, listed.files))) if blind else listed


def listed_of(
    snapshot: Snapshot, file_set: FileSet | None, record_id: int, params: PageParams, site: Site
) -> ListedFiles:
    """Return the page `params.page` of the files of a set, as `listed_files` does; None is a set that is closed."""
    count = file_set.totals(hidden=False)[0] if file_set else 0
    if params.page > pages_of(count):
        raise NotFound(f"The list of files has no page {params.page}.")
    if file_set is None or not count:
        return ListedFiles()
    page = _found(snapshot, file_set.id, params) if params.q else _level(snapshot, file_set.id, params, count)
    folders, entries, total, more = page
    if not folders and not entries and not params.q:
        if params.page > 1:
            raise NotFound(f"The list of files has no page {params.page}.")
        raise NotFound("The record has no such folder.")
    files = files_of(entries, record_id, site)
    return ListedFiles(folders, files, total, more, can_sort=count <= MOST_SORTED and not params.q)


_Page = tuple[Sequence[Folder], Sequence[FileEntry], int | None, bool]


def _level(snapshot: Snapshot, set_id: int, params: PageParams, count: int) -> _Page:
    offset = (params.page - 1) * FILES_AT_ONCE
    page = level_page(snapshot, set_id, params.path, params.sort, offset, FILES_AT_ONCE, hidden=False, count=count)
    more = page.level.after is not None if page.total is None else params.page < pages_of(page.total)
    return page.level.folders, page.level.files, page.total, more


def _found(snapshot: Snapshot, set_id: int, params: PageParams) -> _Page:
    offset, criteria = (params.page - 1) * FILES_AT_ONCE, NameCriteria.of(params.q, None)
    within = NameRange(params.path, params.path)
    hits = matches_in(snapshot, set_id, within, criteria, offset, FILES_AT_ONCE, hidden=False)
    return (), hits.entries, None, hits.after is not None
