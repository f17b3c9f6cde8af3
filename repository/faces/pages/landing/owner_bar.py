"""What editors may do with a record; it is filled into the page that is kept for everybody."""

from repository.access.policy import Action, Resource, may
from repository.faces.credentials import current_session
from repository.faces.pages.landing.page_params import PageParams
from repository.faces.pages.landing.rendering import OwnerAct, render_owner_bar
from repository.faces.pages.shell.page_replies import csrf_token
from repository.faces.request_context import current_actor

_ACTS = (
    (Action.EDIT_RECORD, "edit", "/records/{id}/edit", True),
    (Action.NEW_VERSION, "new_version", "/records/{id}/new-version", True),
    (Action.SHARE, "share", "/uploads/{id}/share", False),
    (Action.WITHDRAW, "withdraw", "/records/{id}/withdraw", False),
    (Action.READ_ACCESS_REQUESTS, "requests", "/uploads/{id}/requests", False),
)
"""Each act with its word, its address, and whether it opens something: then it is a form and no link."""


def owner_bar(record_id: int, resource: Resource | None, params: PageParams) -> bytes:
    """Return the bar with what the policy lets the actor do to a record, empty for readers."""
    actor = current_actor()
    if resource is None or current_session() is None or actor.is_referee:
        return b""
    acts = [
        OwnerAct(word, address.format(id=record_id), opens)
        for action, word, address, opens in _ACTS
        if may(actor, action, resource)
    ]
    return render_owner_bar(acts, params.language, csrf_token()).encode() if acts else b""
