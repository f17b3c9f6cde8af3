"""The page of a draft, for those who may see the draft: its state, and what it still lacks."""

from flask import Response

from repository.access.principals import reads_closed
from repository.core.clock import iso
from repository.core.errors import FieldError, Forbidden, NotFound, NotSignedIn
from repository.deposits.queries import DraftView, draft_view
from repository.engines.services import Services
from repository.faces.pages.landing.rendering import render_draft
from repository.faces.pages.shell.page_frame import PageFrame
from repository.faces.pages.shell.page_replies import asked_frame, own_page_reply
from repository.faces.request_context import current_actor, current_services
from repository.records.queries import is_published

FOR_EDITORS = "Drafts are shown to those who may edit them."


def draft_page(record_id: int) -> Response | None:
    """Return the page of a draft, None for a record that the actor can only read as published.

    A referee's has no faults: they say who makes the draft.

    Raises `NotSignedIn` for the public and `Forbidden` for a token that does not read, which both do not learn whether
    there is such a draft; `NotFound`, `Forbidden`.
    """
    services, actor = current_services(), current_actor()
    with services.database.snapshot(actor) as snapshot:
        published = is_published(snapshot, record_id)
        if not reads_closed(actor) and not actor.links:
            if published:
                return None
            raise NotSignedIn(FOR_EDITORS) if actor.person_id is None else Forbidden(FOR_EDITORS)
        try:
            view = draft_view(snapshot, record_id)
        except (NotFound, Forbidden) as refusal:
            if published and (actor.links or isinstance(refusal, NotFound)):
                return None
            raise
        frame = asked_frame()
        html = _html(services, view, frame, blind=actor.is_referee)
    return own_page_reply(html, frame)


def _html(services: Services, view: DraftView, frame: PageFrame, *, blind: bool) -> str:
    draft = view.draft
    title = draft.description.get("title")
    return render_draft(
        title if isinstance(title, str) else "",
        faults=[] if blind else [FieldError.from_json(error) for error in draft.errors],
        files=view.files.totals(hidden=not blind)[0],
        changed=iso(draft.updated)[:10],
        edit_url="" if blind else f"/uploads/{draft.id}/edit",
        api_url=services.site.api(f"/records/{draft.id}/draft"),
        frame=frame,
        repository_name=services.site.name,
    )
