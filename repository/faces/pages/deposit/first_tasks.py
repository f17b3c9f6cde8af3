"""What a depositor has to do first: unread messages that wait for an act."""

from collections.abc import Sequence

from repository.access.policy import Action, Resource, may
from repository.core.actor import Actor
from repository.engines.services import Services
from repository.notifications.queries import own_notices
from repository.notifications.shown_notices import shown_notices

WAITING = frozenset({"access_requested", "draft_expires", "ownership_offered"})
"""Kinds of messages after which somebody waits, or a time runs."""
MOST_READ, MOST_SHOWN = 50, 5


def first_tasks(services: Services, actor: Actor, language: str) -> Sequence[tuple[str, str]]:
    """Return the newest tasks as words and an address, which is empty for none."""
    if actor.person_id is None or not may(actor, Action.READ_NOTICES, Resource()):
        return ()
    with services.database.snapshot(actor) as snapshot:
        unread = own_notices(snapshot, actor.person_id, unread=True, size=MOST_READ)
        waiting = [notice for notice in unread if notice.kind in WAITING][:MOST_SHOWN]
        shown = shown_notices(snapshot, services.site, actor, waiting, [language]) if waiting else []
    return [(notice.texts[language].title, notice.texts[language].link) for notice in shown if not notice.hidden]
