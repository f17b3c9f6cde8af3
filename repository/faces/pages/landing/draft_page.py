"""The page of a draft: its state for editors, and what is in it for who came by a link."""

from flask import Response

from repository.access.principals import reads_closed
from repository.core.clock import iso
from repository.core.errors import FieldError, Forbidden, NotFound, NotSignedIn
from repository.core.unit_of_work import Snapshot
from repository.deposits.queries import DraftView, draft_view, may_change
from repository.engines.services import Services
from repository.faces.pages.landing.page_params import PageParams
from repository.faces.pages.landing.rendering import render_draft
from repository.faces.pages.landing.review_page import draft_for_readers, reader_reply, record_for_referees
from repository.faces.pages.shell.page_replies import own_page_reply, require_person
from repository.faces.request_context import current_actor, current_services
from repository.records.queries import is_published
from repository.sharing.queries import shared_dataset

FOR_EDITORS = "Drafts are shown to those who may edit them."


def draft_page(record_id: int, params: PageParams) -> Response | None:
    """Return the page of a draft, None for a record that the actor can only read as published.

    Raises `NotSignedIn` for the public and `Forbidden` for a token that does not read, which both do not learn whether
    there is such a draft; `NotFound`, `Forbidden`.
    """
    services, actor = current_services(), current_actor()
    with services.database.snapshot(actor) as snapshot:
        view = _readable(snapshot, record_id)
        if view is None:
            return None
        if actor.links:
            html = draft_for_readers(services, snapshot, view, params, blind=actor.is_referee)
            return reader_reply(html, record_id, params)
        html = _html(services, view, params, edits=may_change(snapshot, record_id))
    return own_page_reply(html, params)


def page_as_referees_see_it(record_id: int, params: PageParams) -> Response:
    """Show those who may share a dataset what a link for referees shows; raise `NotFound`, `Forbidden`."""
    require_person()
    services = current_services()
    with services.database.snapshot(current_actor()) as snapshot:
        shared_dataset(snapshot, record_id)
        if is_published(snapshot, record_id):
            html = record_for_referees(services, snapshot, record_id, params)
        else:
            html = draft_for_readers(services, snapshot, draft_view(snapshot, record_id), params, blind=True)
    return own_page_reply(html, params)


def _readable(snapshot: Snapshot, record_id: int) -> DraftView | None:
    actor, published = snapshot.actor, is_published(snapshot, record_id)
    if not reads_closed(actor) and not actor.links:
        if published:
            return None
        raise NotSignedIn(FOR_EDITORS) if actor.person_id is None else Forbidden(FOR_EDITORS)
    try:
        return draft_view(snapshot, record_id)
    except (NotFound, Forbidden) as refusal:
        if published and (actor.links or isinstance(refusal, NotFound)):
            return None
        raise


def _html(services: Services, view: DraftView, params: PageParams, *, edits: bool) -> str:
    draft = view.draft
    title = draft.description.get("title")
    return render_draft(
        title if isinstance(title, str) else "",
        faults=[FieldError.from_json(error) for error in draft.errors],
        files=view.files.totals(hidden=True)[0],
        changed=iso(draft.updated)[:10],
        edit_url=f"/uploads/{draft.id}/edit" if edits else "",
        api_url=services.site.api(f"/records/{draft.id}/draft"),
        frame=params,
        repository_name=services.site.name,
    )
