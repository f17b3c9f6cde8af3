"""The public pages, written from values alone: no request, no database, nothing fetched.

A page works without scripts and loads nothing: its style sheet stands in it, and
`CONTENT_SECURITY_POLICY` allows just that.
"""

import base64
import hashlib
from collections.abc import Sequence
from datetime import date

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape
from markupsafe import Markup

from repository.dataset.description import FileOf, Publication
from repository.dataset.formats.bibtex import bibtex
from repository.dataset.formats.schema_org import embed, schema_org
from repository.landing.contents import VersionLine, contents_of, file_line, human_size
from repository.landing.metatags import head_links, metas, summary
from repository.landing.wording import Words, counted, words_in

__all__ = ["CONTENT_SECURITY_POLICY", "VersionLine", "render", "render_error"]

_ERRORS = (403, 404, 410)

_PAGES = Environment(
    loader=PackageLoader("repository.landing"),
    autoescape=select_autoescape(["html"], default_for_string=True),
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
    auto_reload=False,
)


def _style_sheet() -> str:
    source, _, _ = PackageLoader("repository.landing").get_source(_PAGES, "landing.css")
    return source


_STYLE = _style_sheet()
_STYLE_DIGEST = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()

CONTENT_SECURITY_POLICY = (
    f"default-src 'none'; style-src 'sha256-{_STYLE_DIGEST}'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
"""The value of the header of that name to send with every page made here."""


def render(
    publication: Publication,
    *,
    versions: Sequence[VersionLine],
    files: Sequence[FileOf],
    more_files: int,
    files_restricted: bool,
    language: str,
    accessed: date,
    api_url: str,
    archive_url: str | None,
) -> str:
    """The landing page of `publication` as HTML.

    `files` are those listed, `more_files` counts the others; with `files_restricted` the reader
    may have none of them.  `language` is that of the interface, ``en`` or ``zh``.  Citations
    state `accessed` as the day of reading.
    """
    words = words_in(language)
    return _PAGES.get_template("record.html").render(
        **_frame(words, publication.repository_name),
        publication=publication,
        view=contents_of(publication, words, accessed),
        versions=versions,
        files=[file_line(file) for file in files],
        file_note=_file_note(publication, words, files_restricted=files_restricted),
        more_files=counted(words, "more_files", more_files) if more_files else "",
        access=words.get(f"access_{publication.access_status}", publication.access_status),
        metas=metas(publication),
        head_links=head_links(publication, api_url),
        summary=summary(publication),
        linked_data=Markup(embed(schema_org(publication))),
        bibtex=bibtex(publication),
        api_url=api_url,
        archive_url=archive_url,
    )


def render_error(status: int, message: str, language: str, repository_name: str) -> str:
    """A page that says in people's words why there is no record to show; `message` is shown."""
    words = words_in(language)
    heading = words[f"error_{status}" if status in _ERRORS else "error_other"]
    return _PAGES.get_template("error.html").render(
        **_frame(words, repository_name), status=status, heading=heading, message=message
    )


def _frame(words: Words, repository_name: str) -> dict[str, object]:
    """What the common part of all pages needs."""
    return {"words": words, "style": Markup(_STYLE), "repository_name": repository_name}


def _file_note(publication: Publication, words: Words, *, files_restricted: bool) -> str:
    """What there is to say about the files as a whole."""
    if files_restricted:
        embargoed = publication.access_status == "embargoed"
        return words["files_embargoed" if embargoed else "files_restricted"]
    if not publication.file_count:
        return words["no_files"]
    size = human_size(publication.total_bytes)
    return counted(words, "file_total", publication.file_count, size=size)
