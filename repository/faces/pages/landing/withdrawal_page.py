"""Withdraw a version in a browser: the reason, words, and a box that says what cannot be undone by oneself."""

from flask import Response

from repository.access.policy import Action
from repository.core.errors import Invalid, RepositoryError
from repository.faces.pages.landing.rendering import WORDS
from repository.faces.pages.shell.page_forms import REFUSALS, PageForm, posted, refused_form, refused_reply
from repository.faces.pages.shell.page_replies import asked_frame, csrf_token, require_person, see_other
from repository.faces.pages.shell.passages import titles_in
from repository.faces.pages.shell.templating import render_page
from repository.faces.request_context import current_actor, current_services
from repository.publication.withdraw import read_epitaph, with_citation, withdraw
from repository.records.public_view import public_view
from repository.records.queries import audience_for, record_for

CONTROLS = ("removal_reason", "note", "agreed")


def withdrawal_form(record_id: int) -> Response:
    """Show the form to whoever may withdraw the version; raise `NotFound`, `Forbidden`, `Gone`."""
    require_person()
    return _page(record_id, PageForm({"is_visible": ["yes"]}))


def withdraw_by_form(record_id: int) -> Response:
    """Withdraw the version, and lead to what stays of it."""
    require_person()
    services, actor, frame = current_services(), current_actor(), asked_frame()
    body = {
        "removal_reason": {"id": posted("removal_reason")},
        "note": posted("note").replace("\r\n", "\n").strip(),
        "is_visible": posted("is_visible") == "yes",
    }
    try:
        if posted("agreed") != "yes":
            raise Invalid.field("agreed", "Say that you know what a withdrawal does.")
        epitaph = read_epitaph(body, services.vocabularies)
        with services.database.snapshot(actor) as snapshot:
            epitaph = with_citation(snapshot, services.site, services.vocabularies, record_id, epitaph)
        with services.database.transaction(actor) as unit:
            withdraw(unit, record_id, epitaph)
    except REFUSALS as refused:
        return _page(record_id, refused_form(refused, CONTROLS, frame.language), refused)
    return see_other(frame.at(f"/records/{record_id}"))


def _page(record_id: int, form: PageForm, refused: RepositoryError | None = None) -> Response:
    services, frame = current_services(), asked_frame()
    with services.database.snapshot(current_actor()) as snapshot:
        view = record_for(snapshot, record_id, Action.WITHDRAW)
        audience = audience_for(snapshot, view)
        publication = public_view(view, services.site, services.vocabularies, audience)
    reasons = [
        (entry.id, entry.label.name(frame.language)) for entry in services.vocabularies["removalreasons"].search()
    ]
    html = render_page(
        "landing/withdrawal.html",
        frame,
        services.site.name,
        WORDS,
        publication=publication,
        title=titles_in(publication.description, frame.language)[0],
        form=form,
        removal_reasons=reasons,
        csrf_token=csrf_token(),
    )
    return refused_reply(html, frame, refused)
