"""The list of a record's files, one page of the list at a time."""

from collections.abc import Sequence
from dataclasses import dataclass

from repository.dataset.description import FileOf, Publication
from repository.faces.pages.landing.page_params import PageParams
from repository.faces.pages.shell.file_sizes import human_size
from repository.faces.pages.shell.languages import Translations, counted_phrase

FILES_AT_ONCE = 100


@dataclass(frozen=True, slots=True)
class FileLine:
    """One line of the table of files."""

    name: str
    url: str
    size: str
    bytes: str
    media_type: str
    md5: str
    sha256: str
    notes: Sequence[str] = ()
    damaged: bool = False


@dataclass(frozen=True, slots=True)
class PageStep:
    """A link to another page of the list; `rel` is its relation to this page."""

    text: str
    href: str
    rel: str = ""


@dataclass(frozen=True, slots=True)
class FileList:
    """The list of files; `note` is about all files, `part` names the range on this page, or is empty."""

    note: str
    lines: Sequence[FileLine]
    part: str
    place: str
    steps: Sequence[PageStep]


def file_list(publication: Publication, params: PageParams, words: Translations, *, restricted: bool) -> FileList:
    """Return the list; the files of `publication` are those of page `params.page`."""
    lines = [file_line(file) for file in publication.files]
    pages = pages_of(publication.file_count)
    note = _note(publication, words, restricted=restricted)
    if pages <= 1 or not lines:
        return FileList(note, lines, "", "", ())
    first = (params.page - 1) * FILES_AT_ONCE + 1
    numbers = {"first": f"{first:,}", "last": f"{first + len(lines) - 1:,}", "count": f"{publication.file_count:,}"}
    place = words["page_of"].format(number=params.page, count=pages)
    return FileList(note, lines, words["listed_files"].format(**numbers), place, _steps(params, pages, words))


def pages_of(count: int) -> int:
    """Return the number of pages of a list of `count` files, at least one."""
    return max(1, -(-count // FILES_AT_ONCE))


def file_line(file: FileOf) -> FileLine:
    """Return the line of a file: its size for people and in bytes, and what the depositor says."""
    return FileLine(
        name=file.key,
        url=file.url,
        size=human_size(file.size),
        bytes=f"{file.size:,}",
        media_type=file.media_type,
        md5=file.md5,
        sha256=file.sha256,
        notes=[words for words in (file.words.title, file.words.kind, file.words.description) if words],
        damaged=file.damaged,
    )


def _steps(params: PageParams, pages: int, words: Translations) -> list[PageStep]:
    steps = []
    if params.page > 1:
        steps += [
            PageStep(words["first_page"], params.at_page(1)),
            PageStep(words["previous_page"], params.at_page(params.page - 1), "prev"),
        ]
    if params.page < pages:
        steps += [
            PageStep(words["next_page"], params.at_page(params.page + 1), "next"),
            PageStep(words["last_page"], params.at_page(pages)),
        ]
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
