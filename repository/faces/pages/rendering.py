"""The public pages, written from values alone: no request, no database, nothing fetched.

A page works without scripts and loads nothing: its style sheet stands in it, and so does a script that adds buttons
for copying; `CONTENT_SECURITY_POLICY` allows just these two.
"""

import base64
import hashlib
import re
from collections.abc import Mapping, Sequence
from datetime import date

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape
from markupsafe import Markup

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
from repository.faces.pages.view_model import ASKED_STYLES, VersionLine, page_contents

__all__ = ["CONTENT_SECURITY_POLICY", "VersionLine", "render", "render_error", "render_start", "render_tombstone"]

_ERRORS = (400, 403, 404, 410)
_UNPRINTABLE = re.compile("[^\t\n\r\u0020-\u007e\u00a0-\ud7ff\ue000-\ufdcf\ufdf0-\ufffd\U00010000-\U0010ffff]")
"""What HTML may not hold: controls, noncharacters, and halves of surrogate pairs, which UTF-8 cannot either."""

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
"""The value of the header of that name to send with every page made here."""


def render(
    publication: Publication,
    *,
    versions: Sequence[VersionLine],
    files_restricted: bool,
    asked: PageParams,
    accessed: date,
    api_url: str,
    archive_url: str | None,
    exports: Sequence[Export],
    found: Sequence[Signpost],
) -> str:
    """The landing page of `publication` as HTML.

    The files of `publication` are those of page `asked.page` of the list; with `files_restricted` the reader may have
    none of them.  Citations state `accessed` as the day of reading.  `exports` are the formats that are offered,
    `found` the signposts.
    """
    words = translations_for(asked.language)
    return _written(
        "record.html",
        asked,
        publication.repository_name,
        publication=publication,
        view=page_contents(publication, words, asked.style, accessed),
        versions=versions,
        files=file_list(publication, asked, words, restricted=files_restricted),
        access=words.get(f"access_{publication.access_status}", publication.access_status),
        metas=metas(publication, words["language"]),
        head_links=head_links(publication, found),
        summary=summary(publication),
        linked_data=Markup(embed(schema_org(publication))),
        bibtex=bibtex(publication),
        other_styles={style: name for style, name in ASKED_STYLES.items() if style != asked.style},
        exports=exports,
        api_url=api_url,
        archive_url=archive_url,
    )


def render_tombstone(
    publication: Publication,
    *,
    versions: Sequence[VersionLine],
    asked: PageParams,
    accessed: date,
    found: Sequence[Signpost],
) -> str:
    """The page that stands for a withdrawn version: what it was, why it is gone, and no files.

    Raises `ValueError` for a version that is not withdrawn.
    """
    if publication.withdrawn is None:
        raise ValueError("Only a withdrawn version has a tombstone.")
    words = translations_for(asked.language)
    return _written(
        "tombstone.html",
        asked,
        publication.repository_name,
        publication=publication,
        view=page_contents(publication, words, "", accessed),
        withdrawn=publication.withdrawn,
        versions=[each for each in versions if not each.current],
        head_links=head_links(publication, found),
    )


def render_start(name: str, address: str, asked: PageParams, newest: Sequence[NewestDataset]) -> str:
    """The page at `address` that the repository called `name` begins with, with its `newest` datasets."""
    return _written("start.html", asked, name, address=address, newest=newest)


def render_error(status: int, message: str, asked: PageParams, repository_name: str) -> str:
    """A page that says in people's words why there is no record to show; `message` is shown."""
    words = translations_for(asked.language)
    heading = words[f"error_{status}" if status in _ERRORS else "error_other"]
    return _written("error.html", asked, repository_name, status=status, heading=heading, message=message)


def _written(template: str, asked: PageParams, repository_name: str, **given: object) -> str:
    """A page in its common frame."""
    frame: Mapping[str, object] = {
        "words": translations_for(asked.language),
        "asked": asked,
        "style": Markup(_STYLE),
        "script": Markup(_SCRIPT),
        "repository_name": repository_name,
    }
    html = _PAGES.get_template(template).render(**frame, **given)
    return _UNPRINTABLE.sub("\ufffd", html)
