"""Write the public pages from values alone, without a request or a database.

A page works without scripts and loads nothing.  It contains its style sheet and a script that adds buttons for
copying; `CONTENT_SECURITY_POLICY` allows only these two.
"""

import base64
import hashlib
import re
from collections.abc import Mapping, Sequence
from datetime import date

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape
from markupsafe import Markup

from repository.core.errors import FieldError
from repository.dataset.description import Publication
from repository.dataset.formats.citation.bibtex import bibtex
from repository.dataset.formats.schema_org.schema_org_json import embed, schema_org
from repository.dataset.formats.signposting import Export, Signpost
from repository.faces.pages.file_list import file_list
from repository.faces.pages.head_links import head_links
from repository.faces.pages.meta_tags import metas, summary
from repository.faces.pages.newest_datasets import NewestDataset
from repository.faces.pages.page_params import PageParams
from repository.faces.pages.translations import translations_for
from repository.faces.pages.view_model import STYLES_ON_REQUEST, Passage, VersionLine, page_contents
from repository.faces.reasons.in_words import in_chinese

__all__ = ["CONTENT_SECURITY_POLICY", "VersionLine", "render", "render_error", "render_start", "render_tombstone"]

_UNPRINTABLE = re.compile("[^\t\n\r\u0020-\u007e\u00a0-\ud7ff\ue000-\ufdcf\ufdf0-\ufffd\U00010000-\U0010ffff]")
"""Characters that HTML must not contain: controls, noncharacters, and halves of surrogate pairs (nor can UTF-8)."""

_PAGES = Environment(
    loader=PackageLoader("repository.faces.pages"),
    autoescape=select_autoescape(["html"], default_for_string=True),
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
    auto_reload=False,
)


def _source(name: str) -> str:
    source, _, _ = PackageLoader("repository.faces.pages").get_source(_PAGES, name)
    return source


def _digest(text: str) -> str:
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


_STYLE, _SCRIPT = _source("landing.css"), _source("landing.js")

CONTENT_SECURITY_POLICY = (
    f"default-src 'none'; style-src 'sha256-{_digest(_STYLE)}'; script-src 'sha256-{_digest(_SCRIPT)}'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
"""The value of the header of this name, which every page needs."""


def render(
    publication: Publication,
    *,
    versions: Sequence[VersionLine],
    files_restricted: bool,
    params: PageParams,
    accessed: date,
    api_url: str,
    archive_url: str | None,
    exports: Sequence[Export],
    links: Sequence[Signpost],
) -> str:
    """Return the landing page of `publication` as HTML.

    The files of `publication` are those of page `params.page` of the list; `files_restricted` says that the reader may
    not have them.  Citations state `accessed` as the day of reading.  `exports` are the formats that the page offers,
    `links` are its signposts.
    """
    words = translations_for(params.language)
    return _render_template(
        "record.html",
        params,
        publication.repository_name,
        publication=publication,
        view=page_contents(publication, words, params.style, accessed),
        versions=versions,
        files=file_list(publication, params, words, restricted=files_restricted),
        access=words.get(f"access_{publication.access_status}", publication.access_status),
        metas=metas(publication, words["language"]),
        head_links=head_links(publication, links),
        summary=summary(publication),
        linked_data=Markup(embed(schema_org(publication))),
        bibtex=bibtex(publication),
        other_styles={style: name for style, name in STYLES_ON_REQUEST.items() if style != params.style},
        exports=exports,
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
    words = translations_for(params.language)
    return _render_template(
        "tombstone.html",
        params,
        publication.repository_name,
        publication=publication,
        view=page_contents(publication, words, "", accessed),
        withdrawn=publication.withdrawn,
        versions=[version for version in versions if not version.current],
        head_links=head_links(publication, links),
    )


def render_start(name: str, address: str, params: PageParams, newest: Sequence[NewestDataset]) -> str:
    """Return the start page at `address` of the repository `name`, with its `newest` datasets."""
    return _render_template("start.html", params, name, address=address, newest=newest)


def render_draft(
    title: str,
    *,
    faults: Sequence[FieldError],
    files: int,
    changed: str,
    api_url: str,
    params: PageParams,
    repository_name: str,
) -> str:
    """Return the page of a draft with the errors that it still has."""
    explained = [(fault.field, [_reason(reason, params.language) for reason in fault.messages]) for fault in faults]
    values = {"title": title, "faults": explained, "files": files, "changed": changed, "api_url": api_url}
    return _render_template("upload.html", params, repository_name, **values)


def render_error(
    status: int, reasons: Sequence[str], params: PageParams, repository_name: str, request_id: str = ""
) -> str:
    """Return a page that explains an error to people; its `reasons` are in English."""
    words = translations_for(params.language)
    return _render_template(
        "error.html",
        params,
        repository_name,
        status=status,
        heading=words.get(f"error_{status}", words["error_other"]),
        reasons=[_reason(reason, params.language) for reason in reasons],
        request_id=request_id,
    )


def _reason(english: str, language: str) -> Passage:
    """Return a reason in the language of the page, if it is known in that language."""
    if not language.startswith("zh"):
        return Passage(english, "", None)
    chinese = in_chinese(english)
    return Passage(chinese, "", None) if chinese else Passage(english, "", "en")


def _render_template(template: str, params: PageParams, repository_name: str, **values: object) -> str:
    """Return the page of a template in the common frame."""
    frame: Mapping[str, object] = {
        "words": translations_for(params.language),
        "params": params,
        "style": Markup(_STYLE),
        "script": Markup(_SCRIPT),
        "repository_name": repository_name,
    }
    html = _PAGES.get_template(template).render(**frame, **values)
    return _UNPRINTABLE.sub("\ufffd", html)
