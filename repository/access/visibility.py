"""The policy's reading rule as a filter: what lists and searches may return to an actor.

`policy` says yes or no about one thing, this says the same about many; a property test holds the two together.
"""

from repository.access.policy import Action, Resource, may
from repository.core.actor import Actor
from repository.engines.search.port import VisibilityFilter

_HIDDEN = Resource(owner_id=None, record_public=False)


def visible_to(actor: Actor) -> VisibilityFilter:
    """Records that `actor` may read: all, or the public ones and the actor's own."""
    everything = may(actor, Action.READ_RECORD, _HIDDEN)
    return VisibilityFilter(public=True, owner_id=actor.person_id, everything=everything)


def owned_by(actor: Actor) -> VisibilityFilter:
    """Only what belongs to `actor`."""
    return VisibilityFilter(public=False, owner_id=actor.person_id)
