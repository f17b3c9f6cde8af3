"""What editors may do with a record; it is filled into the page that is kept for everybody."""

from repository.access.policy import Action, Resource, may
from repository.faces.pages.landing.page_params import PageParams
from repository.faces.pages.landing.rendering import render_owner_bar
from repository.faces.request_context import current_actor

_ACTS = (
    (Action.EDIT_RECORD, "edit", ""),
    (Action.NEW_VERSION, "new_version", "/new-version"),
    (Action.SHARE, "share", "/share"),
    (Action.WITHDRAW, "withdraw", "/withdraw"),
)
"""Each act with its word and the end of its address."""


def owner_bar(record_id: int, resource: Resource | None, params: PageParams) -> bytes:
    """Return the bar with what the policy lets the actor do to a record, empty for readers."""
    actor = current_actor()
    if resource is None or actor.person_id is None or actor.is_referee:
        return b""
    acts = [(word, f"/uploads/{record_id}{end}") for action, word, end in _ACTS if may(actor, action, resource)]
    return render_owner_bar(acts, params.language).encode() if acts else b""
