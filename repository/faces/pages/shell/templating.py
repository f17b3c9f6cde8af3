"""Write pages from values alone, without a request or a database.

Every page works without scripts and loads from this site only: one style sheet and one script of its room, under
`content_security_policy`.  What a page shows of its reader is filled in by `page_replies` afterwards, so that a page
can be kept for everybody.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from jinja2 import Environment, PackageLoader, PrefixLoader, StrictUndefined, select_autoescape
from markupsafe import Markup

from repository.faces.pages.shell.assets import assets
from repository.faces.pages.shell.error_help import NO_HELP, ErrorHelp
from repository.faces.pages.shell.languages import Translations, by_language, in_language
from repository.faces.pages.shell.page_frame import PageFrame
from repository.faces.pages.shell.wording import WORDING
from repository.faces.reasons.in_words import in_chinese

ROOMS = ("shell", "landing", "search", "deposit", "accounts", "settings", "sharing", "requests", "about", "admin")
"""Folders of pages that have templates."""
ACCOUNT_PLACE = "<!--account-->"
"""Where a page tells who is signed in."""
WORDS = by_language(WORDING)

OWN = "'self'"
"""This site, as a source of a policy."""
_UNPRINTABLE = re.compile("[^\t\n\r\u0020-\u007e\u00a0-\ud7ff\ue000-\ufdcf\ufdf0-\ufffd\U00010000-\U0010ffff]")
"""Characters that HTML must not contain: controls, noncharacters, and halves of surrogate pairs (nor can UTF-8)."""

_PAGES = Environment(
    loader=PrefixLoader({room: PackageLoader(f"repository.faces.pages.{room}") for room in ROOMS}),
    autoescape=select_autoescape(["html"], default_for_string=True),
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
    auto_reload=False,
)


def moment(time: str | datetime) -> str:
    """Return a time as ``<time>`` takes it: whole seconds, for HTML has no finer ones than milliseconds."""
    read = datetime.fromisoformat(time) if isinstance(time, str) else time
    return read.astimezone(UTC).isoformat(timespec="seconds")


def quoted(sentence: str) -> Markup:
    """Return a sentence in which the title in quotation marks stands for itself, whatever its script and language."""
    before, opening, rest = sentence.partition("“")
    title, closing, after = rest.rpartition("”")
    if not closing:
        return Markup("{}").format(sentence)
    return Markup("{}{}<bdi>{}</bdi>{}{}").format(before, opening, title, closing, after)


_PAGES.filters.update(moment=moment, quoted=quoted)


@dataclass(frozen=True, slots=True)
class PageReason:
    """Why something is not possible, with the tag of its language where that is not the page's."""

    text: str
    language: str | None = None


def content_security_policy(connect: Iterable[str] = ()) -> str:
    """Return the header of this name (W3C CSP 3); scripts may also speak to the origins `connect`."""
    return (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; "
        f"connect-src {' '.join([OWN, *connect])}; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; "
        "require-trusted-types-for 'script'"
    )


def render_page(
    template: str, frame: PageFrame, site_name: str, wording: Mapping[str, Translations] = WORDS, **values: object
) -> str:
    """Return the page of a template, as ``landing/record.html``, with the words of the frame and of its room."""
    room = template.partition("/")[0]
    around: Mapping[str, object] = {
        "words": in_language(wording, frame.language),
        "params": frame,
        "repository_name": site_name,
        "account_place": Markup(ACCOUNT_PLACE),
        "style_sheet": assets().get(f"{room}.css") or assets()["shell.css"],
        "script": assets().get(f"{room}.js") or assets()["shell.js"],
    }
    return _printable(_PAGES.get_template(template).render(**around, **values))


def render_part(template: str, language: str, wording: Mapping[str, Translations] = WORDS, **values: object) -> str:
    """Return a part of a page in the words of the frame, or in those of its room."""
    return _printable(_PAGES.get_template(template).render(words=in_language(wording, language), **values))


def render_error(
    status: int,
    reasons: Sequence[str],
    frame: PageFrame,
    site_name: str,
    request_id: str = "",
    ways_on: ErrorHelp = NO_HELP,
    *,
    neutral: bool = False,
) -> str:
    """Return a page that explains an error to people; its `reasons` are in English, and a `neutral` one is nobody's."""
    words = in_language(WORDS, frame.language)
    return render_page(
        "shell/error.html",
        frame,
        site_name,
        status=status,
        heading=words.get(f"error_{status}", words["error_other"]),
        reasons=[reason_in(reason, frame.language) for reason in reasons],
        request_id=request_id,
        help=ways_on,
        neutral=neutral,
    )


def render_kept_form(
    frame: PageFrame, site_name: str, *, status: int, sentence: str, reasons: Sequence[str], **values: object
) -> str:
    """Return a page with a form that waits to be sent again; `status` is 0 after a sign-in."""
    words = in_language(WORDS, frame.language)
    return render_page(
        "shell/kept_form.html",
        frame,
        site_name,
        WORDS,
        heading=words.get(f"error_{status}", words["error_other"]) if sentence == "not_sent" else words["kept_heading"],
        sentence=sentence,
        reasons=[reason_in(reason, frame.language) for reason in reasons],
        **values,
    )


def reason_in(english: str, language: str) -> PageReason:
    """Return a reason in the language of a page, if it is known in that language."""
    if not language.startswith("zh"):
        return PageReason(english)
    chinese = in_chinese(english)
    return PageReason(chinese) if chinese else PageReason(english, "en")


def _printable(html: str) -> str:
    return _UNPRINTABLE.sub("\ufffd", html)
