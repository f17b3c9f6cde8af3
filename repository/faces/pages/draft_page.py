"""The page of a draft, for those who may see the draft: its state, and what it still lacks."""

from flask import Response

from repository.core.clock import iso
from repository.core.errors import FieldError, NotFound, NotSignedIn
from repository.deposits.queries import DraftView, draft_view
from repository.engines.services import Services
from repository.faces.pages.page_params import PageParams
from repository.faces.pages.page_replies import asked_params, page_reply
from repository.faces.pages.rendering import render_draft
from repository.faces.request_context import current_actor, current_services
from repository.records.queries import is_published

FOR_EDITORS = "Drafts are shown to those who may edit them."


def draft_page(record_id: int) -> Response | None:
    """Return the page of a draft, None for a record that the actor can only read as published.

    Raises `NotSignedIn` for the public, which does not learn whether there is such a draft, `NotFound`, `Forbidden`.
    """
    services, actor = current_services(), current_actor()
    with services.database.snapshot(actor) as snapshot:
        published = is_published(snapshot, record_id)
        if actor.person_id is None:
            if published:
                return None
            raise NotSignedIn(FOR_EDITORS)
        try:
            view = draft_view(snapshot, record_id)
        except NotFound:
            if published:
                return None
            raise
        params = asked_params()
        html = _html(services, view, params)
    reply = page_reply(html, params)
    reply.headers["Cache-Control"] = "private, no-store"
    return reply


def _html(services: Services, view: DraftView, params: PageParams) -> str:
    draft = view.draft
    title = draft.description.get("title")
    return render_draft(
        title if isinstance(title, str) else "",
        faults=[FieldError.from_json(error) for error in draft.errors],
        files=view.files.count,
        changed=iso(draft.updated)[:10],
        api_url=services.site.api(f"/records/{draft.id}/draft"),
        params=params,
        repository_name=services.site.name,
    )
