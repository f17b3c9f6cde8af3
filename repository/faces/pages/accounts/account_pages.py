"""The pages of this room from values."""

from collections.abc import Sequence

from repository.faces.pages.accounts.wording import WORDING
from repository.faces.pages.shell.languages import Translations, by_language, in_language
from repository.faces.pages.shell.page_forms import PageForm
from repository.faces.pages.shell.page_frame import PageFrame
from repository.faces.pages.shell.templating import render_page
from repository.faces.pages.shell.wording import WORDING as FRAME

WORDS = by_language(FRAME, WORDING)


def words_in(frame: PageFrame) -> Translations:
    """Return the words of this room in the language of the page."""
    return in_language(WORDS, frame.language)


def told_page(
    frame: PageFrame, site_name: str, title: str, texts: Sequence[str], links: Sequence[tuple[str, str]] = ()
) -> str:
    """Return a page that tells what happened; `links` are words and addresses of ways on."""
    return render_page("accounts/told.html", frame, site_name, WORDS, title=title, texts=texts, links=links)


def account_form(
    frame: PageFrame, site_name: str, form: PageForm, kind: str, asks: Sequence[str], *, lead: str = "", is_new: bool
) -> str:
    """Return a page with the form that `kind` names in the words; `is_new` for one that makes an account."""
    words = words_in(frame)
    return render_page(
        "accounts/account_form.html",
        frame,
        site_name,
        WORDS,
        form=form,
        title=words[f"{kind}_title"],
        button=words[f"{kind}_button"],
        lead=words[lead or f"{kind}_lead"],
        asks=list(asks),
        has_terms=is_new,
        has_login=is_new,
    )
