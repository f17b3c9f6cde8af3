"""Write a dataset's pages from values alone, without a request or a database."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from markupsafe import Markup

from repository.core.errors import FieldError
from repository.dataset.description import Publication
from repository.dataset.formats.schema_org.schema_org_json import embed, schema_org
from repository.dataset.formats.signposting import Export, Signpost
from repository.faces.pages.landing.citing import STYLES_ON_REQUEST
from repository.faces.pages.landing.export_notes import export_note
from repository.faces.pages.landing.file_list import file_list
from repository.faces.pages.landing.file_wording import FILE_WORDING
from repository.faces.pages.landing.head_links import head_links
from repository.faces.pages.landing.listed_files import ListedFiles
from repository.faces.pages.landing.meta_tags import metas, summary
from repository.faces.pages.landing.page_params import PageParams
from repository.faces.pages.landing.version_wording import VERSION_WORDING
from repository.faces.pages.landing.view_model import VersionLine, page_contents
from repository.faces.pages.landing.wording import WORDING
from repository.faces.pages.shell.assets import assets
from repository.faces.pages.shell.file_sizes import human_size
from repository.faces.pages.shell.languages import by_language, in_language
from repository.faces.pages.shell.page_frame import PageFrame
from repository.faces.pages.shell.templating import reason_in, render_page, render_part
from repository.faces.pages.shell.wording import WORDING as SHELL_WORDING

__all__ = ["WORDS", "VersionLine", "render", "render_draft", "render_tombstone"]

WORDS = by_language(SHELL_WORDING, WORDING, FILE_WORDING, VERSION_WORDING)
OWNER_PLACE = "<!--owner-->"
"""Where a page has what only those may do who may change the record; pages are kept for everybody."""


def render(
    publication: Publication,
    *,
    versions: Sequence[VersionLine],
    listed: ListedFiles,
    files_restricted: bool,
    params: PageParams,
    accessed: date,
    api_url: str,
    archive_url: str | None,
    takes_requests: bool,
    exports: Sequence[Export],
    links: Sequence[Signpost],
) -> str:
    """Return the landing page of `publication` as HTML.

    `listed` is what the list of files shows, the files of `publication` are those that machines are told of;
    `files_restricted` says that the reader may not have them, and `takes_requests` that one may ask for them.
    Citations state `accessed` as the day of reading.  `exports` are the formats that the page offers, `links` are its
    signposts.
    """
    words = in_language(WORDS, params.language)
    return render_page(
        "landing/record.html",
        params,
        publication.repository_name,
        WORDS,
        publication=publication,
        view=page_contents(publication, words, params.style, accessed),
        versions=versions,
        files=file_list(publication, listed, params, words, archive_url or "", restricted=files_restricted),
        owner_place=Markup(OWNER_PLACE),
        size=human_size(publication.total_bytes),
        coastlines=assets()["land.svg"].address,
        access=words.get(f"access_{publication.access_status}", publication.access_status),
        metas=metas(publication, words["language"]),
        head_links=head_links(publication, links),
        summary=summary(publication),
        linked_data=Markup(embed(schema_org(publication))),
        other_styles=STYLES_ON_REQUEST,
        takes_requests=takes_requests,
        exports=exports,
        export_notes={export.name: export_note(export.name, words["language"]) for export in exports},
        api_url=api_url,
        archive_url=archive_url,
    )


def render_tombstone(
    publication: Publication,
    *,
    versions: Sequence[VersionLine],
    params: PageParams,
    accessed: date,
    links: Sequence[Signpost],
) -> str:
    """Return the page of a withdrawn version: its description and the reason, without files.

    Raises `ValueError` for a version that is not withdrawn.
    """
    if publication.withdrawn is None:
        raise ValueError("Only a withdrawn version has a tombstone.")
    words = in_language(WORDS, params.language)
    return render_page(
        "landing/tombstone.html",
        params,
        publication.repository_name,
        WORDS,
        publication=publication,
        view=page_contents(publication, words, "", accessed),
        withdrawn=publication.withdrawn,
        versions=[version for version in versions if not version.current],
        head_links=head_links(publication, links),
    )


def render_draft(
    title: str,
    *,
    faults: Sequence[FieldError],
    files: int,
    changed: str,
    api_url: str,
    edit_url: str,
    frame: PageFrame,
    repository_name: str,
) -> str:
    """Return the page of a draft with the errors that it still has."""
    explained = [(fault.field, [reason_in(reason, frame.language) for reason in fault.messages]) for fault in faults]
    values = {
        "title": title,
        "faults": explained,
        "files": files,
        "changed": changed,
        "api_url": api_url,
        "edit_url": edit_url,
    }
    return render_page("landing/upload.html", frame, repository_name, WORDS, **values)


@dataclass(frozen=True, slots=True)
class OwnerAct:
    """An act on a record: its word, its address, and whether it `opens` something and so is a form."""

    word: str
    address: str
    opens: bool


def render_owner_bar(acts: Sequence[OwnerAct], language: str, csrf_token: str) -> str:
    """Return the acts on a record."""
    return render_part("landing/owner.html", language, WORDS, acts=acts, csrf_token=csrf_token)
