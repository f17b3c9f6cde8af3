"""The list of a record's files as its page shows it: a folder, or what a filter has found."""

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from repository.core.site import in_path
from repository.dataset.description import FileOf, Publication
from repository.faces.pages.landing.listed_files import FILES_AT_ONCE, ListedFiles, pages_of
from repository.faces.pages.landing.page_params import PageParams
from repository.faces.pages.shell.file_sizes import human_size
from repository.faces.pages.shell.languages import Translations, counted_phrase
from repository.files.level_pages import SORTS

MOST_NUMBERS = 12
"""Pages of a list that are all linked by their numbers."""


@dataclass(frozen=True, slots=True)
class FileLine:
    """One line of the table of files; `key` is the whole name, `name` what the list shows of it."""

    key: str
    name: str
    url: str
    size: str
    bytes: str
    media_type: str
    md5: str
    sha256: str
    preview: str
    notes: Sequence[str] = ()
    damaged: bool = False


@dataclass(frozen=True, slots=True)
class FolderLine:
    """A folder of the list: where its list is, and its files as one ZIP."""

    name: str
    href: str
    content: str
    size: str
    archive: str


@dataclass(frozen=True, slots=True)
class PageStep:
    """A link to another page of the list.

    `rel` is its relation to this page, and `current` says that it is this page.
    """

    text: str
    href: str
    rel: str = ""
    current: bool = False


@dataclass(frozen=True, slots=True)
class FileList:
    """The list of files; `note` is about all files, `part` names the range on this page, or is empty."""

    note: str
    lines: Sequence[FileLine]
    folders: Sequence[FolderLine] = ()
    part: str = ""
    place: str = ""
    steps: Sequence[PageStep] = ()
    crumbs: Sequence[PageStep] = ()
    sorts: Sequence[PageStep] = ()
    archive: str = ""
    """of the folder that is shown"""
    jumps_to: int = 0
    """the last page, where there are too many to link each"""
    filters: bool = False


def file_list(
    publication: Publication,
    listed: ListedFiles,
    params: PageParams,
    words: Translations,
    archive: str,
    *,
    restricted: bool,
) -> FileList:
    """Return the list of what is listed; `archive` is the address of all files as one ZIP, or empty."""
    note = _note(publication, words, restricted=restricted)
    if restricted or not publication.file_count:
        return FileList(note, ())
    pages = pages_of(listed.total) if listed.total is not None else 0
    return FileList(
        note,
        [file_line(file, publication.url, params) for file in listed.files],
        [
            FolderLine(
                name=folder.key[len(params.path) :],
                href=params.in_folder(folder.key),
                content=counted_phrase(words, "folder_content", folder.count),
                size=human_size(folder.total_bytes),
                archive=_archive_of(archive, folder.key),
            )
            for folder in listed.folders
        ],
        _part(listed, params, words),
        _place(params, pages, words),
        _steps(params, pages, words, more=listed.more),
        _crumbs(params, words),
        [PageStep(words[f"sort_{sort}"], params.sorted_by(sort), current=sort == params.sort) for sort in SORTS]
        if listed.can_sort
        else (),
        _archive_of(archive, params.path) if params.path else "",
        pages if pages > MOST_NUMBERS else 0,
        filters=bool(params.q or params.path or listed.folders or publication.file_count > FILES_AT_ONCE),
    )


def file_line(file: FileOf, page_url: str, params: PageParams) -> FileLine:
    """Return the line of a file: its size for people and in bytes, and what the depositor says."""
    shown = file.key if params.q else file.key[len(params.path) :]
    return FileLine(
        key=file.key,
        name=shown,
        url=file.url,
        size=human_size(file.size),
        bytes=f"{file.size:,}",
        media_type=file.media_type,
        md5=file.md5,
        sha256=file.sha256,
        preview=_preview_of(file, page_url) + _language_query(params),
        notes=[words for words in (file.words.title, file.words.kind, file.words.description) if words],
        damaged=file.damaged,
    )


def _preview_of(file: FileOf, page_url: str) -> str:
    """Return the address of a preview, which is beside that of the file."""
    return f"{page_url}/preview/{in_path(file.key.encode(errors='replace').decode())}"


def _language_query(params: PageParams) -> str:
    return f"?lang={params.language}" if params.chosen else ""


def _archive_of(archive: str, folder: str) -> str:
    return f"{archive}?{urlencode({'prefix': folder})}" if archive else ""


def _crumbs(params: PageParams, words: Translations) -> list[PageStep]:
    """Return the folders that lead to the one that is shown; nothing at the top."""
    if not params.path:
        return []
    names = params.path.rstrip("/").split("/")
    paths = ["/".join(names[: number + 1]) + "/" for number in range(len(names))]
    steps = [PageStep(name, params.in_folder(path)) for name, path in zip(names, paths, strict=True)]
    return [PageStep(words["all_files"], params.in_folder("")), *steps[:-1], PageStep(names[-1], "", current=True)]


def _part(listed: ListedFiles, params: PageParams, words: Translations) -> str:
    """Return which items the page has; nothing where the list has one page only, unless a filter made it."""
    number = len(listed.folders) + len(listed.files)
    if not number:
        return ""
    first = (params.page - 1) * FILES_AT_ONCE + 1
    numbers = {"first": f"{first:,}", "last": f"{first + number - 1:,}"}
    if params.q or listed.total is None:
        return words["some_files"].format(**numbers)
    if listed.total <= FILES_AT_ONCE:
        return ""
    return words["listed_items" if listed.folders or params.path else "listed_files"].format(
        **numbers, count=f"{listed.total:,}"
    )


def _place(params: PageParams, pages: int, words: Translations) -> str:
    if pages > 1:
        return words["page_of"].format(number=params.page, count=pages)
    return words["page_alone"].format(number=params.page) if pages == 0 else ""


def _steps(params: PageParams, pages: int, words: Translations, *, more: bool) -> list[PageStep]:
    page = params.page
    steps = [PageStep(words["previous_page"], params.at_page(page - 1), "prev")] if page > 1 else []
    if 1 < pages <= MOST_NUMBERS:
        numbers = range(1, pages + 1)
        steps += [PageStep(str(number), params.at_page(number), current=number == page) for number in numbers]
    elif page > 1:
        steps.insert(0, PageStep(words["first_page"], params.at_page(1)))
    if more:
        steps.append(PageStep(words["next_page"], params.at_page(page + 1), "next"))
    if pages > MOST_NUMBERS and more:
        steps.append(PageStep(words["last_page"], params.at_page(pages)))
    return steps


def _note(publication: Publication, words: Translations, *, restricted: bool) -> str:
    """Return the note about all files."""
    if restricted and publication.access_status == "embargoed":
        until = publication.embargo_until
        opens = words["embargo_until"].format(date=until) if until else ""
        return " ".join(part for part in (words["files_embargoed"], opens) if part)
    if restricted:
        return words["files_restricted"]
    if not publication.file_count:
        return words["no_files"]
    size = human_size(publication.total_bytes)
    return counted_phrase(words, "file_total", publication.file_count, size=size)
