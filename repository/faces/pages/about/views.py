"""The texts of the site and its state over HTTP."""

from collections.abc import Sequence
from datetime import UTC
from functools import partial

from flask import Blueprint, Response

from repository.core import clock
from repository.core.site import Site
from repository.faces.credentials import PAGES
from repository.faces.pages.about.service_states import service_lines, worst
from repository.faces.pages.about.shipped_code import shipped_packages
from repository.faces.pages.about.site_texts import SECTIONS, SiteText, section_texts, site_text
from repository.faces.pages.about.wording import WORDING
from repository.faces.pages.shell.languages import by_language
from repository.faces.pages.shell.page_frame import PageFrame
from repository.faces.pages.shell.page_replies import NEVER_KEPT, asked_frame, conditional, page_reply
from repository.faces.pages.shell.templating import render_page
from repository.faces.pages.shell.wording import WORDING as SHELL_WORDING
from repository.faces.request_context import current_health, current_services

pages = Blueprint(f"{PAGES}about", __name__)
WORDS = by_language(SHELL_WORDING, WORDING)


@pages.get("/status")
def status() -> Response:
    """Say what works now; the page is always there (200), whatever else is not."""
    frame, site = asked_frame(), current_services().site
    lines = service_lines(*current_health().told())
    html = render_page(
        "about/status.html", frame, site.name, WORDS, lines=lines, worst=worst(lines), now=clock.now().astimezone(UTC)
    )
    reply = page_reply(html, frame)
    reply.headers["Cache-Control"] = NEVER_KEPT
    return reply


def show_text(section: str, name: str) -> Response:
    """Show a text of the site in the language of the reader."""
    frame, site = asked_frame(), current_services().site
    text = site_text(section, name, frame.language, site.pages_dir)
    texts = section_texts(section, frame.language, site.pages_dir)
    return conditional(page_reply(render_text(text, section, texts, frame, site), frame))


def render_text(text: SiteText, section: str, texts: Sequence[SiteText], frame: PageFrame, site: Site) -> str:
    """Return the page of a text, with the way to the others of its section."""
    return render_page(
        "about/text.html",
        frame,
        site.name,
        WORDS,
        text=text,
        content=text.body.with_values(_values(site)),
        section=section,
        texts=texts,
        contact=site.admin_email,
        host=site.host,
        packages=shipped_packages(),
    )


def _values(site: Site) -> dict[str, str]:
    """Return what the texts name of this installation."""
    return {
        "site": site.name,
        "address": site.base_url,
        "contact": site.admin_email or f"postmaster@{site.mail_domain}",
        "file_limit": f"{site.max_file_bytes / (1 << 30):,.4g} GiB",
        "files_limit": f"{site.max_files:,}",
    }


for _section, _names in SECTIONS.items():
    for _name in ("", *_names):
        pages.add_url_rule(
            f"/{_section}/{_name}" if _name else f"/{_section}",
            f"{_section}_{_name}" if _name else _section,
            partial(show_text, _section, _name),
        )
